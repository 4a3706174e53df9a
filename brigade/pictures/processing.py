"""Local files through the very same actors, in this process, with no cloud at all."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from brigade.inline import TARGET, InMemoryChain
from brigade.pictures.local_files import LocalFile
from imaging.recipes import Recipes
from kit.errors import Rejected
from records.picture import PictureRecord
from records.shown import shown
from records.status import MEANING, Status
from records.stored import read
from services.chain import CHAIN


class UnreadableFile(Rejected):
    """The file cannot be read."""


def only(recipes: Recipes, name: str) -> Recipes:
    """Return the one recipe of that name, for every key; raises UnknownRecipe."""
    return Recipes(recipe=(msgspec.structs.replace(recipes.named(name), prefix="", suffix=""),))


def process(files: list[LocalFile], recipes: Recipes, out: Path, jobs: int) -> Iterator[dict[str, Any]]:
    """Yield one report a file, in their order, as soon as it is there; outputs lie below ``out`` as in the bucket."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda file: process_one(file, recipes, out), files)


def process_one(file: LocalFile, recipes: Recipes, out: Path) -> dict[str, Any]:
    """Send one file through the chain and store its outputs; return its report.

    Status is ready, rejected (with reason and detail), quarantined (the recipe's moderation keeps a gate and did not
    accept it) or ignored (no recipe matches the key).
    """
    try:
        record = record_of(file, recipes, out)
    except UnreadableFile as error:
        failed = {"reason": error.reason, "detail": error.detail}
        return _report(file, {"status": Status.FAILED, "failure": failed}, out)
    return _report(file, shown(record) if record else {}, out)


def record_of(file: LocalFile, recipes: Recipes, out: Path) -> PictureRecord | None:
    """Send one file through the chain and store its outputs; return its record, None if no recipe matches the key.

    Raises UnreadableFile.
    """
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise UnreadableFile(error.strerror or str(error)) from error
    line = InMemoryChain(CHAIN, stand_ins={"recipes": recipes})
    line.upload(file.key, content, etag=hashlib.md5(content, usedforsecurity=False).hexdigest())
    line.run()
    for (bucket, key), output in line.storage.objects.items():
        if bucket == TARGET:
            path = out / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(output)
    record = next(iter(line.records.items.values()), None)
    return read(record) if record else None


def _report(file: LocalFile, record: dict[str, Any], out: Path) -> dict[str, Any]:
    original = record.get("original") or {}
    failure = record.get("failure") or {}
    master = record.get("master")
    return {
        "file": str(file.path),
        "status": MEANING[record["status"]].word if record else "ignored",
        "reason": failure.get("reason"),
        "detail": failure.get("detail"),
        "image_id": record.get("image_id"),
        "recipe": record.get("recipe"),
        "format": original.get("format"),
        "width": original.get("width"),
        "height": original.get("height"),
        "normalized": _stored(master, out) if master else None,
        "renditions": [
            {"name": rendition["name"], **_stored(rendition, out)} for rendition in record.get("renditions") or ()
        ],
        "moderation": record.get("moderation"),
        "metadata": _described(record.get("camera") or {}, out),
        "timings_ms": {actor: stage["worked_ms"] for actor, stage in record.get("stages", {}).items()},
    }


def _described(camera: dict[str, Any], out: Path) -> dict[str, Any]:
    return camera | ({"tags": str(out / camera["tags"])} if "tags" in camera else {})


def _stored(image: dict[str, Any], out: Path) -> dict[str, Any]:
    kept = ("width", "height", "bytes", "format", "method")
    return {"path": str(out / image["key"]), **{name: image[name] for name in kept}}
