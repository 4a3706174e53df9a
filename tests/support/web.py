"""A site in a folder, and a pipeline that has its pictures ready at once."""

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from brigade.__main__ import main
from brigade.commands import site as command
from brigade.pictures.local_files import LocalFile, Skipped
from brigade.pipeline import Pipeline
from brigade.site import serving
from brigade.target import Target
from kit.events import Source, StoredMaster, StoredRendition
from records.picture import PictureRecord
from records.status import Status
from tests.support import pictures

BASE = "https://img.example.org"
WIDTHS = (480, 960)


def ready(key: str, size: tuple[int, int], *, release: str = "0a0a0a0a") -> PictureRecord:
    """Return the record of a picture of which a recipe for pages has made renditions, none enlarged."""
    image_id = str(uuid.uuid5(uuid.NAMESPACE_URL, key))
    made = sorted({min(width, size[0]) for width in WIDTHS})
    renditions = tuple(
        StoredRendition(
            **_stored(f"renditions/{image_id}/w{width}-{format_}.{release}.{format_.lower()}", format_, width, size),
            name=f"w{width}-{format_}",
        )
        for format_ in ("AVIF", "WEBP", "JPEG")
        for width in made
    )
    return PictureRecord(
        image_id=image_id,
        status=Status.READY,
        source=Source(bucket="source", key=key, version="1"),
        recipe="web",
        master=StoredMaster(**_stored(f"normalized/{image_id}.{release}.jpg", "JPEG", size[0], size)),
        renditions=renditions,
    )


def _stored(key: str, format_: str, width: int, size: tuple[int, int]) -> dict[str, Any]:
    height = round(width * size[1] / size[0])
    method = "lanczos, quality 80 (ssim 0.99)"
    return {
        "bucket": "target",
        "key": key,
        "format": format_,
        "width": width,
        "height": height,
        "bytes": 9,
        "method": method,
    }


@dataclass
class Site:
    """A site, and what the pipeline knows of its pictures; ``sent`` are the keys that were uploaded."""

    root: Path
    capsys: pytest.CaptureFixture[str]
    records: dict[str, PictureRecord] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    failing: dict[str, str] = field(default_factory=dict)
    becomes: Callable[[PictureRecord], PictureRecord] = lambda record: record

    def __post_init__(self) -> None:
        catalog = SimpleNamespace(get=self.get)
        self.pipeline = SimpleNamespace(
            catalog=catalog, target=Target("eu-west-1"), target_bucket="target", delivery_url=""
        )

    def get(self, image_ids: Iterable[str]) -> dict[str, PictureRecord]:
        """Be the catalog."""
        wanted = set(image_ids)
        return {each.image_id: each for each in self.records.values() if each.image_id in wanted}

    def upload(
        self, _pipeline: Any, files: list[LocalFile], _timeout: float, skipped: list[Skipped]
    ) -> dict[str, PictureRecord]:
        """Be the pipeline."""
        for file in files:
            if why := self.failing.get(file.path.name):
                skipped.append(Skipped(file.path, why))
                continue
            self.sent.append(file.key)
            with Image.open(file.path) as image:
                self.records[file.key] = self.becomes(ready(file.key, image.size))
        return {file.key: self.records[file.key] for file in files if file.key in self.records}

    def picture(self, name: str, size: tuple[int, int] = (96, 64)) -> Path:
        """Put a picture there."""
        return self.write(name, pictures.encoded(pictures.scene(size), "PNG" if name.endswith("png") else "JPEG"))

    def write(self, name: str, content: bytes | str) -> Path:
        """Put a file there."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, name: str) -> str:
        """Return what a document says by now."""
        return (self.root / name).read_bytes().decode()

    def run(self, *arguments: str, code: int = 0, base: str = BASE) -> str:
        """Give the command; it must end with that code. Returns all that it says."""
        self.capsys.readouterr()
        ended = main(["site", str(self.root), "--base", base, *arguments])
        said = self.capsys.readouterr()
        assert ended == code, said.err
        return said.out + said.err

    def page(self, body: str | bytes, *arguments: str, name: str = "index.html") -> str:
        """Write a page, give the command, and return what the page says then, with short addresses."""
        self.write(name, body)
        self.run(*arguments)
        return short(self.read(name))


def short(text: str) -> str:
    """Return a page where addresses that were written are the names of files: w480.webp, master."""
    text = re.sub(rf"{BASE}/renditions/[0-9a-f-]{{36}}/(w\d+)-\w+\.\w{{8}}(\.\w+)", r"\1\2", text)
    return re.sub(rf"{BASE}/normalized/[0-9a-f-]{{36}}\.\w{{8}}\.jpg", "master", text)


def installed(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Have the command find this site's pipeline."""
    monkeypatch.setattr(command, "here", lambda: None)
    monkeypatch.setattr(Pipeline, "find", lambda *_: site.pipeline)
    monkeypatch.setattr(serving, "upload", site.upload)
    return site
