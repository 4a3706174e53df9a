"""A hostile key: whatever it says, what is downloaded stays below the folder that was asked for."""

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from brigade.__main__ import main
from brigade.pipeline import Pipeline
from kit.events import Source, StoredMaster, StoredRendition
from records.picture import PictureRecord


def record(key: str) -> PictureRecord:
    stored: dict[str, Any] = {"bucket": "target", "key": "normalized/1.jpg", "format": "JPEG", "method": "m"}
    stored |= dict.fromkeys(("width", "height", "bytes"), 1)
    return PictureRecord(
        image_id="1",
        source=Source(bucket="source", key=key),
        master=StoredMaster(**stored),
        renditions=(StoredRendition(name="w150", **stored | {"key": "renditions/1/w150.jpg"}),),
    )


@pytest.mark.parametrize(
    "key",
    ["../../up.jpg", "/etc/passwd", "a/../../../up.jpg", "..", "/", "./..//../up.jpg", "a/./b.jpg", "...", "~/x.jpg"],
)
def test_nothing_is_written_outside_the_folder(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = SimpleNamespace(
        catalog=SimpleNamespace(find=lambda _: record(key)),
        s3=SimpleNamespace(get_object=lambda **_: {"Body": BytesIO(b"x")}),
    )
    monkeypatch.setattr("brigade.commands.get.here", lambda: None)
    monkeypatch.setattr(Pipeline, "find", lambda *_: pipeline)
    out = tmp_path / "deep" / "down" / "out"
    assert main(["get", key, "--out", str(out)]) == 0
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 2
    assert all(path.resolve().is_relative_to(out) for path in written)
