"""How much of the original is read."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from brigade.inline.memory_storage import MemoryStorage
from kit.events import ImageIngested, Source
from services.describe.head import HEAD, reaches_pixels, read
from tests.support import pictures
from tests.support.site import picture


@dataclass
class Counting(MemoryStorage):
    """Notes how much was asked for."""

    asked: list[int | None] = field(default_factory=list)

    def read(self, source: Source) -> bytes:
        self.asked.append(None)
        return super().read(source)

    def read_range(self, source: Source, start: int, stop: int) -> bytes:
        self.asked.append(stop - start)
        return super().read(source)[start:stop]


def fetched(content: bytes, format_: str) -> tuple[bytes, list[int | None]]:
    storage = Counting({("source", "a.jpg"): content})
    event = ImageIngested(image=picture(), recipe="r", format=format_, width=1, height=1, bytes=len(content))
    return read(event, storage), storage.asked


def segments(*sizes: int) -> bytes:
    """Return a JPEG's beginning with application segments of these sizes, and its scan."""
    parts = [b"\xff\xe1" + size.to_bytes(2, "big") + bytes(size - 2) for size in sizes]
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xda\x00\x02"


def test_of_a_long_jpeg_only_the_head_is_read() -> None:
    content = pictures.jpeg() + bytes(2 * HEAD)
    assert fetched(content, "JPEG") == (content[:HEAD], [HEAD])


def test_a_short_jpeg_is_read_whole() -> None:
    content = pictures.jpeg()
    assert fetched(content, "JPEG") == (content, [None])


def test_a_jpeg_whose_metadata_is_longer_than_the_head_is_read_whole() -> None:
    content = segments(65_535, 65_535, 65_535) + bytes(1000)
    assert fetched(content, "JPEG") == (content, [HEAD, None])


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "TIFF", "HEIF", "AVIF", "GIF", "BMP"])
def test_the_other_formats_keep_metadata_anywhere_and_are_read_whole(format_: str) -> None:
    content = bytes(2 * HEAD)
    assert fetched(content, format_) == (content, [None])


@pytest.mark.parametrize(
    ("head", "reaches"),
    [
        (segments(), True),
        (segments(100, 200), True),
        (segments(100)[:-1], False),
        (segments(100)[:50], False),
        (b"\xff\xd8\xff\xff\xff\xda\x00\x02", True),  # fill bytes
        (b"\xff\xd8\xff\x01\xff\xda\x00\x02", True),  # a marker that stands alone
        (b"\xff\xd8garbage", False),
        (b"", False),
    ],
)
def test_the_head_is_enough_when_it_reaches_the_pixels(head: bytes, reaches: bool) -> None:
    assert reaches_pixels(head) is reaches


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"exif": pictures.exif(6), "quality": 95}])
def test_a_real_jpeg_reaches_its_pixels(options: dict[str, Any]) -> None:
    assert reaches_pixels(pictures.jpeg(**options))
