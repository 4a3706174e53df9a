"""A transparent colour of a PNG, of whatever type and depth, is as if the picture had an alpha channel."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from imaging.effects import Effect
from imaging.recipes import Recipe, Rendition
from services.normalize.pixels import normalize
from services.resize.renditions import make
from tests.services.normalize import drawn
from tests.support.pictures import opened
from tests.support.strategies import effects

Numbers = NDArray[np.uint16]
# Bits of a sample, channels.
KINDS = [(1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (8, 3), (16, 3)]


def picture(bits: int, channels: int, seed: int) -> tuple[Numbers, tuple[int, ...]]:
    """Return blocks of three colours, of which two differ by one level of one channel; and one of these."""
    random = np.random.default_rng(seed)
    most = (1 << bits) - 1
    key = random.integers(0, most + 1, channels)
    near = key.copy()
    near[-1] += 1 if near[-1] < most else -1
    colours = np.stack([key, near, random.integers(0, most + 1, channels)])
    blocks = random.integers(0, 3, (6, 8)).repeat(5, axis=0).repeat(5, axis=1)
    return colours[blocks].astype(np.uint16), tuple(map(int, key))


def keyed(numbers: Numbers, bits: int, key: tuple[int, ...]) -> bytes:
    return drawn.png(numbers, bits, (b"tRNS", struct.pack(f">{len(key)}H", *key)))


def twin(numbers: Numbers, bits: int, key: tuple[int, ...]) -> bytes:
    """Return the same in eight bits or sixteen, with an alpha channel."""
    most, depth = (1 << bits) - 1, max(8, bits)
    alpha = np.where((numbers == key).all(axis=2), 0, (1 << depth) - 1)
    scaled = numbers.astype(int) * (((1 << depth) - 1) // most)
    return drawn.png(np.dstack([scaled, alpha]).astype(np.uint16), depth)


def shown(content: bytes) -> bytes:
    """Return the pixels, those that are invisible all alike."""
    pixels = np.asarray(opened(content).convert("RGBA")).copy()
    pixels[pixels[..., 3] == 0] = 0
    return pixels.tobytes()


@pytest.mark.parametrize(("bits", "channels"), KINDS)
def test_the_key_is_compared_at_full_depth(bits: int, channels: int) -> None:
    numbers, key = picture(bits, channels, seed=1)
    alpha = np.asarray(opened(normalize(keyed(numbers, bits, key)).content).convert("RGBA"))[..., 3]
    assert np.array_equal(alpha == 0, (numbers == key).all(axis=2))
    assert set(np.unique(alpha)) == {0, 255}


@pytest.mark.parametrize("channels", [1, 3])
def test_a_key_of_sixteen_bits_is_compared_before_colours_are_converted(channels: int) -> None:
    numbers, key = picture(16, channels, seed=2)
    linear = drawn.iccp(drawn.profile(drawn.SRGB, drawn.LINEAR, space=b"GRAY" if channels == 1 else b"RGB "))
    content = drawn.png(numbers, 16, linear, (b"tRNS", struct.pack(f">{channels}H", *key)))
    alpha = np.asarray(opened(normalize(content).content).convert("RGBA"))[..., 3]
    assert np.array_equal(alpha == 0, (numbers == key).all(axis=2))


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(KINDS),
    st.integers(0, 1_000),
    st.lists(effects, max_size=2),
    st.sampled_from(["png", "webp", "jpeg"]),
    st.integers(5, 60),
)
def test_any_transparent_colour_equals_its_twin_with_alpha(
    kind: tuple[int, int], seed: int, some: list[Effect], format_: str, width: int
) -> None:
    numbers, key = picture(*kind, seed)
    wanted = Rendition(name="r", width=width, effects=tuple(some), format=format_, quality=90)  # type: ignore[arg-type]
    recipe = Recipe(name="r", rendition=(wanted,))
    one, other = (normalize(content(numbers, kind[0], key)).content for content in (keyed, twin))
    assert shown(one) == shown(other)
    [made], [twins] = make(one, recipe), make(other, recipe)
    assert shown(made.content) == shown(twins.content)
