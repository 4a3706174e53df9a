"""``make readme-picture`` draws the README's picture: what becomes of four of the demo's samples.

The real actors work on them, as `brigade process` lets them.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw, ImageFont

from brigade.demo import samples
from brigade.pictures import processing
from brigade.pictures.local_files import LocalFile
from brigade.pictures.own_names import paths
from imaging.recipes import DEFAULT_PATH, load
from kit.events import StoredImage
from records.picture import PictureRecord
from records.rules import failure

PICTURE = Path(__file__).parents[1] / "docs" / "readme.jpg"
KEYS = ("portraits/noon.jpg", "evening (1).jpg", "logo.png", "shopping list.jpg")
SHOWN = ("square600", "w150", "h150", "box50", "pixelated-8", "pixelated-32")
WIDTH, ROW, MARGIN, CELL, HEAD = 1280, 168, 20, 132, 46
INK, PALE, LINE, GOOD, BAD, PAGE = "#1c2330", "#5c6675", "#dde1e7", "#1a7f4b", "#b3261e", "#ffffff"
SMALL, PLAIN, LARGE = (ImageFont.load_default(size) for size in (13, 15, 18))
CHECKS = 8


def picture(folder: Path) -> Image.Image:
    """Return the picture: a row for each sample, its upload at the left; ``folder`` is for the files in between."""
    samples.draw(folder / "photos")
    page = Image.new("RGB", (WIDTH, HEAD + ROW * len(KEYS)), PAGE)
    pen = ImageDraw.Draw(page)
    for x, title in ((MARGIN, "uploaded"), (MARGIN + CELL + 76, "master, and renditions by recipes.toml")):
        pen.text((x, HEAD / 2), title, INK, LARGE, anchor="lm")
    for number, key in enumerate(KEYS):
        top = HEAD + number * ROW
        pen.line((MARGIN, top, WIDTH - MARGIN, top), LINE)
        _row(page, top + 12, key, folder)
    return page


def _row(page: Image.Image, top: int, key: str, folder: Path) -> None:
    pen, path = ImageDraw.Draw(page), folder / "photos" / key
    record = processing.record_of(LocalFile(path, key), load(DEFAULT_PATH), folder)
    if record is None:
        raise ValueError(f"no recipe matches {key}")
    left = MARGIN + CELL + 76
    middle = top + CELL // 2 - 10
    pen.line((left - 56, middle, left - 20, middle), PALE, 2)
    pen.polygon((left - 24, middle - 5, left - 14, middle, left - 24, middle + 5), PALE)
    if failed := failure(record):
        _sheet(page, (MARGIN, top), path.read_text(encoding="utf-8"))
        pen.text((MARGIN, top + CELL - 24), key, INK, SMALL)
        pen.text((left, middle - 12), f"FAILED: {failed.reason}", BAD, LARGE, anchor="lm")
        said = f"{failed.detail}. It waits in the dead-letter queue of {failed.actor}."
        pen.text((left, middle + 14), said, PALE, PLAIN, anchor="lm")
        return
    _paste(page, (MARGIN, top), path.read_bytes(), key)
    own = paths(record, folder)
    for column, (name, stored) in enumerate(_stored(record)):
        _paste(page, (left + column * (CELL + 14), top), own[stored.key].read_bytes(), name, stored)


def _stored(record: PictureRecord) -> Iterator[tuple[str, StoredImage]]:
    if record.master:
        yield "master", record.master
    yield from ((each.name, each) for each in record.renditions if each.name in SHOWN)


def _paste(
    page: Image.Image, corner: tuple[int, int], content: bytes, title: str, stored: StoredImage | None = None
) -> None:
    """Paste a picture as its pixels lie, never enlarged, with a caption below."""
    with Image.open(BytesIO(content)) as opened:
        shown = opened.convert("RGBA")
    shown.thumbnail((CELL, CELL - 28))
    squares = Image.new("RGBA", shown.size, PAGE)
    pen = ImageDraw.Draw(squares)
    for x in range(0, shown.width, CHECKS):
        for y in range(x % (2 * CHECKS), shown.height, 2 * CHECKS):
            pen.rectangle((x, y, x + CHECKS - 1, y + CHECKS - 1), LINE)
    page.paste(Image.alpha_composite(squares, shown), corner)
    pen = ImageDraw.Draw(page)
    pen.text((corner[0], corner[1] + CELL - 24), title, INK, SMALL)
    if stored:
        pen.text((corner[0], corner[1] + CELL - 8), f"{stored.width} x {stored.height}", PALE, SMALL)


def _sheet(page: Image.Image, corner: tuple[int, int], text: str) -> None:
    pen, (x, y) = ImageDraw.Draw(page), corner
    pen.rectangle((x, y, x + CELL, y + CELL - 32), outline=LINE)
    pen.multiline_text((x + 10, y + 10), text, PALE, SMALL, spacing=6)


def main() -> None:
    """Write the picture."""
    with TemporaryDirectory() as folder:
        picture(Path(folder)).save(PICTURE, quality=88, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
