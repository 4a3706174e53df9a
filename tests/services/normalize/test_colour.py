"""What numbers mean: by profile, code points, gamma and Exif, whatever they are called. Right values: drawn.py."""

import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.normalize import spaces
from services.normalize.colour import is_srgb
from services.normalize.pixels import normalize
from tests.services.normalize import drawn
from tests.support import pictures
from tests.support.pictures import encoded, opened


def off(content: bytes) -> float:
    """Return how far the master is off the scene, at most, in levels."""
    shown = np.asarray(opened(normalize(content).content).convert("RGB"), float)
    return float(np.abs(shown - drawn.scene()).max())


def cicp(primaries: int, transfer: int, full: int = 1) -> tuple[bytes, bytes]:
    return b"cICP", bytes([primaries, transfer, 0, full])


def signals(primaries: int, transfer: int) -> drawn.Floats:
    return drawn.TRANSFERS[transfer](drawn.light_in(drawn.PRIMARIES[primaries], drawn.scene()))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("primaries", drawn.PRIMARIES)
def test_primaries_are_those_of_h273(primaries: int, bits: int) -> None:
    content = drawn.png(drawn.whole(signals(primaries, 13), bits), bits, cicp(primaries, 13))
    assert off(content) <= 2


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("transfer", drawn.TRANSFERS)
def test_transfer_curves_are_those_of_h273(transfer: int, bits: int) -> None:
    content = drawn.png(drawn.whole(signals(9, transfer), bits), bits, cicp(9, transfer))
    in_eight_bits = {8: 5, 17: 4, 9: 4, 10: 4}  # a level of these is more than one of sRGB's
    assert off(content) <= (in_eight_bits.get(transfer, 3) if bits == 8 else 2)


@pytest.mark.parametrize("bits", [8, 16])
def test_narrow_range_is_widened(bits: int) -> None:
    narrow = (16 + 219 * signals(12, 13)) / 255
    assert off(drawn.png(drawn.whole(narrow, bits), bits, cicp(12, 13, full=0))) <= 3


@pytest.mark.parametrize("codes", [(2, 2), (0, 13), (1, 3), (200, 200)])
def test_codes_that_say_nothing_change_nothing(codes: tuple[int, int]) -> None:
    master = normalize(drawn.png(drawn.whole(drawn.scene() / 255, 8), 8, cicp(*codes)))
    assert master.method == "stripped"


def test_a_code_that_is_not_specified_is_srgbs() -> None:
    numbers = drawn.whole(signals(12, 13), 8)
    assert off(drawn.png(numbers, 8, cicp(12, 2))) <= 2


def test_pngs_codes_go_before_its_profile_and_that_before_gamma() -> None:
    numbers = drawn.whole(signals(12, 13), 8)
    wrong, right = drawn.profile(drawn.SRGB, drawn.LINEAR), drawn.profile(drawn.PRIMARIES[12], drawn.SRGB_CURVE)
    gamma = (b"gAMA", struct.pack(">I", 100_000))
    assert off(drawn.png(numbers, 8, cicp(12, 13), drawn.iccp(wrong), gamma)) <= 2
    assert off(drawn.png(numbers, 8, drawn.iccp(right), gamma)) <= 2


def gamma_and_primaries(gamma: int, primaries: tuple[tuple[float, float], ...]) -> list[tuple[bytes, bytes]]:
    red, green, blue, white = primaries
    numbers = [round(100_000 * number) for place in (white, red, green, blue) for number in place]
    return [(b"gAMA", struct.pack(">I", gamma)), (b"cHRM", struct.pack(">8I", *numbers))]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(("gamma", "exponent"), [(100_000, 1.0), (55_556, 1.8), (38_462, 2.6)])
def test_pngs_gamma_and_chromaticities_are_honoured(gamma: int, exponent: float, bits: int) -> None:
    light = drawn.light_in(drawn.ADOBE_RGB, drawn.scene())
    both = gamma_and_primaries(gamma, drawn.ADOBE_RGB)
    within = 5 if bits == 8 and gamma == 100_000 else 2
    assert off(drawn.png(drawn.whole(light ** (1 / exponent), bits), bits, *both)) <= within
    alone = drawn.light_in(drawn.SRGB, drawn.scene()) ** (1 / exponent)
    assert off(drawn.png(drawn.whole(alone, bits), bits, both[0])) <= within


def test_chromaticities_alone_have_srgbs_curve() -> None:
    signal = drawn.srgb_signal(drawn.light_in(drawn.ADOBE_RGB, drawn.scene()))
    [_, alone] = gamma_and_primaries(0, drawn.ADOBE_RGB)
    assert off(drawn.png(drawn.whole(signal, 8), 8, alone)) <= 2


