"""Walkers end on every input, read no more than they must, and know two errors."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.containers import tiff, whole
from imaging.formats import FORMATS, HEAD, recognise
from imaging.reasons import CorruptImage, DecompressionBomb, UnsupportedFormat
from tests.imaging.test_damage import FILES, file
from tests.services.ingest.test_admission import GOOD
from tests.support import pictures

# A file of so many bytes is read so often over, at most, and in so many pieces; chains of directories come to most.
MOST_OVER, MOST_PIECES = 40, 2_000


class Counted:
    """A file that notes how much of it is read, and in how many pieces."""

    def __init__(self, content: bytes) -> None:
        self.content, self.bytes, self.pieces, self.last = content, 0, 0, 0

    def __call__(self, start: int, stop: int) -> bytes:
        found = self.content[start:stop]
        self.bytes, self.pieces = self.bytes + len(found), self.pieces + 1
        self.last = max(self.last, min(stop, len(self.content)))
        return found


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw a file, some of its bytes changed, cut off somewhere, or with something behind it."""
    content = bytearray(file(draw(st.sampled_from(sorted(FILES)))))
    places = st.integers(0, min(len(content), 600) - 1) | st.integers(0, len(content) - 1)
    for place, value in draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        content[place] = value
    return bytes(content[: draw(st.integers(0, len(content)))]) + draw(st.binary(max_size=40))


@pytest.mark.parametrize("name", FORMATS)
@given(content=damaged() | st.binary(max_size=200))
def test_whatever_comes_the_walk_ends_with_an_answer_or_a_refusal(name: str, content: bytes) -> None:
    container, strip = FORMATS[name].container, FORMATS[name].strip
    read = Counted(content)
    with suppress(CorruptImage, UnsupportedFormat):
        width, height = container.size(read)
        assert width >= 0
        assert height >= 0
    assert read.bytes <= MOST_OVER * len(content)
    assert read.pieces <= MOST_PIECES
    with suppress(CorruptImage, UnsupportedFormat, DecompressionBomb):
        container.parts(content)
    with suppress(DecompressionBomb):
        assert strip is None or isinstance(strip(content, b"Exif\0\0"), bytes | None)


@given(st.binary(max_size=60) | damaged())
def test_whatever_comes_is_recognised_or_not(content: bytes) -> None:
    with suppress(UnsupportedFormat):
        assert recognise(content[:HEAD]) in [None, *FORMATS.values()]


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"Exif\0\0II*\0\x08\0\0\0"])
)
def test_whatever_an_exif_block_holds_is_an_orientation_or_none(block: bytes, head: bytes) -> None:
    assert tiff.orientation(head + block) in {None, *range(1, 9)}


@pytest.mark.parametrize("name", GOOD)
def test_of_a_good_picture_the_head_is_read_and_no_more(name: str) -> None:
    format_, draw = GOOD[name]
    content = draw() + bytes(100_000)
    read = Counted(content)
    assert FORMATS[format_].container.size(read) == pictures.SIZE
    directory = 1_000 if format_ == "TIFF" else 0
    assert read.bytes <= 1_500 + directory
    assert read.last <= len(content) - 100_000


@pytest.mark.parametrize(
    "draw", [pictures.jpeg, pictures.png, pictures.webp, pictures.tiff, pictures.bmp, pictures.avif]
)
def test_what_a_decoder_gets_is_not_more_than_the_file(draw: Callable[[], bytes]) -> None:
    content = draw()
    lean = FORMATS[recognise(content[:HEAD]).name].container.parts(content).lean  # type: ignore[union-attr]
    assert len(lean) <= len(content) + 400
    assert whole(lean)(0, 4) == content[:4]
