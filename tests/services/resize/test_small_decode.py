"""What is decoded or reduced small at first is the same picture in the end."""

from functools import cache
from io import BytesIO
from math import ceil

import pytest
from PIL import Image, ImageChops, ImageStat

from imaging.auto_quality import ssim
from imaging.recipes import Rendition
from services.resize.renditions import DRAFTS, _decode
from tests.services.resize.making import made, one
from tests.support import pictures


@pytest.mark.parametrize("width", [100, 200, 400])
def test_a_small_decode_looks_like_a_full_one(width: int) -> None:
    """JPEG is decoded at a fraction of its size and first scaled by a faster filter; PNG is not.

    Fine grain is the worst case: at a quarter of the size instead of 3/8, 400 pixels reach only 0.92.
    """
    wanted = Rendition(name="r", width=width, format="png")
    fast, full = (one(content, wanted) for content in grained())
    assert ssim(fast, full) > 0.975


@pytest.mark.parametrize(
    ("width", "method"),
    [(800, "draft, bicubic, lanczos"), (1_000, "draft, bicubic, lanczos"), (1_100, "lanczos")],
)
def test_a_jpeg_is_decoded_small_where_that_leaves_enough(width: int, method: str) -> None:
    [rendition] = made(pictures.jpeg((3_200, 320)), Rendition(name="r", width=width))
    assert rendition.method == method


@cache
def grained() -> tuple[bytes, bytes]:
    """Return fine grain, as JPEG and as PNG."""
    grain = Image.effect_noise((800, 600), 120).resize((1_600, 1_200)).convert("RGB")
    return pictures.encoded(grain, "JPEG", quality=98), pictures.encoded(grain, "PNG")


def test_a_large_picture_with_alpha_is_scaled_as_in_one_go() -> None:
    alpha = Image.radial_gradient("L").resize((901, 703))
    large = Image.merge("RGBA", (*pictures.scene((901, 703)).split(), alpha))
    small = one(pictures.encoded(large, "PNG"), Rendition(name="r", width=201))
    assert ssim(small, large.resize(small.size, Image.Resampling.LANCZOS)) > 0.995


@pytest.mark.parametrize(("mode", "size", "width"), [("RGBA", (1001, 999), 50), ("RGB", (707, 613), 153)])
def test_what_was_reduced_at_first_is_not_stretched(mode: str, size: tuple[int, int], width: int) -> None:
    """Of the last pixels of what was decoded or reduced in a hurry, only a part may show the picture."""
    large = pictures.scene(size).convert(mode)
    content = pictures.encoded(large, "PNG" if mode == "RGBA" else "JPEG")
    small = one(content, Rendition(name="r", width=width, format="png"))
    exact = Image.open(BytesIO(content)).resize(small.size, Image.Resampling.LANCZOS)
    off = ImageStat.Stat(ImageChops.difference(small.convert("RGB"), exact.convert("RGB"))).rms
    assert max(off) < 1.5


@pytest.mark.parametrize(("share", "margin"), [each[1:] for each in DRAFTS])
def test_a_jpeg_that_is_decoded_small_is_the_same_picture(share: float, margin: float) -> None:
    """Pillow is told so by attributes of its own: another release may mean something else by them."""
    content = pictures.encoded(pictures.scene((809, 613)), "JPEG")
    with Image.open(BytesIO(content)) as jpeg:
        small, told = _decode(jpeg, share / margin)
    assert (told, small.size) == (share, (ceil(809 * share), ceil(613 * share)))
    exact = Image.open(BytesIO(content)).resize(small.size, Image.Resampling.BOX)
    assert max(ImageStat.Stat(ImageChops.difference(small, exact)).rms) < 12
