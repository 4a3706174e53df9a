"""What a picture's place becomes: an address, or an ``<img>`` with a choice of files. Pure: knows no cloud."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from brigade.site.documents import Document
from brigade.site.layout import Layout
from brigade.site.places import MARK, Edit, Image, Left, Place
from imaging.formats import FORMATS
from records import markup
from records.markup import Markup, NotShown, Source
from records.picture import PictureRecord

_ANIMATED = {"GIF", "PNG", "WEBP", "AVIF"}


@dataclass(frozen=True)
class Served:
    """Where a picture is served: ``master`` in the size of its file, in pixels, and ``shown`` as pages show it.

    That is None where no rendition has the picture's proportions.
    """

    master: str
    media_type: str
    width: int
    height: int
    shown: Markup | None


def served(record: PictureRecord, base: str, *, has_masters: bool = True) -> Served | Left:
    """Return where a picture is served; or why it is not: it is not READY, or it moves.

    Where the base has no masters, as CloudFront's, the widest rendition stands in for the master.
    """
    master = record.master
    try:
        found = markup.markup(record, base=base)
    except NotShown as error:
        return Left(str(error))
    if not master or ((record.frames or 1) > 1 and record.original and record.original.format in _ANIMATED):
        return Left("it moves, and would stand still")
    media_type = FORMATS[master.format].media_type
    widest = found.fallback.widest
    is_whole = markup.has_shape_of(master, widest)
    if not has_masters:
        if not is_whole:
            return Left("only renditions are delivered, and none shows the whole picture")
        return Served(widest.url, found.fallback.media_type, widest.width, widest.height, found)
    return Served(markup.url(base, master.key), media_type, master.width, master.height, found if is_whole else None)


def edits(document: Document, place: Place, picture: Served | Left, *, wrap: bool) -> Iterator[Edit]:
    """Yield what changes in a document so that a place shows a picture; ``wrap``: a ``<picture>`` may be put around.

    Raises Left where it is not served, the document wants another format, or renditions that there are no more.
    """
    if isinstance(picture, Left):
        raise picture
    shown, image, layout = picture.shown, place.image, document.layout
    if image and image.ours and not shown:
        raise Left("no rendition has its proportions any more")
    if shown and image and layout and _has_no_own_choice(image):
        found = _image(place, image, picture, shown, layout, end=" />" if document.is_xml else ">", wrap=wrap)
    else:
        if place.media_type not in {"", picture.media_type}:
            raise Left(f"its <source> says {place.media_type}, and its master is {picture.media_type}")
        url = shown.fallback.widest.url if shown and place.shows == "widest" else picture.master
        found = iter([place.written(url)])
    yield from (edit for edit in found if document.raw[edit.start : edit.end] != edit.new)


def _has_no_own_choice(image: Image) -> bool:
    """Whether the author has left it to us which file is taken for which width."""
    return not image.is_wrapped and ("srcset" in image.ours or "srcset" not in image.spans)


def _image(
    place: Place, image: Image, picture: Served, shown: Markup, layout: Layout, *, end: str, wrap: bool
) -> Iterator[Edit]:
    is_fluid = layout.is_fluid(image.element)
    # Without it, a browser takes a picture without a size of its own for as wide as the window.
    sizes = f"(max-width: {picture.width}px) 100vw, {picture.width}px" if is_fluid else f"{picture.width}px"
    added = {"srcset": _srcset(shown.fallback), "sizes": sizes}
    if is_fluid and not {"width", "height"} & {name for name in image.spans if name not in image.ours}:
        added |= {"width": str(picture.width), "height": str(picture.height)}
    yield place.written(shown.fallback.widest.url)
    yield from _attributes(image, {n: v for n, v in added.items() if n in image.ours or n not in image.spans})
    sources = "".join(
        f'<source type="{each.media_type}" srcset="{escape(_srcset(each))}" sizes="{sizes}"{end}'
        for each in shown.sources[:-1]
    )
    if image.sources:
        yield Edit(*image.sources, sources.encode())
    elif sources and wrap and layout.may_wrap and not layout.is_boxed(image.element):
        yield Edit(image.start, image.start, f'<picture {MARK}="">{sources}'.encode())
        yield Edit(image.end, image.end, b"</picture>")


def _attributes(image: Image, added: dict[str, str]) -> Iterator[Edit]:
    """Yield what gives an ``<img>`` these attributes, and takes those away that were added to it before."""
    written = {name: f'{name}="{escape(value)}"' for name, value in {**added, MARK: " ".join(added)}.items()}
    for name in dict.fromkeys((*image.ours, *written)):
        if name in image.spans:
            yield Edit(*image.spans[name], written.pop(name, "").encode())
    yield Edit(image.after, image.after, "".join(f" {each}" for each in written.values()).encode())


def _srcset(source: Source) -> str:
    # By width even where there is one alone: then `sizes` says how wide it is, and not the file.
    return ", ".join(f"{each.url} {each.width}w" for each in source.files)
