"""What a page shows until the picture is there."""

import base64
from io import BytesIO

import pytest
from PIL import Image

from imaging.effects import Grayscale, Pixelate
from imaging.recipes import Recipe, Rendition, load
from services.resize.placeholders import Placeholder, placeholder
from services.resize.renditions import make
from tests.support import pictures

RED = (200, 30, 40)


def copy(small: Placeholder) -> Image.Image:
    """Return the small copy, as a browser reads it."""
    head, _, data = small.lqip.partition(",")
    assert head == "data:image/webp;base64"
    return Image.open(BytesIO(base64.b64decode(data, validate=True)))


def of(content: bytes, *renditions: Rendition) -> Placeholder:
    """Return the placeholder that resize makes of a master; there is one."""
    made = list(make(content, Recipe(name="r", rendition=renditions) if renditions else load().named("default")))
    [small] = [each.placeholder for each in made if each.placeholder]
    return small


def close(colour: str, wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) <= 2 for one, other in zip(bytes.fromhex(colour[1:]), wanted, strict=True))


def drawn(mode: str, colour: object, size: tuple[int, int] = (90, 60)) -> Image.Image:
    return Image.new(mode, size, colour)  # type: ignore[arg-type]


def test_a_photographs_placeholder_is_sixteen_pixels_in_few_characters() -> None:
    small = of(pictures.jpeg((1_600, 1_200)))
    assert copy(small).size == (16, 12)
    assert len(small.lqip) < 400
    assert pictures.is_scene(copy(small).resize((160, 120)), tolerance=40)


@pytest.mark.parametrize(
    ("image", "colour"),
    [
        (drawn("RGB", RED), "#c81e28"),
        (drawn("L", 90), "#5a5a5a"),
        (drawn("RGBA", (*RED, 255)), "#c81e28"),
        (drawn("LA", (90, 255)), "#5a5a5a"),
        (drawn("RGB", RED, (1, 1)), "#c81e28"),
        (drawn("RGB", RED, (3_000, 1)), "#c81e28"),
    ],
)
def test_an_opaque_picture_has_its_mean_colour_and_a_copy(image: Image.Image, colour: str) -> None:
    small = placeholder(image)
    assert small.colour == colour
    assert max(copy(small).size) == min(16, max(image.size))


def test_the_colour_is_the_mean_of_all() -> None:
    half = drawn("RGB", "black")
    half.paste((200, 100, 40), (0, 0, 45, 60))
    assert placeholder(half).colour == "#643214"


def test_what_shows_through_has_no_copy_and_the_colour_of_what_can_be_seen() -> None:
    logo = drawn("RGBA", (0, 255, 0, 0))
    logo.paste((*RED, 255), (0, 0, 30, 60))
    small = placeholder(logo)
    assert close(small.colour, RED)
    assert small.lqip == ""
    assert placeholder(drawn("RGBA", (*RED, 0))) == Placeholder(colour="", lqip="")
    assert placeholder(drawn("RGBA", (*RED, 254))).lqip == ""


def test_it_shows_what_pages_show_not_what_is_cut_or_has_effects() -> None:
    left = Image.new("RGB", (900, 300), RED)
    left.paste("black", (300, 0, 900, 300))
    content = pictures.encoded(left, "PNG")
    cut = Rendition(name="c", fit="cover", width=20, height=20, gravity="west")
    grey = Rendition(name="g", width=18, effects=(Grayscale(),))
    icon, whole = Rendition(name="i", width=8), Rendition(name="w", width=300)
    assert copy(of(content, cut, grey, icon, whole, Rendition(name="x", width=600))).size == (16, 5)
    assert close(of(content, cut, grey, icon, whole).colour, (67, 10, 13))  # a third of the red
    assert copy(of(content, icon)).size == (8, 3)
    assert close(of(content, cut).colour, RED)


def test_a_picture_that_is_always_shown_with_effects_is_so_in_small() -> None:
    content = pictures.encoded(drawn("RGB", RED, (300, 200)), "PNG")
    grey = Rendition(name="g", width=100, effects=(Grayscale(), Pixelate(blocks=8)))
    assert close(of(content, grey).colour, (82, 82, 82))


def test_no_metadata_travels_in_it() -> None:
    small = placeholder(pictures.opened(pictures.oriented("JPEG", 6)))
    assert pictures.SECRET.encode() not in base64.b64decode(small.lqip.partition(",")[2])
    assert not copy(small).getexif()
