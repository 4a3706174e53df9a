"""Every key of the target and the archive bucket, and the digest in the keys of pictures. Pure: knows no cloud."""

import hashlib
from typing import Any

import msgspec

from kit.events import Image, Source

MASTERS, RENDITIONS, METADATA = "normalized/", "renditions/", "metadata/"
FOCUS = "focus/"  # where operators say that a picture's subject is, one document a picture
# Of an original's name: with the id before it, S3 takes no more than 1,024 bytes.
_NAME_BYTES = 900
OPERATIONS = "operations/"  # what operators did, one document an operation
# A key with a digest never shows another picture: https://www.rfc-editor.org/rfc/rfc8246
FOR_EVER = "public, max-age=31536000, immutable"


def masters(image_id: str) -> str:
    """Return the prefix of a picture's masters."""
    return f"{MASTERS}{image_id}."


def renditions(image_id: str) -> str:
    """Return the prefix of a picture's renditions."""
    return f"{RENDITIONS}{image_id}/"


def everything(image_id: str) -> tuple[str, ...]:
    """Return the prefixes of all outputs of a picture, of any release."""
    return masters(image_id), renditions(image_id), f"{METADATA}{image_id}.", focus(image_id)


def master(image_id: str, digest_: str, extension: str) -> str:
    """Return the key of a master."""
    return f"{masters(image_id)}{digest_}.{extension}"


def rendition(image_id: str, name: str, digest_: str, extension: str) -> str:
    """Return the key of a rendition."""
    return f"{renditions(image_id)}{name}.{digest_}.{extension}"


def tags(image_id: str) -> str:
    """Return the key of the picture's metadata file."""
    return f"{METADATA}{image_id}.json.gz"


def focus(image_id: str) -> str:
    """Return the key of where an operator says that the picture's subject is."""
    return f"{FOCUS}{image_id}.json"


def archived(source: Source) -> str:
    """Return the key of an original's copy in the archive bucket: the end of its name, below the picture's id."""
    name = source.key.rpartition("/")[2].encode()[-_NAME_BYTES:].decode(errors="ignore")
    return f"{Image.of(source).id}/{name or 'original'}"


def digest(*makes: object) -> str:
    """Return eight hexadecimal digits that identify what a file is made from: structs, tuples, text, numbers."""
    return hashlib.sha256(msgspec.json.encode(_plain(makes), order="sorted")).hexdigest()[:8]


def _plain(value: Any) -> Any:
    """Return the same as plain data. A struct's defaults are left out, so that a new field changes no digest."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if not isinstance(value, msgspec.Struct):
        return value
    said = {field.name: getattr(value, field.name) for field in msgspec.structs.fields(value)}
    defaults = {field.name: field.default for field in msgspec.structs.fields(value)}
    told = {name: _plain(each) for name, each in said.items() if each != defaults[name]}
    return {"": value.__struct_config__.tag} | told
