"""An upright sRGB JPEG loses its metadata and nothing else."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imaging.containers.jpeg import MAX_SCANS, strip
from imaging.reasons import DecompressionBomb
from kit.errors import Rejected
from services.normalize.pixels import normalize
from tests.support import pictures
from tests.support.metadata import metadata

SECRET = b"a secret that must not survive"


def pixels(content: bytes) -> bytes:
    with Image.open(BytesIO(content)) as image:
        return image.tobytes()


def with_segment(content: bytes, marker: int, payload: bytes) -> bytes:
    """Put a segment behind the start marker."""
    return content[:2] + bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload + content[2:]


@pytest.mark.parametrize("options", [{}, {"progressive": 1}, {"subsampling": 0}, {"quality": 30}, {"optimize": 1}])
def test_pixels_stay_bit_for_bit(options: dict[str, int]) -> None:
    original = pictures.encoded(pictures.scene((97, 61)), "JPEG", **options)
    stripped = strip(original)
    assert stripped is not None
    assert pixels(stripped) == pixels(original)


@pytest.mark.parametrize("marker", [*range(0xE0, 0xF0), 0xFE])
def test_every_kind_of_metadata_segment_goes(marker: int) -> None:
    original = with_segment(pictures.jpeg(), marker, SECRET)
    stripped = strip(original)
    assert stripped is not None
    assert SECRET not in stripped
    assert pixels(stripped) == pixels(original)
    assert not metadata(stripped)


def test_what_follows_the_first_picture_goes() -> None:
    stripped = strip(pictures.jpeg() + SECRET)
    assert stripped == strip(pictures.jpeg())
    both = pictures.mpo()
    assert len(strip(both) or b"") < len(both) * 0.7


def test_an_end_marker_in_a_thumbnail_ends_nothing() -> None:
    original = with_segment(pictures.jpeg(), 0xE1, b"Exif\0\0" + pictures.jpeg((16, 16)))
    stripped = strip(original)
    assert stripped is not None
    assert pixels(stripped) == pixels(original)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pictures.cmyk_jpeg(), id="four components"),
        pytest.param(pictures.truncated_jpeg(), id="cut off"),
        pytest.param(pictures.jpeg()[:-2], id="no end marker"),
        pytest.param(with_segment(pictures.jpeg(), 0xEE, b"Adobe\0\x64\0\0\0\0\0"), id="RGB by Adobe's segment"),
        pytest.param(pictures.png(), id="no JPEG"),
        pytest.param(b"\xff\xd8\xff\xd9", id="nothing in it"),
        pytest.param(b"", id="empty"),
    ],
)
def test_what_cannot_be_stripped_safely_is_left_to_the_decoder(content: bytes) -> None:
    assert strip(content) is None


def test_a_scan_bomb_is_refused() -> None:
    original = pictures.jpeg()
    scan = original.index(b"\xff\xda")
    bomb = original[:scan] + original[scan:-2] * (MAX_SCANS + 1) + original[-2:]
    with pytest.raises(DecompressionBomb, match="scans"):
        strip(bomb)


def test_an_upright_jpeg_is_stripped_and_a_turned_one_is_not() -> None:
    upright, turned = normalize(pictures.oriented("JPEG", 1)), normalize(pictures.oriented("JPEG", 6))
    assert (upright.method, turned.method) == ("stripped", "re-encoded")
    assert pixels(upright.content) == pixels(pictures.oriented("JPEG", 1))


def test_a_display_p3_jpeg_is_converted_not_stripped() -> None:
    assert normalize(pictures.display_p3_jpeg()).method == "re-encoded"


@given(st.data())
def test_no_damage_makes_it_fail(data: st.DataObject) -> None:
    content = bytearray(pictures.jpeg((24, 16)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        stripped = strip(cut)
    except Rejected:
        return
    assert stripped is None or (stripped[:2], stripped[-2:]) == (b"\xff\xd8", b"\xff\xd9")
