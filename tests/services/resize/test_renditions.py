"""Renditions: one decode of a master, every file of the recipe."""

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from imaging.codec import encode
from imaging.effects import Grayscale, Pixelate
from imaging.reasons import CorruptImage, DecompressionBomb
from imaging.recipes import Recipe, Rendition, load
from services.resize.renditions import make
from tests.services.resize.making import made, one
from tests.support import pictures
from tests.support.metadata import metadata
from tests.support.pictures import is_scene, opened

LARGE = (1_600, 1_200)
MASTERS: dict[str, Callable[[tuple[int, int]], bytes]] = {
    "JPEG": pictures.jpeg,
    "PNG": pictures.png,
    "PNG with alpha": pictures.alpha_png,
    "WEBP": pictures.webp,
}
DEFAULT = {
    "thumbnail": (960, 720),
    "square600": (600, 600),
    "w150": (150, 112),
    "box50": (50, 38),
    "h150": (200, 150),
    **{f"pixelated-{n}": (960, 720) for n in (8, 16, 32, 48, 64)},
}


@pytest.mark.parametrize("name", MASTERS)
def test_the_default_recipe_works_whole(name: str) -> None:
    everything = list(make(MASTERS[name](LARGE), load().named("default")))
    assert {rendition.name: (rendition.width, rendition.height) for rendition in everything} == DEFAULT
    for rendition in everything:
        image = opened(rendition.content)
        assert image.size == (rendition.width, rendition.height)
        assert image.format == rendition.format == name.split(maxsplit=1)[0]
        assert metadata(rendition.content) == set()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_renditions_show_the_picture(name: str) -> None:
    for rendition in make(MASTERS[name](LARGE), load().named("default")):
        if rendition.name in ("thumbnail", "w150", "box50", "h150"):
            assert is_scene(opened(rendition.content), tolerance=12)


@pytest.mark.parametrize("size", [LARGE, (599, 600), (40, 30), (2, 900), (2, 2)])
def test_training_makes_one_jpeg_square_of_any_size_even_of_a_see_through_png(size: tuple[int, int]) -> None:
    (square,) = make(pictures.alpha_png(size), load().named("training"))
    assert opened(square.content).size == (600, 600)
    assert (square.name, square.format, square.width, square.height) == ("square600", "JPEG", 600, 600)
    assert opened(square.content).getpixel((10, 10)) == (255, 255, 255)


def test_transparency_is_kept_in_the_masters_format() -> None:
    for rendition in make(pictures.alpha_png(LARGE), load().named("default")):
        alpha = opened(rendition.content).convert("RGBA").getchannel("A")
        assert alpha.getextrema() == (0, 255)


@pytest.mark.parametrize("name", MASTERS)
def test_small_pictures_are_not_enlarged(name: str) -> None:
    for rendition in make(MASTERS[name]((40, 30)), load().named("default")):
        assert (rendition.width, rendition.height) in [(40, 30), (30, 30)]


def test_told_to_a_picture_is_enlarged() -> None:
    image = one(pictures.jpeg((40, 30)), Rendition(name="r", width=400, enlarge=True))
    assert image.size == (400, 300)
    assert is_scene(image, tolerance=12)


def test_a_picture_of_one_pixel_has_all_renditions() -> None:
    everything = list(make(pictures.encoded(Image.new("RGB", (1, 1)), "PNG"), load().named("default")))
    assert {(rendition.width, rendition.height) for rendition in everything} == {(1, 1)}


@pytest.mark.parametrize("name", ["palette", "transparent palette", "bitmap", "grey", "grey and alpha"])
def test_masters_of_few_colours_are_scaled_smoothly(name: str) -> None:
    masters = {
        "palette": pictures.palette_png(),
        "transparent palette": pictures.palette_png(transparent=True),
        "bitmap": pictures.encoded(pictures.scene().convert("1"), "PNG"),
        "grey": pictures.encoded(pictures.scene().convert("L"), "PNG"),
        "grey and alpha": pictures.encoded(pictures.half_transparent().convert("LA"), "PNG"),
    }
    image = one(masters[name], Rendition(name="r", width=31))
    modes = {
        "palette": "RGB",
        "transparent palette": "RGBA",
        "bitmap": "L",
        "grey": "L",
        "grey and alpha": "LA",
    }
    assert (image.size, image.mode) == ((31, 21), modes[name])


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp"])
def test_a_rendition_has_the_format_that_its_recipe_names(format_: str) -> None:
    (rendition,) = made(pictures.png(), Rendition(name="r", width=50, format=format_))  # type: ignore[arg-type]
    assert opened(rendition.content).format == rendition.format == format_.upper()


def test_cover_shows_the_middle() -> None:
    image = one(pictures.png((300, 100)), Rendition(name="r", fit="cover", width=50, height=50))
    red, green, blue, yellow = pictures.COLORS
    corners = [image.getpixel(place) for place in ((5, 5), (45, 5), (5, 45), (45, 45))]
    assert corners == [red, green, blue, yellow]


def test_contain_puts_the_whole_on_a_coloured_canvas() -> None:
    wanted = Rendition(name="r", fit="contain", width=60, height=60, background="#102030")
    image = one(pictures.png((300, 100)), wanted)
    assert image.size == (60, 60)
    assert image.getpixel((30, 5)) == image.getpixel((30, 55)) == (16, 32, 48)
    assert is_scene(image.crop((0, 20, 60, 40)), tolerance=15)


def test_behind_a_see_through_picture_the_canvas_shows() -> None:
    wanted = Rendition(name="r", fit="contain", width=60, height=60, background="#102030")
    assert one(pictures.alpha_png((300, 100)), wanted).getpixel((10, 30)) == (16, 32, 48)


