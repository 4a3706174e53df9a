"""Effects: what each does to a picture, and what none of them does."""

import base64
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageStat

from imaging.effects import (
    Blur,
    Border,
    Brightness,
    Colorize,
    Contrast,
    Effect,
    Flip,
    Grayscale,
    Mirror,
    Pixelate,
    Position,
    Saturation,
    Sharpen,
    Text,
    Watermark,
)
from services.resize.effects import apply, name
from tests.support import pictures
from tests.support.pictures import scene
from tests.support.strategies import MARK, effects

RED, GREEN, BLUE, YELLOW = pictures.COLORS
CORNERS = ((5, 5), (90, 5), (5, 58), (90, 58))
MODES = ("L", "LA", "RGB", "RGBA")
# What leaves every pixel as visible as it was.
TONES = (Grayscale, Brightness, Contrast, Saturation, Sharpen, Colorize)


def corners(image: Image.Image) -> list[object]:
    return [image.getpixel(place) for place in CORNERS]


def scene_in(mode: str, size: tuple[int, int] = pictures.SIZE) -> Image.Image:
    return pictures.half_transparent().resize(size, Image.Resampling.NEAREST).convert(mode)


def mean(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("L")).mean[0]


def spread(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("L")).stddev[0]


@settings(deadline=None)
@given(effects, st.sampled_from(MODES), st.tuples(st.integers(1, 80), st.integers(1, 80)))
def test_every_effect_keeps_the_size_repeats_itself_and_leaves_its_picture_alone(
    effect: Effect, mode: str, size: tuple[int, int]
) -> None:
    image = scene_in(mode, size)
    before = image.tobytes()
    changed, again = apply(effect, image), apply(effect, image)
    assert changed.size == size
    assert changed.mode in MODES
    assert ("A" in changed.getbands()) == ("A" in mode)
    assert (changed.mode, changed.tobytes()) == (again.mode, again.tobytes())
    assert (image.mode, image.tobytes()) == (mode, before)
    if isinstance(effect, TONES) and "A" in mode:
        assert changed.getchannel("A").tobytes() == image.getchannel("A").tobytes()


def test_every_effect_of_the_grammar_is_among_those_that_are_tried() -> None:
    assert {type(effect) for effect in EXAMPLES} == set(get_args(Effect))


def test_flip_turns_upside_down_and_mirror_turns_left_to_right() -> None:
    assert corners(apply(Flip(), scene())) == [BLUE, YELLOW, RED, GREEN]
    assert corners(apply(Mirror(), scene())) == [GREEN, RED, YELLOW, BLUE]


@pytest.mark.parametrize("effect", [Brightness(factor=1), Contrast(factor=1), Saturation(factor=1), Sharpen(factor=1)])
@pytest.mark.parametrize("mode", MODES)
def test_a_factor_of_one_changes_nothing(effect: Effect, mode: str) -> None:
    assert apply(effect, scene_in(mode)).tobytes() == scene_in(mode).tobytes()


def test_brightness_multiplies() -> None:
    assert corners(apply(Brightness(factor=0.5), scene()))[0] == (100, 20, 20)
    assert corners(apply(Brightness(factor=0), scene())) == [(0, 0, 0)] * 4


def test_contrast_spreads_and_gathers() -> None:
    assert spread(apply(Contrast(factor=1.3), scene())) > spread(scene()) > spread(apply(Contrast(factor=0.5), scene()))
    assert len(set(corners(apply(Contrast(factor=0), scene())))) == 1


def test_saturation_takes_colour_away_and_adds_it() -> None:
    def colourfulness(image: Image.Image) -> float:
        return ImageStat.Stat(image.convert("HSV").getchannel("S")).mean[0]

    assert colourfulness(apply(Saturation(factor=0), scene())) == 0
    assert colourfulness(apply(Saturation(factor=1.3), scene())) > colourfulness(scene())
    assert mean(apply(Saturation(factor=0), scene())) == pytest.approx(mean(scene()), abs=1)


