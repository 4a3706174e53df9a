"""A picture's renditions as markup for pages: HTML, AMP, Markdown, data. Pure: knows no cloud.

One set of renditions is used: the whole picture without effects, where the recipe makes it, in all its widths and
formats. ``alt`` is the caller's, or else what the picture's own metadata says (IPTC's alt text). Where nobody has said
it, HTML has no ``alt``: an empty one says that a picture is decorative
(https://html.spec.whatwg.org/multipage/images.html#alt), which only a person can know.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import category
from urllib.parse import quote

from kit.events import StoredImage, StoredRendition
from records.picture import PictureRecord
from records.status import Status

# From the smallest files to the largest; which browsers know them is the other way round.
_BETTER = ("AVIF", "WEBP")
_EVERYWHERE = ("JPEG", "PNG")
# What a rendition's method says besides its effects: how it was scaled, and how it was encoded.
_SCALED = re.compile(r"^(?:draft, bicubic, )?lanczos")
_ENCODED = re.compile(r", (?:unchanged|(?:lossless|quality \d+)(?:, full chroma)? \(ssim [\d.]+\))$")
_PLACEHOLDER = re.compile(r"data:image/webp;base64,[A-Za-z0-9+/]+={0,2}")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Control characters, halves of characters, and what is none: HTML may not hold them.
_UNWRITABLE = {"Cc", "Cs", "Cn"}
# What a base URL keeps. Commas and spaces separate the URLs of a srcset; round brackets end one in Markdown.
_URL = "!#$%&*+/:;=?@[]~"


class NotShown(ValueError):
    """A picture has nothing that a page could show."""


class NoAlt(ValueError):
    """Markdown cannot leave a text alternative out: without one, a picture is decorative."""


@dataclass(frozen=True)
class File:
    """One rendition's URL, its width and height in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Source:
    """One format's files, each width once, the narrowest first."""

    media_type: str
    files: tuple[File, ...]

    @property
    def widest(self) -> File:
        """The file with most pixels."""
        return self.files[-1]

    @property
    def srcset(self) -> str:
        """The files as ``srcset`` lists them: by their widths, where there is more than one."""
        each_with_width = ", ".join(f"{each.url} {each.width}w" for each in self.files)
        return each_with_width if len(self.files) > 1 else self.widest.url


@dataclass(frozen=True, kw_only=True)
class Markup:
    """What a page shows of one picture, and how.

    ``sources`` are in the order in which a browser is to try them, the last one is for all browsers. ``sizes`` is
    empty where there is nothing to choose; ``placeholder`` is a data URI, shown until the picture is there, or empty.
    """

    sources: tuple[Source, ...]
    alt: str | None
    sizes: str
    placeholder: str
    eager: bool = False

    @property
    def fallback(self) -> Source:
        """The format that all browsers show."""
        return self.sources[-1]

    def picture(self) -> str:
        """Return ``<picture>``: the browser takes the first format that it knows, in the width that it needs."""
        sources = (
            _tag("source", type=each.media_type, srcset=each.srcset, sizes=self._sizes(each))
            for each in self.sources[:-1]
        )
        return "\n  ".join(("<picture>", *sources, self.img())) + "\n</picture>"

    def img(self) -> str:
        """Return ``<img>`` in the format that all browsers show."""
        return _tag(
            "img",
            **self._file(self.fallback),
            loading=None if self.eager else "lazy",
            fetchpriority="high" if self.eager else None,
            decoding="async",
            style=f"background:url('{self.placeholder}') center/cover no-repeat" if self.placeholder else None,
        )

    def amp(self) -> str:
        """Return ``<amp-img>`` in the best format, with the one for all browsers, and one where scripts are off."""
        inner = [f"<noscript>{self.img()}</noscript>"]
        if len(self.sources) > 1:
            inner.insert(0, f"{self._amp(self.fallback, fallback='')}</amp-img>")
        if self.placeholder:
            inner.insert(0, f"{_tag('amp-img', placeholder='', layout='fill', src=self.placeholder, alt='')}</amp-img>")
        hero = {"data-hero": ""} if self.eager else {}
        return "\n  ".join((self._amp(self.sources[0], **hero), *inner)) + "\n</amp-img>"

    def markdown(self) -> str:
        """Return an image of CommonMark. Raises NoAlt."""
        if self.alt is None:
            raise NoAlt("Markdown cannot leave the alt text out")
        alt = _PUNCTUATION.sub(r"\\\1", self.alt)
        return f"![{alt}]({html.escape(self.fallback.widest.url)})"

    def data(self) -> dict[str, Any]:
        """Return the same as plain data, for other templates."""
        return {
            "src": self.fallback.widest.url,
            "width": self.fallback.widest.width,
            "height": self.fallback.widest.height,
            "alt": self.alt,
            "sizes": self.sizes or None,
            "placeholder": self.placeholder or None,
            "sources": [
                {"type": each.media_type, "srcset": each.srcset, "files": [vars(file) for file in each.files]}
                for each in self.sources
            ],
        }

    def _sizes(self, source: Source) -> str | None:
        return self.sizes if len(source.files) > 1 else None

    def _file(self, source: Source) -> dict[str, str | None]:
        widest, srcset = source.widest, source.srcset if len(source.files) > 1 else None
        size = {"width": str(widest.width), "height": str(widest.height)}
        return {"src": widest.url, "srcset": srcset, "sizes": self._sizes(source), **size, "alt": self.alt}

    def _amp(self, source: Source, **more: str) -> str:
        return _tag("amp-img", **self._file(source), layout="responsive", **more)


