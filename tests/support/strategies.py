"""Any effect, rendition and recipe that a recipes file may hold, for property tests."""

import base64
from typing import get_args

from hypothesis import strategies as st

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
from imaging.recipes import Fit, Gravity, Rendition
from tests.support import pictures

MARK = base64.b64encode(pictures.alpha_png((24, 16))).decode()

factors = st.floats(0, 4)
colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
positions: st.SearchStrategy[Position] = st.sampled_from(get_args(Position))
opacities = st.floats(0, 1, exclude_min=True)
effects: st.SearchStrategy[Effect] = st.one_of(
    st.builds(Flip),
    st.builds(Mirror),
    st.builds(Grayscale),
    st.builds(Brightness, factor=factors),
    st.builds(Contrast, factor=factors),
    st.builds(Saturation, factor=factors),
    st.builds(Sharpen, factor=st.floats(1, 10)),
    st.builds(Blur, sigma=st.floats(0.3, 100)),
    st.builds(Colorize, dark=colours, light=colours),
    st.builds(Pixelate, blocks=st.integers(2, 256)),
    st.builds(
        Text,
        text=st.text("Aq© .", min_size=1, max_size=100),
        size=st.floats(0.01, 0.5),
        colour=colours,
        position=positions,
        opacity=opacities,
    ),
    st.builds(Watermark, png=st.just(MARK), size=st.floats(0.01, 1), position=positions, opacity=opacities),
    st.builds(Border, width=st.integers(1, 500), colour=colours),
)


@st.composite
def renditions(draw: st.DrawFn, largest: int) -> Rendition:
    """Draw any rendition that asks for at most so many pixels a side."""
    sides = st.integers(1, largest)
    fit: Fit = draw(st.sampled_from(get_args(Fit)))
    width, height = draw(sides), draw(sides)
    left_out = draw(st.sampled_from([None, "width", "height"])) if fit == "inside" else None
    gravities = [word for part in get_args(Gravity) for word in get_args(part)]
    gravity: Gravity = draw(st.sampled_from(gravities)) if fit == "cover" else "centre"
    return Rendition(
        name="r",
        fit=fit,
        width=None if left_out == "width" else width,
        height=None if left_out == "height" else height,
        gravity=gravity,
        background=draw(st.sampled_from(["transparent", "#102030"])) if fit == "contain" else "#ffffff",
        enlarge=draw(st.booleans()),
        effects=tuple(draw(st.lists(effects, max_size=3))),
        format=draw(st.sampled_from(["same", "jpeg", "png", "webp", "avif"])),
        quality=draw(st.one_of(st.integers(1, 100), st.just("auto"))),
    )
