"""Local files through the very same actors, in this process, with no cloud at all."""

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

import msgspec
from msgspec.structs import asdict, replace

from brigade.inline import TARGET, InMemoryChain
from brigade.pictures.local_files import OUTPUTS, LocalFile
from brigade.pictures.own_names import folder_of, paths
from imaging.recipes import Recipes
from kit.errors import Rejected
from kit.events import StoredImage
from records.picture import Described, Moderated, Original, PictureRecord
from records.rules import failure
from records.status import MEANING, Status
from records.stored import read
from services.chain import CHAIN

_TAGS = "metadata.json.gz"  # all that the camera wrote


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


Processed = tuple[Report, PictureRecord | None]


def process(files: list[LocalFile], recipes: Recipes, out: Path, jobs: int) -> Iterator[Processed]:
    """Yield one report a file, in their order, as soon as it is there, and its record where there is one.

    A file's outputs lie below ``out`` in a folder of its own name. No command takes them for pictures to work on.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / OUTPUTS).touch()
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda file: process_one(file, recipes, out), files)


def process_one(file: LocalFile, recipes: Recipes, out: Path) -> Processed:
    """Send one file through the chain and store its outputs; return its report, and its record."""
    try:
        record = record_of(file, recipes, out)
    except UnreadableFile as error:
        rejected = MEANING[Status.FAILED].word
        return Report(file=str(file.path), status=rejected, reason=error.reason, detail=error.detail), None
    return (_report(file, record, out) if record else Report(file=str(file.path), status="ignored")), record


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
    item = next(iter(line.records.items.values()), None)
    if not item:
        return None
    record, folder = read(item), folder_of(out, file.key)
    own = paths(record, out)
    for (bucket, key), output in line.storage.objects.items():
        if bucket == TARGET:
            _write(own.get(key, folder / PurePosixPath(key).name), output)
    return _unpacked(record, folder)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _unpacked(record: PictureRecord, folder: Path) -> PictureRecord:
    """Store what the record holds of all that the camera wrote as a file, as all outputs are here."""
    camera = record.camera
    if not (camera and camera.packed):
        return record
    _write(folder / _TAGS, camera.packed)
    return replace(record, camera=replace(camera, tags=_TAGS, packed=b""))


def _report(file: LocalFile, record: PictureRecord, out: Path) -> Report:
    failed, original, own = failure(record), record.original or Original(), paths(record, out)
    tags = str(folder_of(out, file.key) / PurePosixPath(record.tags).name) if record.tags else ""
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
        normalized=_output(record.master, own) if record.master else None,
        renditions=tuple(_output(each, own, each.name) for each in record.renditions),
        moderation=record.moderation,
        metadata=replace(record.camera or Described(), tags=tags),
        timings_ms={actor: stage.worked_ms for actor, stage in record.stages.items()},
    )


def _output(image: StoredImage, own: Mapping[str, Path], name: str | None = None) -> Output:
    return msgspec.convert(asdict(image) | {"name": name, "path": str(own[image.key])}, Output)
