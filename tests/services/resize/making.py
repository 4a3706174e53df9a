"""Renditions of a master, made in one line."""

from PIL import Image

from imaging.recipes import Recipe, Rendition
from services.resize.renditions import Made, make
from tests.support.pictures import opened


def made(content: bytes, *renditions: Rendition) -> list[Made]:
    return list(make(content, Recipe(name="r", rendition=renditions)))


def one(content: bytes, rendition: Rendition) -> Image.Image:
    (only,) = made(content, rendition)
    return opened(only.content)
