"""TIFF by its kinds: right, or refused by name. Right values follow from TIFF 6.0 and the numbers that are drawn."""

import struct
from typing import Any

import pytest

from imaging.reasons import UnsupportedFormat
from services.normalize.pixels import normalize
from tests.support import pictures
from tests.support.pictures import encoded, is_scene, opened
from tests.support.tiffs import (
    BOTH,
    SHORT,
    SIZE,
    close,
    grey,
    halves,
    packed,
    shown,
    tiled,
)

RED, CYAN = (200, 40, 40), (40, 200, 200)


def whole(bits: int, *levels: int) -> list[int]:
    """Return levels of 0 to 255 in so many bits."""
    return [level * ((1 << bits) - 1) // 255 for level in levels]


def reversed_bits(data: bytes) -> bytes:
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)


@BOTH
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("white", [False, True])
def test_nought_is_black_or_white_as_the_file_says(order: str, bits: int, white: bool) -> None:
    most = (1 << bits) - 1
    seen = shown(halves([0], [most], bits, 0 if white else 1, order))
    assert close(seen, *((grey(255), grey(0)) if white else (grey(0), grey(255))))


@BOTH
@pytest.mark.parametrize(("photometric", "left", "right"), [(1, 200, 40), (0, 55, 215)])
def test_sixteen_bits_of_grey_keep_their_middle(order: str, photometric: int, left: int, right: int) -> None:
    assert close(shown(halves([51_400], [10_280], 16, photometric, order)), grey(left), grey(right))


LAID = [{"planar": planar, "deflated": deflated} for planar in (False, True) for deflated in (False, True)]


@BOTH
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("laid", LAID, ids=str)
class TestColours:
    """Contiguous or in planes, compressed or not, in both orders of bytes."""

    def test_rgb(self, order: str, bits: int, laid: dict[str, Any]) -> None:
        left, right = whole(bits, *RED), whole(bits, *CYAN)
        assert close(shown(halves(left, right, bits, 2, order, **laid)), (*RED, 255), (*CYAN, 255))

    @pytest.mark.parametrize(("extra", "alpha"), [(0, 255), (1, 128), (2, 128), (999, 128), (None, 128)])
    def test_rgb_and_one_more(self, order: str, bits: int, laid: dict[str, Any], extra: int | None, alpha: int) -> None:
        scale = 128 / 255 if extra == 1 else 1  # associated: multiplied into the colours
        left = whole(bits, *(round(level * scale) for level in RED), 128)
        more: dict[str, Any] = {} if extra is None else {"t338": (SHORT, [extra])}
        content = halves(left, whole(bits, *CYAN, 255), bits, 2, order, **laid, **more)
        assert close(shown(content), (*RED, alpha), (*CYAN, 255))

    @pytest.mark.parametrize(("extra", "alpha"), [(0, 255), (1, 128), (2, 128), (None, 128)])
    def test_grey_and_one_more(
        self, order: str, bits: int, laid: dict[str, Any], extra: int | None, alpha: int
    ) -> None:
        more: dict[str, Any] = {} if extra is None else {"t338": (SHORT, [extra])}
        left = whole(bits, 100 if extra == 1 else 200, 128)
        content = halves(left, whole(bits, 40, 255), bits, 1, order, **laid, **more)
        if bits == 16 and not laid["planar"]:
            with pytest.raises(UnsupportedFormat, match="2 samples of 16 bits"):
                normalize(content)
        else:
            assert close(shown(content), grey(200, alpha), grey(40))

    def test_inks(self, order: str, bits: int, laid: dict[str, Any]) -> None:
        most = (1 << bits) - 1
        content = halves([0, most, most, 0], [most, 0, 0, 0], bits, 5, order, **laid)
        assert close(shown(content), (255, 0, 0, 255), (0, 255, 255, 255))


