"""quality = "auto": the smallest file that still looks like its pixels."""

import math
from hashlib import shake_256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from imaging import auto_quality
from imaging.auto_quality import QUALITIES, Encoded, encode_auto, ssim
from imaging.codec import encode
from tests.pictures import opened

LOSSY = ("JPEG", "WEBP", "AVIF")


def lively(size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Return a picture with soft and rough parts, on which qualities differ."""
    ramp, disc = Image.linear_gradient("L").resize(size), Image.radial_gradient("L").resize(size)
    rough = Image.frombytes("L", (40, 30), shake_256(b"rough").digest(1_200)).resize(size, Image.Resampling.BICUBIC)
    return Image.merge("RGB", (ramp, disc, rough))


def by_definition(one: Image.Image, other: Image.Image) -> float:
    """Wang et al. 2004, equation 13, written out, over the whole windows of 8×8."""
    x_, y_ = one.convert("L").load(), other.convert("L").load()
    assert x_
    assert y_
    found = []
    for top in range(0, one.height, 8):
        for left in range(0, one.width, 8):
            places = [(left + i, top + j) for i in range(8) for j in range(8)]
            xs, ys = [float(x_[place]) for place in places], [float(y_[place]) for place in places]  # type: ignore[arg-type]
            mx, my = sum(xs) / 64, sum(ys) / 64
            vx, vy = sum((x - mx) ** 2 for x in xs) / 64, sum((y - my) ** 2 for y in ys) / 64
            cov = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / 64
            c1, c2 = 6.5025, 58.5225
            found.append((2 * mx * my + c1) * (2 * cov + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2)))
    return sum(found) / len(found)


@pytest.mark.parametrize("radius", [0.5, 2, 8])
def test_ssim_is_what_the_paper_says(radius: float) -> None:
    blurred = lively().filter(ImageFilter.GaussianBlur(radius))
    assert ssim(lively(), blurred) == pytest.approx(by_definition(lively(), blurred), abs=1e-4)


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
    assert made.content == encode(lively(), format_, made.quality)
    assert made.ssim == ssim(lively(), opened(made.content)) >= target
    if made.quality > QUALITIES[0]:
        worse = encode(lively(), format_, made.quality - QUALITIES.step)
        assert ssim(lively(), opened(worse)) < target


@pytest.mark.parametrize("format_", LOSSY)
def test_where_no_quality_is_good_enough_the_highest_is_taken(format_: str) -> None:
    assert encode_auto(lively(), format_, 0.99999).quality == QUALITIES[-1]


def test_what_is_easy_to_write_gets_the_lowest_quality() -> None:
    made = encode_auto(Image.new("RGB", (64, 64), (10, 200, 90)), "JPEG", 0.98)
    assert made.quality == QUALITIES[0]
    assert made.ssim == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("target", [0.8, 0.95, 0.97, 0.98, 0.99, 0.999])
def test_at_most_five_encodings_are_tried(target: float, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def counting(image: Image.Image, format_: str, quality: int, exif: bytes) -> bytes:
        tried.append(quality)
        return encode(image, format_, quality, exif)

    monkeypatch.setattr(auto_quality, "encode", counting)
    encode_auto(lively(), "JPEG", target)
    assert len(tried) == len(set(tried)) <= math.ceil(math.log2(len(QUALITIES) + 1)) == 5


def test_png_is_lossless_and_written_once() -> None:
    assert encode_auto(lively(), "PNG", 0.98) == Encoded(encode(lively(), "PNG", 95), 95, 1.0)


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
