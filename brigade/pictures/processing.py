"""Local files through the very same actors, in this process, with no cloud at all."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec.structs import asdict, replace

from brigade.inline import TARGET, InMemoryChain
from brigade.pictures.local_files import LocalFile
from imaging.recipes import Recipes
from kit import outputs
from kit.errors import Rejected
from kit.events import StoredImage
from records.picture import Described, Moderated, Original, PictureRecord
from records.rules import failure
from records.status import MEANING, Status
from records.stored import read
from services.chain import CHAIN


class Output(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file that was made, ``name`` where it is a rendition; sizes in pixels and bytes."""

    name: str | None = None
    path: str
    width: int
    height: int
    bytes: int
    format: str
    method: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file.

    ``status`` is ready, rejected (with reason and detail), quarantined (the recipe's moderation keeps a gate and did
    not accept it) or ignored (no recipe matches the key); sizes are the original's, in pixels.
    """

    file: str
    status: str
    reason: str | None = None
    detail: str | None = None
    image_id: str | None = None
    recipe: str | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    normalized: Output | None = None
    renditions: tuple[Output, ...] = ()
    moderation: Moderated | None = None
    metadata: Described = Described()
    timings_ms: dict[str, int] = {}


class UnreadableFile(Rejected):
    """The file cannot be read."""


def only(recipes: Recipes, name: str) -> Recipes:
    """Return the one recipe of that name, for every key; raises UnknownRecipe."""
    return Recipes(recipe=(replace(recipes.named(name), prefix="", suffix=""),))


def process(files: list[LocalFile], recipes: Recipes, out: Path, jobs: int) -> Iterator[Report]:
    """Yield one report a file, in their order, as soon as it is there; outputs lie below ``out`` as in the bucket."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda file: process_one(file, recipes, out), files)


def process_one(file: LocalFile, recipes: Recipes, out: Path) -> Report:
    """Send one file through the chain and store its outputs; return its report."""
    try:
        record = record_of(file, recipes, out)
    except UnreadableFile as error:
        rejected = MEANING[Status.FAILED].word
        return Report(file=str(file.path), status=rejected, reason=error.reason, detail=error.detail)
    return _report(file, record, out) if record else Report(file=str(file.path), status="ignored")


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
            _write(out / key, output)
    record = next(iter(line.records.items.values()), None)
    return _unpacked(read(record), out) if record else None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _unpacked(record: PictureRecord, out: Path) -> PictureRecord:
    """Store what the record holds of all that the camera wrote as a file, as all outputs are here."""
    camera, key = record.camera, outputs.tags(record.image_id)
    if not (camera and camera.packed):
        return record
    _write(out / key, camera.packed)
    return replace(record, camera=replace(camera, tags=key, packed=b""))


def _report(file: LocalFile, record: PictureRecord, out: Path) -> Report:
    failed, original = failure(record), record.original or Original()
    return Report(
        file=str(file.path),
        status=MEANING[record.status].word,
        reason=failed.reason if failed else None,
        detail=failed.detail if failed else None,
        image_id=record.image_id,
        recipe=record.recipe or None,
        format=original.format or None,
        width=original.width or None,
        height=original.height or None,
        normalized=_output(record.master, out) if record.master else None,
        renditions=tuple(_output(each, out, each.name) for each in record.renditions),
        moderation=record.moderation,
        metadata=replace(record.camera or Described(), tags=str(out / record.tags) if record.tags else ""),
        timings_ms={actor: stage.worked_ms for actor, stage in record.stages.items()},
    )


def _output(image: StoredImage, out: Path, name: str | None = None) -> Output:
    return msgspec.convert(asdict(image) | {"name": name, "path": str(out / image.key)}, Output)