_FORMS = (Markup.picture, Markup.img, Markup.amp, Markup.markdown)
FORMS: dict[str, Callable[[Markup], str]] = {each.__name__: each for each in _FORMS}


def markup(
    record: PictureRecord, *, base: str = "", alt: str | None = None, sizes: str = "", eager: bool = False
) -> Markup:
    """Return what a page shows of a picture that is READY.

    ``base`` is where the target bucket's keys are served, as a URL or a path; without one, URLs are relative.
    ``sizes`` says how wide the page shows it, in the words of HTML; else it is as wide as the page, at most its own
    width. ``eager``: the picture is seen at once, and is not to wait. Raises NotShown.
    """
    if record.status is not Status.READY or not record.renditions or not record.master or record.is_retired:
        raise NotShown(f"{record.key} is {record.status}")
    sources = tuple(_sources(_alike(record.renditions, record.master), record.master.format, base))
    widest = sources[-1].widest.width
    choice = any(len(each.files) > 1 for each in sources)
    said = record.camera.alt if alt is None and record.camera else alt
    return Markup(
        sources=sources,
        alt=None if said is None else _line(said),
        sizes=(_line(sizes) or f"(max-width: {widest}px) 100vw, {widest}px") if choice else "",
        placeholder=record.lqip if _PLACEHOLDER.fullmatch(record.lqip) else "",
        eager=eager,
    )


def forms(record: PictureRecord, base: str = "") -> dict[str, Any] | None:
    """Return every form of a picture's markup by its name, URLs as ``markup`` has them; None of one not shown."""
    try:
        shown = markup(record, base=base)
    except NotShown:
        return None
    texts = {name: form(shown) if shown.alt is not None or name != "markdown" else None for name, form in FORMS.items()}
    return {**texts, "json": shown.data()}


def url(base: str, key: str) -> str:
    """Return a key's URL, percent-encoded; relative without a base."""
    base = quote(base, safe=_URL)
    return f"{base}{'/' if base and not base.endswith('/') else ''}{quote(key)}"


def _alike(renditions: Iterable[StoredRendition], master: StoredImage) -> list[StoredRendition]:
    """Return the best rendition for a page, and those that show the same in other sizes and formats."""
    found = list(renditions)
    best = max(found, key=lambda each: (has_shape_of(master, each), not _effects(each), each.width))
    return [each for each in found if has_shape_of(best, each) and _effects(each) == _effects(best)]


def has_shape_of(one: StoredImage | File, other: StoredImage | File) -> bool:
    """Whether two pictures have the same proportions, but for the rounding of their sides to whole pixels."""
    rounding = max(one.width, one.height) + max(other.width, other.height)
    return abs(one.width * other.height - one.height * other.width) <= rounding


def _effects(rendition: StoredRendition) -> str:
    return _ENCODED.sub("", _SCALED.sub("", rendition.method))


def _sources(renditions: list[StoredRendition], master: str, base: str) -> Iterator[Source]:
    """Yield what each format has, in a browser's order: one that all browsers show last, and no other beside it."""
    formats = {each.format for each in renditions}
    everywhere = [each for each in (master, *_EVERYWHERE) if each in formats and each in _EVERYWHERE]
    for format_ in [each for each in _BETTER if each in formats] + everywhere[:1]:
        by_width = {each.width: each for each in reversed(renditions) if each.format == format_}
        files = (File(url(base, each.key), each.width, each.height) for _, each in sorted(by_width.items()))
        yield Source(f"image/{format_.lower()}", tuple(files))


def _line(text: str) -> str:
    """Return a text as one line that every document may hold."""
    return " ".join("".join(" " if category(each) in _UNWRITABLE else each for each in text).split())


def _tag(name: str, /, **attributes: str | None) -> str:
    written = (
        f' {each}="{html.escape(value)}"' if value or each == "alt" else f" {each}"
        for each, value in attributes.items()
        if value is not None
    )
    return f"<{name}{''.join(written)}>"
