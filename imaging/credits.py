"""Who made a picture and who has its rights: read of Exif, XMP and IPTC, and all that may be written of any of them.

The three say the same: Metadata Working Group, Guidelines for Handling Image Metadata 2.0, 5.3 and 5.4.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from xml.etree import ElementTree

from PIL import ExifTags, Image

from imaging.containers import iptc, tiff
from imaging.xmp import RDF, tree

MAX_CREDIT = 500  # characters
_DC, _TIFF = "{http://purl.org/dc/elements/1.1/}", "{http://ns.adobe.com/tiff/1.0/}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class _Credit:
    """Where one stands: Exif's tag and Windows' own, XMP's properties, IPTC's data set."""

    exif: int
    windows: int | None
    xmp: tuple[str, ...]
    iptc: int
    most: int | None  # of which only so many count, where there are several
    parts: int  # of Exif's text, each behind a NUL: of the copyright the photographer's and the editor's


# What a recipe may keep, by name.
_CREDITS = {
    "artist": _Credit(ExifTags.Base.Artist, ExifTags.Base.XPAuthor, (f"{_DC}creator", f"{_TIFF}Artist"), 80, None, 1),
    "copyright": _Credit(ExifTags.Base.Copyright, None, (f"{_DC}rights", f"{_TIFF}Copyright"), 116, 1, 2),
}


def credits_of(keep: Iterable[str], exif: bytes, xmp: bytes = b"", iptc: bytes = b"") -> bytes:
    """Return an Exif block of only those of artist and copyright that are kept and said, in UTF-8; else nothing.

    Of Exif, XMP and IPTC the first that says one counts; IPTC is last since it cuts an author off at 32 bytes.
    """
    block = Image.Exif()
    for name in keep:
        credit = _CREDITS[name]
        sources = (_of_exif(exif, credit), _of_xmp(xmp, credit), _of_iptc(iptc, credit))
        if said := next((text for source in sources for text in source if text), ""):
            block[credit.exif] = said[:MAX_CREDIT].encode()
    return block.tobytes() if len(block) else b""


def _of_exif(exif: bytes, credit: _Credit) -> Iterator[str]:
    top = tiff.block(exif)
    parts = _text(top.raw(credit.exif)).split("\0")[: credit.parts]
    yield "\0".join(map(str.strip, parts)).strip("\0")
    if credit.windows:
        yield top.raw(credit.windows).decode("utf-16-le", "replace").partition("\0")[0].strip()


def _of_iptc(content: bytes, credit: _Credit) -> Iterator[str]:
    yield _listed(map(_text, iptc.values(content, credit.iptc)), credit)


def _of_xmp(content: bytes, credit: _Credit) -> Iterator[str]:
    root = tree(content)
    for name in credit.xmp:
        read: set[ElementTree.Element] = set()  # a property within itself would be read again and again
        for element in root.iter():
            yield element.get(name, "").strip()
            if element.tag == name and element not in read:
                read.update(element.iter(name))
                yield _listed(_items(element), credit)


def _items(element: ElementTree.Element) -> list[str]:
    """Return a property's texts; of those in several languages the one for everybody first."""
    items = sorted(element.iterfind(f"*/{RDF}li"), key=lambda item: item.get(_LANGUAGE) != "x-default")
    return ["".join(item.itertext()) for item in items or [element]]


def _listed(texts: Iterable[str], credit: _Credit) -> str:
    """Return several authors in one line, as Exif has them."""
    said = [stripped for text in texts if (stripped := text.strip("\0 \t\r\n"))]
    return "; ".join(said[: credit.most])


def _text(raw: bytes) -> str:
    """Return text in whatever encoding it is: UTF-16 by its mark, else UTF-8, else what Windows writes."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw[: len(raw) // 2 * 2].decode("utf-16", "replace")
    for encoding in ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("latin-1")