@pytest.mark.parametrize(
    "said",
    [
        [(b"gAMA", struct.pack(">I", 45_455))],  # libpng: within 5 % it stands for sRGB
        gamma_and_primaries(45_455, drawn.SRGB),
        [(b"sRGB", b"\0"), *gamma_and_primaries(100_000, drawn.ADOBE_RGB)],
        [(b"gAMA", struct.pack(">I", 0))],
        [(b"gAMA", struct.pack(">I", 3_000_000_000))],
        [(b"cHRM", bytes(32))],
        [(b"cHRM", struct.pack(">8I", 31_270, 32_900, *(33_000,) * 6))],  # three times the same ink
    ],
)
def test_what_stands_for_srgb_or_for_nothing_changes_nothing(said: list[tuple[bytes, bytes]]) -> None:
    assert normalize(drawn.png(drawn.whole(drawn.scene() / 255, 8), 8, *said)).method == "stripped"


def avif(numbers: np.ndarray, primaries: int, transfer: int, matrix: int = 6, *, full: bool = True) -> bytes:
    """Return an AVIF whose nclx box says so; only the box, which decoders ask before the coded picture."""
    image = Image.fromarray(numbers.astype(np.uint8))
    content = bytearray(encoded(image, "AVIF", quality=100, subsampling="4:4:4", range="full" if full else "limited"))
    at = content.index(b"colrnclx") + 8
    content[at : at + 7] = struct.pack(">HHHB", primaries, transfer, matrix, 128 if full else 0)
    return bytes(content)


@pytest.mark.parametrize(("primaries", "transfer"), [(12, 13), (9, 13), (1, 8), (9, 1), (1, 4)])
def test_avifs_codes_are_honoured(primaries: int, transfer: int) -> None:
    master = normalize(avif(drawn.whole(signals(primaries, transfer), 8), primaries, transfer))
    assert pictures.difference(opened(master.content), pictures.scene()) <= 3


@pytest.mark.parametrize("full", [True, False])
def test_avifs_decoder_has_done_matrix_and_range(full: bool) -> None:
    assert off(avif(drawn.scene(), 1, 13, full=full)) <= 4
    by_bt709 = opened(avif(drawn.scene(), 1, 13, matrix=1, full=full)).convert("RGB").getpixel((5, 5))
    assert off(avif(drawn.scene(), 1, 13, matrix=1, full=full)) > 10, by_bt709  # written by BT.601's


def exif(space: int, rules: str) -> Image.Exif:
    tags = pictures.exif(1)
    tags.get_ifd(0x8769).update({0xA001: space, 0xA005: {1: rules, 2: b"0100"}})
    return tags


def test_what_exif_says_of_adobe_rgb_is_believed_where_no_profile_is() -> None:
    signal = drawn.light_in(drawn.ADOBE_RGB, drawn.scene()) ** (256 / 563)
    image = Image.fromarray(drawn.whole(signal, 8).astype(np.uint8))

    def tagged(space: int, rules: str) -> bytes:
        return encoded(image, "PNG", exif=exif(space, rules))

    for adobe in (tagged(0xFFFF, "R03"), tagged(2, "R98")):
        assert off(adobe) <= 3
    for other in (tagged(1, "R03"), tagged(0xFFFF, "R98")):
        assert normalize(other).method == "stripped"
    srgb = drawn.profile(drawn.SRGB, drawn.SRGB_CURVE)
    jpeg = encoded(pictures.scene(), "JPEG", quality=95, subsampling=0, exif=exif(0xFFFF, "R03"), icc_profile=srgb)
    assert normalize(jpeg).method == "stripped"


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("name", ["sRGB", "GIMP built-in Linear sRGB", "sRGB IEC61966-2.1"])
def test_a_profile_counts_by_its_curves_and_not_by_its_name(name: str, bits: int) -> None:
    linear = drawn.profile(drawn.SRGB, drawn.LINEAR, name)
    numbers = drawn.whole(drawn.srgb_light(drawn.scene() / 255), bits)
    assert off(drawn.png(numbers, bits, drawn.iccp(linear))) <= (4 if bits == 8 else 1)