def test_fill_gives_proportions_up() -> None:
    assert one(pictures.png((300, 100)), Rendition(name="r", fit="fill", width=60, height=60)).size == (60, 60)


def colourful(size: tuple[int, int]) -> bytes:
    """Return a picture of which no two parts look alike."""
    ramp = Image.linear_gradient("L")
    bands = [ramp.resize(size), ramp.rotate(90).resize(size), Image.effect_noise(size, 120)]
    return pictures.encoded(Image.merge("RGB", bands), "PNG")


@pytest.mark.parametrize("blocks", [2, 8, 16, 64])
@pytest.mark.parametrize("size", [(200, 150), (150, 200), (640, 80), (50, 50)])
def test_a_pixelated_picture_has_no_more_colours_than_blocks(blocks: int, size: tuple[int, int]) -> None:
    wanted = Rendition(name="r", width=640, height=640, effects=(Pixelate(blocks=blocks),))
    image = one(colourful(size), wanted)
    assert image.size == size
    colors = image.getcolors(maxcolors=size[0] * size[1])
    assert colors is not None
    assert len(colors) <= blocks**2
    assert len(colors) > 1


def test_effects_are_applied_in_their_order_and_named() -> None:
    wanted = Rendition(name="r", width=64, effects=(Pixelate(blocks=4), Grayscale()))
    (rendition,) = made(pictures.png(), wanted)
    assert rendition.method == "lanczos, pixelate 4, grayscale"
    assert opened(rendition.content).mode == "L"


@pytest.mark.parametrize(
    ("mode", "key"),
    [("1", 255), ("L", 85), ("RGB", (200, 40, 40)), ("P", 3)],
)
def test_a_transparent_colour_is_alpha_before_it_is_scaled(mode: str, key: object) -> None:
    """A disc on it has an edge of many alphas and no trace of the key; it rings, as Lanczos does."""
    colours: dict[str, Any] = {"1": 0, "L": 170, "RGB": (40, 160, 60), "P": 5}
    image = Image.new(mode, (128, 128), key)  # type: ignore[arg-type]
    if mode == "P":
        image.putpalette([9, 9, 9] * 3 + [200, 40, 40] + [9, 9, 9] + [40, 160, 60])
    ImageDraw.Draw(image).ellipse((20, 20, 108, 108), colours[mode])
    scaled = one(pictures.encoded(image, "PNG", transparency=key), Rendition(name="r", width=50)).convert("RGBA")
    assert len(set(scaled.getchannel("A").tobytes())) > 16
    right = pictures.opened(pictures.encoded(image, "PNG")).convert("RGB").getpixel((64, 64))
    off = ImageChops.difference(scaled.convert("RGB"), Image.new("RGB", scaled.size, right))
    strong = scaled.getchannel("A").point(lambda alpha: 255 if alpha >= 64 else 0)
    assert all(most <= 25 for _, most in ImageStat.Stat(off, strong).extrema)


def test_grey_keeps_transparency() -> None:
    image = one(pictures.alpha_png(), Rendition(name="r", width=50, effects=(Grayscale(),)))
    assert (image.mode, image.getchannel("A").getextrema()) == ("LA", (0, 255))


def test_the_same_master_gives_the_same_bytes() -> None:
    content, recipe = pictures.jpeg(LARGE), load().named("default")
    assert list(make(content, recipe)) == list(make(content, recipe))


@pytest.mark.parametrize("content", [pictures.truncated_jpeg(), pictures.text_named_jpg(), pictures.tiff()])
def test_what_is_no_master_is_corrupt(content: bytes) -> None:
    with pytest.raises(CorruptImage):
        made(content, Rendition(name="r", width=300))


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.codec.max_pixels", lambda _: 6_143)
    with pytest.raises(DecompressionBomb):
        made(pictures.png(), Rendition(name="r", width=50))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_picture_within_its_bounds_never_gets_more_bytes(format_: str) -> None:
    poor: dict[str, dict[str, int]] = {"JPEG": {"quality": 20}, "PNG": {"compress_level": 9}, "WEBP": {"quality": 10}}
    master = pictures.encoded(pictures.scene((300, 200)), format_, **poor[format_])
    whole = [Rendition(name=f"w{width}", width=width) for width in (300, 600)]
    renditions = make(master, Recipe(name="whole", rendition=tuple(whole)))
    assert [rendition.name for rendition in renditions if len(rendition.content) > len(master)] == []


@pytest.mark.parametrize("format_", ["JPEG", "WEBP"])
def test_the_quality_that_was_asked_is_kept_where_the_master_is_poorer(format_: str) -> None:
    poor = pictures.encoded(Image.effect_noise((300, 200), 120).convert("RGB"), format_, quality=20)
    (rendition,) = made(poor, Rendition(name="r", width=290, quality=85))
    scaled = opened(poor).resize((290, 193), Image.Resampling.LANCZOS)
    assert rendition.content == encode(scaled, format_, 85)
    assert len(rendition.content) > len(poor)
    assert rendition.method == "lanczos"


def test_a_master_in_another_format_is_not_handed_on() -> None:
    poor = pictures.encoded(pictures.scene((300, 200)), "JPEG", quality=10)
    (rendition,) = made(poor, Rendition(name="r", width=300, format="png"))
    assert (rendition.format, opened(rendition.content).format, rendition.method) == ("PNG", "PNG", "lanczos")


def test_a_picture_smaller_than_its_bounds_is_handed_on_as_it_is() -> None:
    master = pictures.encoded(pictures.scene((40, 30)), "PNG", compress_level=9)
    (rendition,) = made(master, Rendition(name="r", width=600))
    assert len(rendition.content) <= len(master)
    assert opened(rendition.content).tobytes() == opened(master).tobytes()
