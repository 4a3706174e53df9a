"""Reading a picture's metadata: by exiftool where it is installed, else by Pillow, which knows the common tags."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import PIL

from services.describe import common
from services.describe.exiftool import Exiftool, ExiftoolFailed, find
from services.describe.tags import MOST_CHARACTERS, Tags

log = logging.getLogger("brigade")


@dataclass(frozen=True)
class Found:
    """What was read, and the extractor with its version; ``problem``: why exiftool failed."""

    tags: Tags
    extractor: str
    version: str
    problem: str = ""


# A picture's bytes and its format → what they tell.
Extractor = Callable[[bytes, str], Found]


@cache
def here() -> Extractor:
    """Return the process's extractor. Raises ConfigurationError as ``find`` does."""
    program = find()
    return with_exiftool(Exiftool(program)) if program else by_pillow


def with_exiftool(tool: Exiftool) -> Extractor:
    """Return an extractor that uses exiftool, and Pillow for a picture on which exiftool fails."""

    def extract(content: bytes, format_: str) -> Found:
        try:
            return Found(tool.read(content, format_), "exiftool", tool.version)
        except ExiftoolFailed as error:
            log.warning("Pillow reads what exiftool could not: %s", error)
            return by_pillow(content, format_, problem=str(error)[:MOST_CHARACTERS])

    return extract


def by_pillow(content: bytes, _: str, problem: str = "") -> Found:
    """Read the common set."""
    return Found(common.read(content), "Pillow", PIL.__version__, problem)
