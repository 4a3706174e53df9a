"""However a file is damaged, it ends as a picture or as a refusal, never as a bug."""

import struct
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.reasons import CorruptImage
from imaging.recipes import Recipe, Rendition
from kit.errors import Rejected
from services.normalize.pixels import normalize
from services.resize.renditions import make
from tests.support import pictures

FILES: dict[str, Callable[[], bytes]] = {
    **pictures.ORDINARY,
    "MPO": pictures.mpo,
    "alpha PNG": pictures.alpha_png,
    "palette PNG": lambda: pictures.palette_png(transparent=True),
    "16-bit PNG": pictures.grey16_png,
    "alpha WebP": pictures.alpha_webp,
    "CMYK JPEG": pictures.cmyk_jpeg,
    "Display P3 JPEG": pictures.display_p3_jpeg,
    "turned JPEG": lambda: pictures.oriented("JPEG", 6),
    "turned TIFF": lambda: pictures.oriented("TIFF", 6),
    "turned PNG": lambda: pictures.oriented("PNG", 6),
    "turned WebP": lambda: pictures.oriented("WEBP", 6),
    "turned AVIF": lambda: pictures.oriented("AVIF", 6),
}
TINY = Recipe(name="tiny", rendition=(Rendition(name="tiny", width=8, height=8),))
# Pillow remarks on some damage with a warning; on Lambda that is a line in the log.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@cache
def file(name: str) -> bytes:
    return FILES[name]()


def ends_well(content: bytes) -> None:
    """A master that was decoded is whole; one that was only stripped is decoded by resize, which may still refuse."""
    with suppress(Rejected):
        master = normalize(content)
        if master.method == "stripped":
            list(make(master.content, TINY))
        assert pictures.opened(master.content).size == (master.width, master.height)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=25)
@given(share=st.floats(0, 1))
def test_a_truncated_file_ends_well(name: str, share: float) -> None:
    content = file(name)
    ends_well(content[: int(len(content) * share)])


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=40)
@given(data=st.data())
def test_a_file_with_flipped_bytes_ends_well(name: str, data: st.DataObject) -> None:
    content = bytearray(file(name))
    places = st.integers(0, min(len(content), 600) - 1) | st.integers(0, len(content) - 1)  # headers are touchier
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)):
        content[place] = value
    ends_well(bytes(content))


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=300))
def test_a_header_with_nonsense_behind_it_ends_well(name: str, nonsense: bytes) -> None:
    ends_well(file(name)[:32] + nonsense)


def test_a_strip_that_lies_beyond_every_file_is_damage() -> None:
    content = bytearray(pictures.tiff())
    strip_offsets = content.index(struct.pack("<HHI", 273, 4, 1))
    struct.pack_into("<HHII", content, strip_offsets, 273, 16, 1, len(content))  # one 64-bit number, at the end
    with pytest.raises(CorruptImage, match="truncated"):
        normalize(bytes(content) + b"\xff" * 8)


@given(st.binary(max_size=300))
def test_nonsense_ends_well(nonsense: bytes) -> None:
    ends_well(nonsense)