def test_sharpening_steepens_edges_and_blurring_flattens_them() -> None:
    soft = scene().resize((48, 32)).resize((96, 64), Image.Resampling.BICUBIC)
    assert spread(apply(Sharpen(factor=4), soft)) > spread(soft) > spread(apply(Blur(sigma=8), soft))
    assert corners(apply(Blur(sigma=1), scene())) == list(pictures.COLORS)  # far from every edge
    assert apply(Blur(sigma=1), scene()).getpixel((48, 10)) not in (RED, GREEN)


def test_what_is_invisible_lends_no_colour_to_what_is_blurred_or_pixelated() -> None:
    image = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (20, 0, 40, 40))
    for effect in (Blur(sigma=3), Pixelate(blocks=3)):
        changed = apply(effect, image)
        visible = ImageChops.multiply(changed.getchannel("R"), changed.getchannel("A"))
        assert visible.getextrema() == (0, 0)
        assert changed.getchannel("A").getextrema() == (0, 255)


def disc(mode: str, colour: tuple[int, ...], ground: tuple[int, ...]) -> Image.Image:
    """Return an opaque disc on ground that cannot be seen."""
    image = Image.new("RGBA", (60, 60), (*ground, 0))
    ImageDraw.Draw(image).ellipse((10, 10, 50, 50), (*colour, 255))
    return image.convert(mode)


def seen(image: Image.Image) -> bytes:
    """Return the pixels, those that are invisible all alike."""
    blank = Image.new("RGBA", image.size)
    return Image.composite(image.convert("RGBA"), blank, image.getchannel("A").point(lambda a: a and 255)).tobytes()


@settings(deadline=None)
@given(effects, st.sampled_from(["LA", "RGBA"]), st.tuples(*[st.integers(0, 255)] * 3))
def test_the_colour_of_what_is_invisible_changes_nothing(effect: Effect, mode: str, ground: tuple[int, ...]) -> None:
    one, other = (disc(mode, (120, 140, 160), colour) for colour in ((0, 0, 0), ground))
    assert seen(apply(effect, one)) == seen(apply(effect, other))


def test_contrast_is_the_distance_to_the_grey_that_can_be_seen() -> None:
    """It is 136, by ITU-R BT.601's luma: 0.299 × 120 + 0.587 × 140 + 0.114 × 160."""
    changed = apply(Contrast(factor=1.2), disc("RGBA", (120, 140, 160), (0, 0, 0)))
    assert changed.getpixel((30, 30)) == (116, 140, 164, 255)


def test_contrast_weighs_a_pixel_by_its_alpha() -> None:
    image = Image.new("LA", (2, 1), (200, 255))
    image.putpixel((1, 0), (100, 85))  # a third as visible: the mean is (200 + 100 / 3) / (4 / 3) = 175
    assert apply(Contrast(factor=0), image).getpixel((0, 0)) == (175, 255)


def test_contrast_of_nothing_is_nothing() -> None:
    assert apply(Contrast(factor=2), Image.new("RGBA", (4, 4), (9, 9, 9, 0))).getchannel("A").getextrema() == (0, 0)


def test_sharpening_leaves_no_rim_of_what_is_invisible() -> None:
    sharp = apply(Sharpen(factor=2), disc("RGBA", (120, 140, 160), (255, 0, 255)))
    visible = sharp.getchannel("A").point(lambda alpha: alpha and 255)
    off = ImageChops.difference(sharp, Image.new("RGBA", sharp.size, (120, 140, 160, 255)))
    assert all(most <= 1 for _, most in ImageStat.Stat(off, visible).extrema)


