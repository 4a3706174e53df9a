"""Cover's gravities attention and entropy: what is worth seeing is kept."""

from hashlib import shake_256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging.recipes import Gravity, Recipe, Rendition
from services.resize.focus import aimed
from services.resize.geometry import plan
from services.resize.renditions import make
from tests.support import pictures
from tests.support.pictures import opened

GREY = (120, 120, 120)
LOOKING: list[Gravity] = ["attention", "entropy"]


def lonely(place: tuple[int, int], size: tuple[int, int] = (600, 200)) -> Image.Image:
    """Return a grey wall with one colourful, detailed thing of 100×100 on it."""
    image = Image.new("RGB", size, GREY)
    noise = [Image.frombytes("L", (25, 25), shake_256(bytes([n])).digest(625)).resize((100, 100)) for n in range(3)]
    image.paste(Image.merge("RGB", noise), place)
    return image


def covered(image: Image.Image, gravity: Gravity, size: tuple[int, int] = (100, 100)) -> Image.Image:
    wanted = Rendition(name="r", fit="cover", gravity=gravity, width=size[0], height=size[1], format="png")
    [made] = make(pictures.encoded(image, "PNG"), Recipe(name="r", rendition=(wanted,)))
    return opened(made.content)


def wall(image: Image.Image) -> float:
    """Return the share of the picture that is bare wall."""
    colours = image.convert("RGB").getcolors(maxcolors=image.width * image.height) or []
    near = (count for count, colour in colours if isinstance(colour, tuple) and max(abs(c - 120) for c in colour) < 8)
    return sum(near) / (image.width * image.height)


@pytest.mark.parametrize("gravity", LOOKING)
@pytest.mark.parametrize("place", [(0, 50), (60, 50), (250, 50), (440, 50), (500, 50)])
def test_the_one_thing_on_a_wall_is_kept(place: tuple[int, int], gravity: Gravity) -> None:
    assert wall(covered(lonely(place), gravity)) < 0.85  # the whole thing fills a quarter of the square


@pytest.mark.parametrize(("focus", "is_seen"), [((0.08, 0.5), False), ((0.92, 0.5), True), (None, False)])
def test_a_focus_that_is_known_is_kept_and_else_the_middle(focus: tuple[float, float] | None, is_seen: bool) -> None:
    wanted = Rendition(name="r", fit="cover", gravity="focus", width=100, height=100, format="png")
    [made] = make(pictures.encoded(lonely((500, 50)), "PNG"), Recipe(name="r", rendition=(wanted,)), focus)
    assert (wall(opened(made.content)) < 0.85) is is_seen


@pytest.mark.parametrize("gravity", LOOKING)
def test_above_and_below_too(gravity: Gravity) -> None:
    assert wall(covered(lonely((50, 480), (200, 600)), gravity)) < 0.85
    assert wall(covered(lonely((50, 480), (200, 600)), "centre")) > 0.95


@pytest.mark.parametrize("gravity", LOOKING)
def test_where_all_is_alike_the_middle_is_kept(gravity: Gravity) -> None:
    wanted = Rendition(name="r", fit="cover", gravity=gravity, width=50, height=50)
    image = Image.new("RGB", (300, 100), GREY)
    step = plan(300, 100, wanted)
    assert aimed(step, gravity, image, image.size).box == pytest.approx(step.box, abs=300 / 64)


def test_what_is_invisible_draws_no_attention() -> None:
    image = Image.new("RGBA", (600, 200), (*GREY, 255))
    thing = lonely((0, 0), (100, 100)).convert("RGBA")
    hidden = thing.copy()
    hidden.putalpha(0)
    image.paste(hidden, (0, 50))
    image.paste(thing, (500, 50))
    kept = covered(image, "attention")
    assert kept.getchannel("A").getextrema()[0] == 255
    assert wall(kept) < 0.85


@settings(deadline=None)
@given(
    st.sampled_from(LOOKING),
    st.sampled_from(["L", "LA", "RGB", "RGBA"]),
    st.tuples(st.integers(1, 200), st.integers(1, 200)),
    st.tuples(st.integers(1, 200), st.integers(1, 200)),
)
def test_what_is_kept_lies_in_the_picture_and_is_the_same_each_time(
    gravity: Gravity, mode: str, size: tuple[int, int], bounds: tuple[int, int]
) -> None:
    image = pictures.half_transparent().resize(size).convert(mode)
    wanted = Rendition(name="r", fit="cover", gravity=gravity, width=bounds[0], height=bounds[1])
    step = plan(*size, wanted)
    moved = aimed(step, gravity, image, size)
    assert moved == aimed(step, gravity, image, size)
    left, top, right, bottom = moved.box
    assert -1e-6 <= left < right <= size[0] + 1e-6
    assert -1e-6 <= top < bottom <= size[1] + 1e-6
