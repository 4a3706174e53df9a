"""A picture's files below a folder, under its own name: beach.jpg/master.jpg, beach.jpg/thumbnail.jpg."""

from pathlib import Path, PurePosixPath

from records.picture import PictureRecord


def folder_of(out: Path, key: str) -> Path:
    """Return where a picture's files go. A key may say anything; what could lead out of ``out`` is left away."""
    return out.joinpath(*(part for part in PurePosixPath(key).parts if part not in ("/", "..", ".")))


def paths(record: PictureRecord, out: Path) -> dict[str, Path]:
    """Return where each of a picture's files goes, by the key that it is stored under, the master first."""
    named = [("master", record.master), *((each.name, each) for each in record.renditions)]
    folder = folder_of(out, record.key)
    return {image.key: folder / f"{name}{PurePosixPath(image.key).suffix}" for name, image in named if image}