@BOTH
@pytest.mark.parametrize("bits", [8, 16])
def test_rows_that_hold_differences_are_summed(order: str, bits: int) -> None:
    """TIFF 6.0, section 14; the differences of a row are reckoned in the file's own order of bytes."""
    across, down = SIZE
    level, step = whole(bits, 200, 40)
    differences = [level] + [0] * (across // 2 - 1) + [step - level & (1 << bits) - 1] + [0] * (across // 2 - 1)

    def differ(_: bytes) -> bytes:
        return packed(order, bits, [differences] * down)

    content = halves([level], [step], bits, 1, order, deflated=True, change=differ, t317=(SHORT, [2]))
    assert close(shown(content), grey(200), grey(40))


@BOTH
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("by", [257, 1])
def test_palettes_of_two_bytes_a_colour_and_of_one_that_was_taken_for_two(order: str, bits: int, by: int) -> None:
    last = (1 << bits) - 1
    colours = [[0] * (last + 1) for _ in RED]
    for channel, first_level, last_level in zip(colours, RED, CYAN, strict=True):
        channel[0], channel[last] = first_level * by, last_level * by
    content = halves([0], [last], bits, 3, order, t320=(SHORT, [level for channel in colours for level in channel]))
    assert close(shown(content), (*RED, 255), (*CYAN, 255))


@BOTH
@pytest.mark.parametrize(("extra", "alpha"), [((0, 0), 255), ((1, 0), 128), ((2, 0), 128), ((2, 0, 0), 128)])
def test_further_samples_are_passed_over(order: str, extra: tuple[int, ...], alpha: int) -> None:
    scale = 128 / 255 if extra[0] == 1 else 1
    more = [9] * (len(extra) - 1)
    left = [*(round(level * scale) for level in RED), 128, *more]
    assert close(
        shown(halves(left, [*CYAN, 255, *more], 8, 2, order, t338=(SHORT, extra))), (*RED, alpha), (*CYAN, 255)
    )


@BOTH
def test_lab_is_lab(order: str) -> None:
    """L* 53.7, a* 20, b* -20 is (150, 117, 162) in sRGB, by CIE 1976 and D50; L* 78.4 is grey 194."""
    assert close(shown(halves([137, 20, 236], [200, 0, 0], 8, 8, order)), (150, 117, 162, 255), grey(194))


@BOTH
@pytest.mark.parametrize("deflated", [False, True])
def test_luma_and_chroma_of_full_size(order: str, deflated: bool) -> None:
    content = halves([76, 85, 255], [149, 43, 21], 8, 6, order, deflated=deflated, t530=(SHORT, [1, 1]))
    assert close(shown(content), (254, 0, 0, 255), (0, 255, 0, 255))


@BOTH
@pytest.mark.parametrize(("across", "down"), [(2, 2), (2, 1), (4, 1), (4, 2), (4, 4), (1, 2)])
def test_chroma_of_less_size_is_read_where_it_is_compressed(order: str, across: int, down: int) -> None:
    """TIFF 6.0, section 21: units of so many lumas and one pair of chromas. Without compression Pillow reads noise."""
    units = [[76] * (across * down) + [85, 255]] * (SIZE[0] // 2 // across)
    units += [[149] * (across * down) + [43, 21]] * (SIZE[0] // 2 // across)
    rows = [[sample for unit in units for sample in unit]] * (SIZE[1] // down)
    more: dict[str, Any] = {"t530": (SHORT, [across, down])}
    content = halves([0] * 3, [0] * 3, 8, 6, order, deflated=True, change=lambda _: packed(order, 8, rows), **more)
    assert close(shown(content), (254, 0, 0, 255), (0, 255, 0, 255))
    with pytest.raises(UnsupportedFormat, match="subsampled, uncompressed YCbCr"):
        normalize(halves([0] * 3, [0] * 3, 8, 6, order, change=lambda _: packed(order, 8, rows), **more))


@BOTH
def test_floating_point_grey(order: str) -> None:
    assert close(shown(halves([0.5], [1.5], 32, 1, order, is_float=True)), grey(0), grey(255))  # type: ignore[list-item]
    assert close(shown(halves([0.5], [1.5], 32, 0, order, is_float=True)), grey(255), grey(0))  # type: ignore[list-item]


@BOTH
@pytest.mark.parametrize(("left", "right", "bits"), [([1], [0], 1), ([3], [0], 2), ([12], [3], 4), ([200], [40], 8)])
def test_bits_may_come_in_the_other_order(order: str, left: list[int], right: list[int], bits: int) -> None:
    more: dict[str, Any] = {"t266": (SHORT, [2])}
    content = halves(left, right, bits, 1, order, change=reversed_bits, **more)
    assert shown(content) == shown(halves(left, right, bits, 1, order))


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("1", {"compression": "group3"}),
        ("1", {"compression": "group4"}),
        ("1", {"compression": "tiff_ccitt"}),
        ("RGB", {"compression": "tiff_lzw"}),
        ("RGB", {"compression": "packbits"}),
        ("RGB", {"compression": "lzma"}),
        ("RGB", {"compression": "zstd"}),
        ("RGB", {"compression": "jpeg", "quality": 95}),
        ("YCbCr", {"compression": "jpeg", "quality": 95}),
        ("L", {"compression": "jpeg", "quality": 95}),
        ("CMYK", {"compression": "jpeg", "quality": 95}),
    ],
)
def test_compressions(mode: str, options: dict[str, Any]) -> None:
    image = pictures.scene().convert(mode)
    master = opened(normalize(encoded(image, "TIFF", **options)).content).convert("RGB")
    assert pictures.difference(master, image.convert("RGB")) <= 3


def test_a_negative_may_be_a_jpeg() -> None:
    content = bytearray(encoded(pictures.scene().convert("L"), "TIFF", compression="jpeg", quality=95))
    content[content.index(struct.pack("<HHI", 262, SHORT, 1)) + 8] = 0
    shown_level = opened(normalize(bytes(content)).content).convert("L").getpixel((5, 5))
    original = pictures.scene().convert("L").getpixel((5, 5))
    assert isinstance(shown_level, int)
    assert isinstance(original, int)
    assert abs(shown_level - (255 - original)) <= 3


@pytest.mark.parametrize("planar", [False, True])
def test_tiles(planar: bool) -> None:
    assert is_scene(opened(normalize(tiled(planar)).content))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (halves([0], [4095], 12, 1), "12 bits"),
        (halves([0], [1 << 31], 32, 1), "32 bits"),
        (halves([0], [1], 16, 1, t339=(SHORT, [2])), "signed integers of 16 bits"),
        (halves([0], [1], 8, 1, t339=(SHORT, [2])), "signed integers of 8 bits"),
        (halves([0.0] * 3, [1.0] * 3, 32, 2, is_float=True), "floating-point numbers of 32 bits"),  # type: ignore[list-item]
        (halves([0], [1], 16, 1, t339=(SHORT, [3])), "floating-point numbers of 16 bits"),
        (halves([0], [1], 16, 1, t339=(SHORT, [5])), "complex integers"),
        (halves([0] * 3, [1] * 3, 8, 2, t258=(SHORT, [5, 6, 5])), "different bits a sample"),
        (halves([0, 1], [1, 0], 8, 0), "2 samples of 8 bits in photometric interpretation 0"),
        (halves([0] * 5, [1] * 5, 8, 2, t338=(SHORT, [0, 2])), "alpha behind other extra samples"),
        (halves([0] * 4, [1] * 4, 8, 5, t332=(SHORT, [2])), "inks other than CMYK"),
        (halves([0] * 5, [1] * 5, 8, 5, t338=(SHORT, [2])), "inks other than CMYK, or with alpha"),
        (halves([0] * 5, [1] * 5, 8, 5, t338=(SHORT, [2]), planar=True), "inks and alpha"),
        (halves([0] * 3, [1] * 3, 8, 8, planar=True), "in planes"),
        (halves([0], [1], 8, 4), "a mask"),
        (halves([0] * 3, [1] * 3, 8, 9), r"ICC L\*a\*b\*"),
        (halves([0], [1], 16, 32844), "LogL"),
        (halves([0], [1], 8, 77), "photometric interpretation 77"),
        (halves([0], [1], 8, 1, t259=(SHORT, [6])), "old-style JPEG"),
        (halves([0], [1], 8, 1, t259=(SHORT, [34661])), "compression 34661"),
        (halves([0], [1], 16, 1, t266=(SHORT, [2])), "reversed bits"),
    ],
)
def test_what_would_come_out_wrong_is_refused_by_name(content: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=f"^TIFF with .*{name}.* is not supported; save it as "):
        normalize(content)
