"""Effects: each from picture to picture, in the order in which a recipe names them."""

from functools import singledispatch

from PIL import Image

from imaging.recipes import Effect, Grayscale, Pixelate


@singledispatch
def apply(effect: Effect, image: Image.Image) -> Image.Image:  # noqa: ARG001 - the variants below use it
    """Return the picture with one effect; its size stays."""
    raise TypeError(f"no effect is called {type(effect).__name__}")


@apply.register
def _(effect: Pixelate, image: Image.Image) -> Image.Image:
    block = max(image.size) / effect.blocks
    grid = (max(1, round(image.width / block)), max(1, round(image.height / block)))
    return image.resize(grid, Image.Resampling.BOX).resize(image.size, Image.Resampling.NEAREST)


@apply.register
def _(_: Grayscale, image: Image.Image) -> Image.Image:
    return image.convert("LA" if "A" in image.getbands() else "L")


def name(effect: Effect) -> str:
    """Return the effect in words, as the record keeps it: ``pixelate 16``."""
    return f"pixelate {effect.blocks}" if isinstance(effect, Pixelate) else "grayscale"
