"""Any recipe that loads, on any picture: renditions stay within their bounds, and come out the same twice."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging.effects import Border, Grayscale
from imaging.limits import MAX_SIDE
from imaging.recipes import Recipe, Rendition
from services.resize.renditions import make
from tests.support import pictures
from tests.support.pictures import opened
from tests.support.strategies import renditions

MODES = ("1", "L", "LA", "P", "RGB", "RGBA")
sides = st.integers(1, 64)
sizes = st.one_of(
    st.tuples(sides, sides),
    st.tuples(st.integers(1, 20_000), st.just(1)),
    st.tuples(st.just(1), st.integers(1, 20_000)),
)


def master(mode: str, size: tuple[int, int]) -> bytes:
    return pictures.encoded(pictures.half_transparent().resize(size, Image.Resampling.NEAREST).convert(mode), "PNG")


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MODES), sizes, renditions(largest=300))
@example("RGB", (20_000, 1), Rendition(name="r", fit="cover", width=1, height=300, gravity="attention", quality="auto"))
@example("RGB", (20_000, 1), Rendition(name="r", fit="outside", width=300, height=300, enlarge=True, format="webp"))
@example("1", (1, 1), Rendition(name="r", fit="contain", width=300, height=1, background="transparent", enlarge=True))
def test_any_rendition_of_any_picture_stays_within_its_bounds(
    mode: str, size: tuple[int, int], wanted: Rendition
) -> None:
    recipe = Recipe(name="r", rendition=(wanted,))
    content = master(mode, size)
    [made] = make(content, recipe)
    image = opened(made.content)
    assert image.size == (made.width, made.height)
    assert max(image.size) <= MAX_SIDE
    if wanted.fit != "outside":
        assert wanted.width is None or image.width <= wanted.width
        assert wanted.height is None or image.height <= wanted.height
    assert image.format == made.format == {"same": "PNG"}.get(wanted.format, wanted.format.upper())
    assert list(make(content, recipe)) == [made]


@pytest.mark.parametrize(("format_", "shown"), [("png", 0), ("webp", 0), ("avif", 0), ("jpeg", None)])
def test_a_transparent_canvas_is_one_where_the_format_can_and_white_in_jpeg(format_: str, shown: int | None) -> None:
    wanted = Rendition(
        name="r", fit="contain", width=60, height=60, background="transparent", format=format_,  # type: ignore[arg-type]
    )  # fmt: skip
    [made] = make(pictures.jpeg((120, 60)), Recipe(name="r", rendition=(wanted,)))
    image = opened(made.content)
    if shown is None:
        assert pictures.difference(image.crop((0, 0, 60, 10)), Image.new("RGB", (60, 10), "white")) < 2
    else:
        assert image.getchannel("A").crop((0, 0, 60, 10)).getextrema() == (0, 0)
        assert image.getchannel("A").crop((5, 20, 55, 40)).getextrema() == (255, 255)


def test_effects_and_border_cover_the_canvas_too() -> None:
    wanted = Rendition(
        name="r",
        fit="contain",
        width=60,
        height=60,
        background="#ff0000",
        effects=(Grayscale(), Border(width=3, colour="#00ff00")),
    )
    [made] = make(pictures.png((120, 60)), Recipe(name="r", rendition=(wanted,)))
    image = opened(made.content)
    assert image.size == (60, 60)
    assert image.getpixel((30, 1)) == (0, 255, 0)
    assert image.getpixel((30, 6)) == (76, 76, 76)  # red's luma


def test_auto_quality_is_said_in_the_record() -> None:
    wanted = Rendition(name="r", width=96, quality="auto", format="jpeg")
    [made] = make(pictures.png(), Recipe(name="r", rendition=(wanted,)))
    assert made.method.startswith("lanczos, quality ")
    assert "(ssim 0.9" in made.method or "(ssim 1.000" in made.method


def test_a_picture_of_one_mode_is_drawn_for_each() -> None:
    assert {opened(master(mode, (8, 8))).mode for mode in MODES} == set(MODES)
