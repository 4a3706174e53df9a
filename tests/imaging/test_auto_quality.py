"""quality = "auto": the smallest file that still looks like its pixels."""

import math
from hashlib import shake_256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from imaging import auto_quality
from imaging.auto_quality import QUALITIES, Encoded, encode_auto, ssim
from imaging.codec import encode
from tests.support.pictures import difference, opened

LOSSY = ("JPEG", "WEBP", "AVIF")


def lively(size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Return a picture with soft and rough parts, on which qualities differ."""
    ramp, disc = Image.linear_gradient("L").resize(size), Image.radial_gradient("L").resize(size)
    rough = Image.frombytes("L", (40, 30), shake_256(b"rough").digest(1_200)).resize(size, Image.Resampling.BICUBIC)
    return Image.merge("RGB", (ramp, disc, rough))


def windows(image: Image.Image) -> np.ndarray:
    """Return the 8×8 windows of the planes, as (plane, window, pixel); an eighth of chroma's distance to grey."""
    planes = np.atleast_3d(np.asarray(image.convert("L" if image.mode == "L" else "YCbCr"), float)).transpose(2, 0, 1)
    planes[1:] = (planes[1:] - 128) / 8
    cut = planes.reshape(len(planes), image.height // 8, 8, image.width // 8, 8)
    return cut.transpose(0, 1, 3, 2, 4).reshape(len(planes), -1, 64)


def by_definition(one: Image.Image, other: Image.Image) -> float:
    """Wang et al. 2004, equation 13, written out, over the whole windows of 8×8; products of vectors are sums."""
    x, y = windows(one), windows(other)
    mx, my = x.mean(axis=2), y.mean(axis=2)
    variances = (x.var(axis=2) + y.var(axis=2)).sum(axis=0)
    covariances = ((x - mx[..., None]) * (y - my[..., None])).mean(axis=2).sum(axis=0)
    c1, c2 = 6.5025, 58.5225
    light = (2 * (mx * my).sum(axis=0) + c1) / ((mx**2 + my**2).sum(axis=0) + c1)
    return float((light * (2 * covariances + c2) / (variances + c2)).mean())


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("radius", [0.5, 2, 8])
def test_ssim_is_what_the_paper_says(radius: float, mode: str) -> None:
    image = lively().convert(mode)
    blurred = image.filter(ImageFilter.GaussianBlur(radius))
    assert ssim(image, blurred) == pytest.approx(by_definition(image, blurred), abs=1e-4)


def equal_brightness() -> Image.Image:
    """Return thin green lines on red, all of one luma: half of the colours' resolution would be half of the picture."""
    image = Image.new("RGB", (160, 120), (200, 40, 40))
    for x in range(0, 160, 3):
        image.paste((40, 122, 40), (x, 0, x + 1, 120))
    return image


def test_a_picture_without_its_colours_is_another_one() -> None:
    grey = equal_brightness().convert("L")
    assert grey.getextrema() == (88, 88)
    assert ssim(equal_brightness(), grey.convert("RGB")) < 0.9


@pytest.mark.parametrize("format_", ["JPEG", "AVIF"])
def test_colours_are_as_fine_as_brightness_where_they_tell_the_picture(format_: str) -> None:
    made = encode_auto(equal_brightness(), format_, 0.98)
    assert made.fine
    assert made.ssim >= 0.98
    assert difference(opened(made.content), equal_brightness()) < 6
    assert str(made) == f"quality {made.quality}, full chroma (ssim {made.ssim:.3f})"


def test_webp_is_lossless_where_it_must_be_and_no_larger() -> None:
    made = encode_auto(equal_brightness(), "WEBP", 0.98)
    assert str(made) == "lossless (ssim 1.000)"
    assert opened(made.content).tobytes() == equal_brightness().tobytes()
    assert len(made.content) < len(encode(equal_brightness(), "WEBP", QUALITIES[-1]))


def test_webp_has_the_highest_quality_where_lossless_would_take_more_bytes() -> None:
    image = Image.merge("YCbCr", [Image.new("L", (160, 120), 90), *(Image.effect_noise((160, 120), 80),) * 2])
    made = encode_auto(image.convert("RGB"), "WEBP", 0.98)
    assert (made.quality, made.fine, made.ssim < 0.98) == (QUALITIES[-1], False, True)


def test_a_picture_is_like_itself_and_less_like_others() -> None:
    assert ssim(lively(), lively()) == pytest.approx(1)
    mild, strong = (ssim(lively(), lively().filter(ImageFilter.GaussianBlur(radius))) for radius in (1, 4))
    assert 1 > mild > strong
    assert ssim(Image.new("L", (16, 16)), Image.new("L", (16, 16), 255)) < 0.001


def test_what_is_transparent_counts_as_white() -> None:
    invisible = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    assert ssim(invisible, Image.new("RGB", (16, 16), "white")) == pytest.approx(1)


@pytest.mark.parametrize("format_", LOSSY)
@pytest.mark.parametrize("target", [0.9, 0.95, 0.98])
def test_the_file_meets_the_target_and_a_smaller_quality_would_not(format_: str, target: float) -> None:
    made = encode_auto(lively(), format_, target)
    assert made.quality
    assert made.content == encode(lively(), format_, made.quality, fine=made.fine)
    assert made.ssim == ssim(lively(), opened(made.content)) >= target
    if made.quality > QUALITIES[0]:
        worse = encode(lively(), format_, made.quality - QUALITIES.step, fine=made.fine)
        assert ssim(lively(), opened(worse)) < target


@pytest.mark.parametrize("format_", ["JPEG", "AVIF"])
def test_where_no_quality_is_good_enough_the_highest_is_taken(format_: str) -> None:
    assert encode_auto(lively(), format_, 0.99999).quality == QUALITIES[-1]


def test_what_is_easy_to_write_gets_the_lowest_quality() -> None:
    made = encode_auto(Image.new("RGB", (64, 64), (10, 200, 90)), "JPEG", 0.98)
    assert made.quality == QUALITIES[0]
    assert made.ssim == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("target", [0.8, 0.95, 0.97, 0.98, 0.99, 0.999])
def test_at_most_five_encodings_are_tried_and_five_more_where_none_will_do(
    target: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[int, bool]] = []

    def counting(image: Image.Image, format_: str, quality: int, exif: bytes, *, fine: bool) -> bytes:
        tried.append((quality, fine))
        return encode(image, format_, quality, exif, fine=fine)

    monkeypatch.setattr(auto_quality, "encode", counting)
    made = encode_auto(lively(), "JPEG", target)
    monkeypatch.undo()
    assert len(tried) == len(set(tried))
    for fine in (False, True):
        assert sum(one == fine for _, one in tried) <= math.ceil(math.log2(len(QUALITIES) + 1)) == 5
    plain_will_do = ssim(lively(), opened(encode(lively(), "JPEG", QUALITIES[-1]))) >= target
    assert any(fine for _, fine in tried) != plain_will_do
    assert not (made.fine and plain_will_do)


def test_png_is_lossless_and_written_once() -> None:
    assert encode_auto(lively(), "PNG", 0.98) == Encoded(encode(lively(), "PNG", 95), None, True, 1.0)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(("JPEG", "WEBP", "PNG")),
    st.sampled_from(["L", "LA", "RGB", "RGBA"]),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_every_picture_however_small_gets_a_file_and_the_same_one_each_time(
    format_: str, mode: str, size: tuple[int, int]
) -> None:
    image = lively(size).convert(mode)
    made = encode_auto(image, format_, 0.98)
    assert made == encode_auto(image, format_, 0.98)
    assert opened(made.content).size == size
