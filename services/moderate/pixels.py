"""A picture as an engine wants to see it: small, and nothing hidden in transparency."""

from PIL import Image

from imaging.codec import decoding, flatten
from imaging.limits import MAX_SECONDS
from imaging.patience import at_most


def small(image: Image.Image, side: int) -> Image.Image:
    """Return the picture on white, scaled down into a square of ``side`` pixels; a small one stays as it is.

    Raises CorruptImage, DecompressionBomb and TooSlow.
    """
    with at_most(MAX_SECONDS), decoding():
        picture = flatten(image)
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        picture.load()
    return picture