def test_colorize_goes_from_one_colour_to_another() -> None:
    ramp = Image.linear_gradient("L")
    tinted = apply(Colorize(dark="#200000", light="#ffe0c0"), ramp)
    assert (tinted.getpixel((0, 0)), tinted.getpixel((0, 255))) == ((32, 0, 0), (255, 224, 192))
    sepia = apply(Colorize(light="#ffe0c0"), ramp)
    assert (sepia.getpixel((0, 0)), sepia.getpixel((0, 255))) == ((0, 0, 0), (255, 224, 192))


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_grey_and_tinted_pictures_stay_transparent(mode: str) -> None:
    for effect in (Grayscale(), Colorize(light="#ff0000")):
        assert apply(effect, scene_in(mode)).getchannel("A").getextrema() == (0, 255)


def test_pixelate_makes_blocks_of_one_colour() -> None:
    blocks = apply(Pixelate(blocks=4), Image.linear_gradient("L").convert("RGB"))
    colours = blocks.getcolors()
    assert colours
    assert len(colours) == 4
    assert blocks.crop((0, 64, 256, 128)).getcolors() == [(256 * 64, blocks.getpixel((0, 64)))]


# Which of the nine places of a picture of 90×90 a word means.
PLACES: dict[Position, tuple[int, int]] = {
    "northwest": (0, 0),
    "north": (1, 0),
    "northeast": (2, 0),
    "west": (0, 1),
    "centre": (1, 1),
    "east": (2, 1),
    "southwest": (0, 2),
    "south": (1, 2),
    "southeast": (2, 2),
}


