"""Progressive renditions: JPEGs alone, of the same pixels, however much detail they have."""

from typing import Any

import pytest
from PIL import Image

from imaging.codec import encode
from imaging.recipes import Rendition
from tests.services.resize.making import made
from tests.support import pictures
from tests.support.pictures import opened


@pytest.mark.parametrize("quality", [85, "auto"])
def test_a_progressive_jpeg_has_the_pixels_of_a_plain_one(quality: Any) -> None:
    one, other = (Rendition(name=f"r{each:d}", width=80, quality=quality, progressive=each) for each in (False, True))
    plain, progressive = made(pictures.jpeg(), one, other)
    assert "progressive" not in opened(plain.content).info
    assert opened(progressive.content).info["progressive"]
    assert progressive.method == f"{plain.method}, progressive"
    assert opened(progressive.content).tobytes() == opened(plain.content).tobytes()


def test_a_master_is_no_progressive_rendition_however_small_it_is() -> None:
    [rendition] = made(pictures.jpeg(quality=30), Rendition(name="r", width=96, progressive=True))
    assert opened(rendition.content).info["progressive"]


def test_what_becomes_no_jpeg_is_not_progressive() -> None:
    several = Rendition(name="r", width=9, formats=("webp", "same"), progressive=True).several()
    assert [each.progressive for each in several] == [False, True]
    assert [each.method for each in made(pictures.png(), *several)] == ["lanczos", "lanczos"]


def test_a_progressive_jpeg_may_be_as_large_as_it_wants_to() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((300, 300), 200) for _ in range(3)])
    assert len(encode(noise, "JPEG", 93, fine=True, progressive=True)) > 300 * 300


def test_only_a_jpeg_is_written_anew_to_be_progressive() -> None:
    rendition = Rendition(name="r", width=1000, progressive=True)
    [[webp], [jpeg]] = [made(content, rendition) for content in (pictures.webp((300, 200)), pictures.jpeg((300, 200)))]
    assert webp.method.endswith("unchanged")
    assert jpeg.method.endswith("progressive")