@pytest.mark.parametrize(
    ("format_", "options"),
    [
        ("JPEG", {"quality": 100, "subsampling": 0}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("AVIF", {"quality": 100, "subsampling": "4:4:4"}),
    ],
)
def test_a_profile_counts_in_every_format_that_has_one(format_: str, options: dict[str, Any]) -> None:
    signal = drawn.srgb_signal(drawn.light_in(drawn.PROPHOTO, drawn.scene()))
    image = Image.fromarray(drawn.whole(signal, 8).astype(np.uint8))
    content = encoded(image, format_, icc_profile=drawn.profile(drawn.PROPHOTO, drawn.SRGB_CURVE), **options)
    assert pictures.difference(opened(normalize(content).content), pictures.scene()) <= 4


def test_srgb_is_srgb_whatever_it_is_called() -> None:
    numbers = drawn.whole(drawn.scene() / 255, 8)
    for name in ("sRGB", "Adobe RGB (1998)", "c2", ""):
        content = drawn.png(numbers, 8, drawn.iccp(drawn.profile(drawn.SRGB, drawn.SRGB_CURVE, name)))
        assert normalize(content).method == "stripped"


@settings(deadline=None, max_examples=15)
@given(
    st.sampled_from([drawn.SRGB, drawn.ADOBE_RGB, drawn.PROPHOTO, drawn.PRIMARIES[12]]),
    st.sampled_from([drawn.LINEAR, drawn.GAMMA_18, drawn.SRGB_CURVE]),
    st.sampled_from(["sRGB IEC61966-2.1", "sRGB preference"]),
    st.text("abcRGBs ", max_size=30),
    st.sampled_from([8, 16]),
)
def test_a_profile_equals_its_twin_under_another_name(
    primaries: tuple[tuple[float, float], ...], curve: bytes, name: str, other: str, bits: int
) -> None:
    numbers = drawn.whole(drawn.scene() / 255, bits)
    one, twin = (
        normalize(drawn.png(numbers, bits, drawn.iccp(drawn.profile(primaries, curve, word)))) for word in (name, other)
    )
    assert one == twin


@pytest.mark.parametrize("format_", ["JPEG", "WEBP", "TIFF", "AVIF"])
@settings(max_examples=15)
@given(
    st.sampled_from([drawn.SRGB, drawn.ADOBE_RGB, drawn.PRIMARIES[12]]),
    st.sampled_from([drawn.LINEAR, drawn.SRGB_CURVE]),
    st.text("abcRGBs ", max_size=30),
)
def test_a_profile_equals_its_twin_in_every_container(
    format_: str, primaries: tuple[tuple[float, float], ...], curve: bytes, other: str
) -> None:
    one, twin = (
        normalize(encoded(pictures.scene(), format_, icc_profile=drawn.profile(primaries, curve, word)))
        for word in ("sRGB IEC61966-2.1", other)
    )
    assert one == twin


@pytest.mark.parametrize("curve", [drawn.GAMMA_18, drawn.SRGB_CURVE])
def test_sixteen_bits_of_a_wide_space_become_srgb(curve: bytes) -> None:
    light = drawn.light_in(drawn.PROPHOTO, drawn.scene())
    signal = light ** (1 / 1.8) if curve is drawn.GAMMA_18 else drawn.srgb_signal(light)
    numbers = drawn.whole(signal, 16)
    content = drawn.png(numbers, 16, drawn.iccp(drawn.profile(drawn.PROPHOTO, curve)))
    assert off(content) <= 3


@pytest.mark.parametrize("big", [False, True])
def test_sixteen_bits_of_a_tiff_become_srgb_before_they_are_cut(big: bool) -> None:
    numbers = drawn.whole(drawn.srgb_light(drawn.scene() / 255), 16)
    assert off(tiff(numbers, drawn.profile(drawn.SRGB, drawn.LINEAR), big=big)) <= 1


def tiff(numbers: np.ndarray, profile: bytes, *, big: bool) -> bytes:
    """Return a TIFF of 16-bit colours, in one strip: TIFF 6.0, section 6."""
    order = ">" if big else "<"
    height, width = numbers.shape[:2]
    pixels = numbers.astype(f"{order}u2").tobytes()
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, 0), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 0)]
    entries += [(277, 3, 1, 3), (278, 4, 1, height), (279, 4, 1, len(pixels)), (34675, 7, len(profile), 0)]
    start = 8 + 2 + 12 * len(entries) + 4
    places = {258: start, 273: start + 6, 34675: start + 6 + len(pixels)}
    directory = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, inline in entries:
        value = places.get(tag, inline)
        short = kind == 3 and count == 1
        directory += struct.pack(f"{order}HHI", tag, kind, count)
        directory += struct.pack(f"{order}HH" if short else f"{order}I", *((value, 0) if short else (value,)))
    head = (b"MM" if big else b"II") + struct.pack(f"{order}HI", 42, 8)
    return head + directory + bytes(4) + struct.pack(f"{order}3H", 16, 16, 16) + pixels + profile


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_dark_levels_of_sixteen_linear_bits_stay_apart(channels: int) -> None:
    """A ramp of light that is even in sRGB; cut to eight bits before, it would have 184 levels."""
    even = drawn.whole(drawn.srgb_light(np.arange(256) / 255), 16)
    numbers = np.broadcast_to(even[None, :, None], (4, 256, channels)).copy()
    if channels in (2, 4):
        numbers[..., -1] = 65_535
    space = b"GRAY" if channels < 3 else b"RGB "
    content = drawn.png(numbers, 16, drawn.iccp(drawn.profile(drawn.SRGB, drawn.LINEAR, space=space)))
    row = np.asarray(opened(normalize(content).content).convert("RGB"))[2, :, 1]
    assert np.abs(row.astype(int) - np.arange(256)).max() <= 1