def touched(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox()
    assert box
    return box


@pytest.mark.parametrize("position", PLACES)
@pytest.mark.parametrize("mode", MODES)
def test_text_and_watermark_stand_where_they_are_asked_to(position: Position, mode: str) -> None:
    ground = Image.new(mode, (90, 90))
    if "A" in mode:
        ground.putalpha(255)
    column, row = PLACES[position]
    place = (30 * column, 30 * row, 30 * column + 30, 30 * row + 30)
    text = Text(text="Hi", size=0.1, position=position)
    mark = Watermark(png=MARK, size=0.2, position=position, opacity=1)
    for effect in (text, mark):
        left, top, right, bottom = touched(ground, apply(effect, ground))
        assert place[0] <= left < right <= place[2]
        assert place[1] <= top < bottom <= place[3]


def test_text_has_its_colour_and_lets_through_what_its_opacity_says() -> None:
    ground = Image.new("RGB", (200, 100))
    solid = apply(Text(text="HHH", size=0.5, colour="#ff8040"), ground)
    faint = apply(Text(text="HHH", size=0.5, colour="#ff8040", opacity=0.5), ground)
    assert [band[1] for band in solid.getextrema()] == [255, 128, 64]  # type: ignore[index]
    assert [band[1] for band in faint.getextrema()] == [128, 64, 32]  # type: ignore[index]


def test_text_is_as_high_as_asked_and_shrinks_where_it_would_not_fit() -> None:
    ground = Image.new("RGB", (400, 200))
    _, top, _, bottom = touched(ground, apply(Text(text="HI", size=0.25), ground))
    assert 0.6 * 50 < bottom - top <= 50  # capitals are about 0.7 of a font's size
    left, _, right, _ = touched(ground, apply(Text(text="W" * 60, size=0.25), ground))
    assert 0.9 * 400 < right - left <= 400
    assert left > 0


def test_text_can_be_seen_on_a_transparent_ground() -> None:
    written = apply(Text(text="Hi", size=0.3), Image.new("RGBA", (90, 90), (0, 0, 0, 0)))
    assert written.getchannel("A").getextrema() == (0, 255)


def test_a_watermark_is_blended_by_its_own_transparency_and_its_opacity() -> None:
    ground = Image.new("RGB", (90, 90))
    marked = apply(Watermark(png=MARK, size=1, position="northwest", opacity=0.5), ground)
    left, top = 2, 2  # the margin
    assert marked.getpixel((left + 3, top + 3)) == (0, 0, 0)  # the mark's left half is invisible
    assert marked.getpixel((left + 18, top + 3)) == tuple(round(level * 128 / 255) for level in GREEN)


@pytest.mark.parametrize(("size", "width"), [(1.0, 96), (0.5, 90), (0.2, 36), (0.01, 2)])
def test_a_watermark_takes_its_share_of_the_width_and_is_never_enlarged(size: float, width: int) -> None:
    ground = Image.new("RGB", (180, 90))
    mark = Watermark(png=base64.b64encode(pictures.png()).decode(), size=size, position="west", opacity=1)
    left, _, right, _ = touched(ground, apply(mark, ground))
    assert right - left == width


def test_a_border_covers_the_edge_and_nothing_else() -> None:
    framed = apply(Border(width=4, colour="#102030"), scene())
    assert framed.crop((4, 4, 92, 60)).tobytes() == scene().crop((4, 4, 92, 60)).tobytes()
    for edge in ((0, 0, 96, 4), (0, 60, 96, 64), (0, 0, 4, 64), (92, 0, 96, 64)):
        assert framed.crop(edge).getcolors() == [((edge[2] - edge[0]) * (edge[3] - edge[1]), (16, 32, 48))]


def test_a_border_leaves_the_middle_half_of_each_side_to_be_seen() -> None:
    framed = apply(Border(width=500), Image.new("RGB", (20, 20), "white"))
    assert framed.crop((5, 5, 15, 15)).getcolors() == [(100, (255, 255, 255))]
    assert mean(framed) == pytest.approx(255 / 4)
    assert mean(apply(Border(width=500), Image.new("L", (3, 1), 255))) == 255


def test_a_border_around_what_is_transparent_can_be_seen() -> None:
    framed = apply(Border(width=2, colour="#ff0000"), pictures.half_transparent())
    assert framed.getpixel((0, 0)) == (255, 0, 0, 255)
    assert framed.getpixel((5, 5)) == (*RED, 0)


EXAMPLES: dict[Effect, str] = {
    Flip(): "flip",
    Mirror(): "mirror",
    Grayscale(): "grayscale",
    Brightness(factor=1.2): "brightness 1.2",
    Contrast(factor=2): "contrast 2",
    Saturation(factor=0): "saturation 0",
    Sharpen(factor=1.5): "sharpen 1.5",
    Blur(sigma=2.5): "blur 2.5",
    Colorize(light="#ffcc88"): "colorize #000000 #ffcc88",
    Pixelate(blocks=16): "pixelate 16",
    Text(text="© Ann", opacity=0.8): 'text "© Ann" 0.05 #ffffff southeast 0.8',
    Watermark(png=MARK): "watermark 0.2 southeast 0.5",
    Border(width=4): "border 4 #000000",
}


@pytest.mark.parametrize("effect", EXAMPLES, ids=lambda effect: type(effect).__name__)
def test_the_record_says_an_effect_in_words(effect: Effect) -> None:
    assert name(effect) == EXAMPLES[effect]


def test_an_effect_that_nobody_has_written_is_a_bug() -> None:
    with pytest.raises(TypeError, match="no effect is called object"):
        apply(object(), scene())  # type: ignore[arg-type]


@pytest.mark.parametrize(("margin", "left"), [(0.0, 0), (0.1, 4), (0.4, 16)])
def test_what_is_laid_over_keeps_its_margin_from_the_edge(margin: float, left: int) -> None:
    ground = Image.new("RGB", (60, 40), "white")
    for effect in (
        Watermark(
            png=base64.b64encode(pictures.png()).decode(), size=0.1, position="northwest", opacity=1, margin=margin
        ),
        Text(text="I", colour="#000000", size=0.2, position="northwest", margin=margin),
    ):
        box = ImageChops.difference(apply(effect, ground), ground).getbbox()
        assert box
        assert left <= box[0] <= left + 1  # a letter's own edge may be pale
        assert box[1] == left
