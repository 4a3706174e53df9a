"""Who reads a picture's metadata: exiftool where there is one, else Pillow, which knows the common set."""

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
    """What was read, by whom in which version; ``problem``: why exiftool was not the one."""

    tags: Tags
    extractor: str
    version: str
    problem: str = ""


# A picture's bytes and its format → what they tell.
Extractor = Callable[[bytes, str], Found]


@cache
def here() -> Extractor:
    """Return this machine's extractor, the same for all of a process. Raises ConfigurationError as ``find`` does."""
    program = find()
    return with_exiftool(Exiftool(program)) if program else by_pillow


def with_exiftool(tool: Exiftool) -> Extractor:
    """Return an extractor that asks exiftool, and Pillow about a picture that is too much for it."""

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