@pytest.mark.parametrize(("transfer", "encode", "most"), [(16, drawn.pq, 10_000), (18, drawn.hlg, 1_000)])
@pytest.mark.parametrize("bits", [8, 16])
def test_what_a_screen_can_show_of_hdr_stays_as_it_is(
    transfer: int, encode: Callable[[drawn.Floats], drawn.Floats], most: float, bits: int
) -> None:
    """White of pictures without highlights is 203 cd/m²: ITU-R BT.2408. The scene is below 0.75 of it."""
    light = drawn.light_in(drawn.PRIMARIES[9], drawn.scene()) * 203 / most
    content = drawn.png(drawn.whole(encode(light), bits), bits, cicp(9, transfer))
    assert off(content) <= (4 if bits == 8 else 2)
    assert normalize(content).method == "re-encoded, tone-mapped"


@pytest.mark.parametrize(("transfer", "encode", "most"), [(16, drawn.pq, 10_000), (18, drawn.hlg, 1_000)])
def test_highlights_are_pressed_and_stay_apart(
    transfer: int, encode: Callable[[drawn.Floats], drawn.Floats], most: float
) -> None:
    nits = np.array([0, 50, 150, 203, 300, 500, 1_000])
    row = drawn.whole(encode(nits / most), 16)
    content = drawn.png(np.broadcast_to(row[None, :, None], (4, len(row), 3)).copy(), 16, cicp(1, transfer))
    shown = np.asarray(opened(normalize(content).content))[2, :, 1].astype(int)
    assert all(right > left for left, right in pairwise(shown))
    assert shown[0] == 0
    assert 235 <= shown[3] <= 245, "white has room above it"
    assert shown[-1] >= 250
    for level, light in zip(shown[1:3], (50 / 203, 150 / 203), strict=True):
        assert level == pytest.approx(255 * drawn.srgb_signal(np.array(light)), abs=1)


def test_a_profile_of_an_hdr_screen_is_taken_by_its_codes() -> None:
    tags = spaces.tags_of(drawn.profile(drawn.SRGB, drawn.LINEAR))
    icc = spaces.written(b"RGB ", tags | {b"cicp": b"cicp\0\0\0\0\x09\x10\0\1"})
    light = drawn.light_in(drawn.PRIMARIES[9], drawn.scene()) * 203 / 10_000
    content = drawn.png(drawn.whole(drawn.pq(light), 16), 16, drawn.iccp(icc))
    assert off(content) <= 2
    assert normalize(content).method == "re-encoded, tone-mapped"


@settings(deadline=None, max_examples=20)
@given(st.binary(max_size=300))
def test_a_broken_profile_is_no_error(tail: bytes) -> None:
    icc = drawn.profile(drawn.SRGB, drawn.LINEAR)
    for broken in (tail, icc[:128] + tail, icc[:132] + tail + icc[132:]):
        normalize(drawn.png(drawn.whole(drawn.scene()[:2, :2] / 255, 16), 16, drawn.iccp(broken)))


def test_srgb_is_what_changes_nothing() -> None:
    assert is_srgb(spaces.made(spaces.SRGB, spaces.srgb))
    assert is_srgb(drawn.profile(drawn.SRGB, drawn.SRGB_CURVE, space=b"GRAY"))
    assert not is_srgb(drawn.profile(drawn.SRGB, drawn.GAMMA_18, space=b"GRAY"))
    assert not is_srgb(drawn.profile(drawn.PRIMARIES[12], drawn.SRGB_CURVE))
