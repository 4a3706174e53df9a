"""docs/recipes.md: every word that a recipe may say, from the structs that read it."""

import inspect
from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from imaging.auto_quality import QUALITIES
from imaging.effects import Effect
from imaging.limits import MAX_SIDE
from imaging.recipes import DEFAULT_ACCEPT, DEFAULT_REFUSE, Fit, Recipe, Rendition
from services.moderate.actor import MODERATE
from tools.markdown import comment, table

# One example for each fit, gravity and effect; tests read them as recipes.
FITS: dict[str, tuple[str, str]] = {
    "inside": (
        "whole, as large as the bounds allow; one of them is enough",
        'fit = "inside", width = 1280, height = 720',
    ),
    "outside": ("whole, as small as covers the bounds", 'fit = "outside", width = 600, height = 600'),
    "cover": ("fills the bounds; what hangs over is cut off", 'fit = "cover", width = 600, height = 600'),
    "contain": (
        "whole, on a canvas of the bounds",
        'fit = "contain", width = 600, height = 600, background = "transparent", format = "png"',
    ),
    "fill": ("exactly the bounds, out of proportion", 'fit = "fill", width = 600, height = 600'),
}
GRAVITIES = {
    "centre": "the middle",
    "north": "the upper edge",
    "northeast": "the upper right corner",
    "east": "the right edge",
    "southeast": "the lower right corner",
    "south": "the lower edge",
    "southwest": "the lower left corner",
    "west": "the left edge",
    "northwest": "the upper left corner",
    "focus": "its subject, as near to the middle as the picture's edges allow: see [focus](#focus)",
    "attention": "the part with most detail and bright, saturated colour, judged on a copy of at most 64 pixels a side",
    "entropy": "the part whose brightnesses vary most (entropy of the histogram), judged on the same copy",
}
# A red ring of 40×40 pixels around white, beside it nothing.
_RING = (
    "iVBORw0KGgoAAAANSUhEUgAAACgAAAAoAgMAAADxkFD+AAAACVBMVEX////IKCn///+v35fnAAAAAXRSTlMAQObYZgAAAKVJREFU"
    "eNqVzTFuAzEMRNEnRu63cZ+j6Agu1rcMghxB99lGfYQoBXcDuAyrITn4HzyfELizZ7w1yoNgg0rQoBBuwEPknyr8TWSVIsp1bFFx"
    "37EFSivtFNfUxMZGpQYaJQtFrtEuWAkqbF7F/4oTBtGv4woW9Oz2XGMwmMzAZJyw1VdHKftJOGJdsB5O8HoVjwxT+M74JWR5EYk3"
    "eePneLc+03bwgV+ikycCzPR4SwAAAABJRU5ErkJggg=="
)
EFFECTS: dict[str, str] = {
    "flip": '{ effect = "flip" }',
    "mirror": '{ effect = "mirror" }',
    "grayscale": '{ effect = "grayscale" }',
    "brightness": '{ effect = "brightness", factor = 1.2 }',
    "contrast": '{ effect = "contrast", factor = 1.1 }',
    "saturation": '{ effect = "saturation", factor = 0.5 }',
    "sharpen": '{ effect = "sharpen", factor = 1.5 }',
    "blur": '{ effect = "blur", sigma = 2.5 }',
    "colorize": '{ effect = "colorize", dark = "#2b1b0e", light = "#fff0d8" }',
    "pixelate": '{ effect = "pixelate", blocks = 32 }',
    "text": '{ effect = "text", text = "© Ann", size = 0.04, opacity = 0.8 }',
    "watermark": f'{{ effect = "watermark", png = "{_RING}", position = "northeast" }}',
    "border": '{ effect = "border", width = 8, colour = "#202020" }',
}
EXAMPLE = """\
[[recipe]]
name = "shop"
prefix = "products/"
keep = ["copyright"]

[[recipe.rendition]]
name = "card"
fit = "cover"
gravity = "attention"
width = 480
height = 320
format = "webp"
quality = "auto"
effects = [{ effect = "sharpen", factor = 1.3 }, { effect = "border", width = 1, colour = "#dddddd" }]
"""
# For pages: WebP and what all browsers know by one quality, AVIF by another that looks alike.
WEB = """\
[[recipe]]
name = "web"
prefix = "site/"

[[recipe.rendition]]
name = "page"
widths = [480, 960, 1600]
formats = ["avif"]
quality = 70

[[recipe.rendition]]
name = "page"
widths = [480, 960, 1600]
formats = ["webp", "same"]
"""
_WEB = """\
`widths` and `formats` make one rendition for each of them, named as a page's `srcset` tells widths: `page-480w-avif`.
`brigade recipes` shows them all. The last format is for browsers that know no other: `same` is JPEG for photographs and
keeps a PNG's transparency. A picture that is narrower than a width keeps its own; `brigade html` names each width once.
Encoders count quality differently: nine photographs, scaled to 960 pixels, had an SSIM of 0.976 as JPEG of quality 85,
0.972 as WebP of 85 in 0.80 of the bytes, 0.974 as AVIF of 70 in 0.68; AVIF of 85 takes 1.06."""
_AUTO = f"""\
`quality = "auto"` writes the file with the smallest quality from {QUALITIES[0]} to {QUALITIES[-1]} that has the wanted
`ssim` (structural similarity, Wang et al. 2004, windows of 8×8 pixels, of luma and, an eighth of it, chroma) to the
rendition's own pixels, in at most five encodings. Encoders halve the colours' resolution. Where no quality will do so
(green text on red of the same brightness), JPEG and AVIF keep it whole, which takes five encodings more; WebP cannot,
and becomes lossless if that takes no more bytes. Where nothing will do, it is {QUALITIES[-1]}. The record says what it
became. At 0.98, six cameras' photographs, scaled to 960×720, took 1.30 of the bytes of quality 85 as JPEG, 1.55 as
WebP and 0.92 as AVIF, and about 0.1, 0.3 and 1 second each. Sensor noise is what costs: a lower `ssim` gives it up."""

_PROGRESSIVE = """\
`progressive` orders a JPEG from coarse to fine, so that a slow connection shows the whole picture early. 56 photographs
of 1,280 pixels at quality 85 took 0.94 of the bytes, but 5 times the CPU to write (26 ms instead of 5) and 2.5 times to
read. A rendition that becomes no JPEG stays as it is."""
_FOCUS = """\
The first of these that there is says where a picture's subject is. Points are shares of the upright picture's width,
from the left, and of its height, from above.

1. What an operator said: `brigade focus KEY 0.3 0.75`. It holds for every rerun, until the picture is removed or
   replaced, or until `brigade focus KEY --forget`.
2. The metadata `focus` of the uploaded object: `aws s3 cp beach.jpg s3://BUCKET/ --metadata focus=0.3,0.75`. Anything
   but two numbers from 0 to 1 is ignored; normalize's log has a warning.
3. The regions in the file's XMP (Metadata Working Group), as digiKam writes them: the middle of the faces, or else of
   the pets, or else of what the camera focused on, large ones counting more. Regions that were drawn on a picture of
   other proportions are ignored.
4. The middle.

A crop with another focus has another key, so caches stay right. `brigade show` says what the crops are centred on. The
upload says it when normalize works: a picture that was processed by an older release needs
`brigade rerun --from normalize`."""

_MODERATION = f"""\
`flag`: an engine looks for nudity, and its verdict is in the record; renditions are made whatever it says. `gate`:
renditions wait until the picture is accepted. What is refused or uncertain is held back: its status is QUARANTINED and
its original stays where it is; `brigade ls --status quarantined` lists it, `brigade approve` or `brigade reject`
decides. The engine says how sure it is, in per cent; the two thresholds make a verdict of that. {DEFAULT_ACCEPT} and
{DEFAULT_REFUSE} are what the makers of the first free model advised. Which engine looks is the deployment's setting
`Moderator`:
[services/moderate](../services/moderate/README.md). Without one,
a gated picture waits for an hour or two ({MODERATE.attempts} receives). Then it is FAILED, and its dead letter says
why; `brigade dlq redrive moderate` asks again. Nothing passes the gate meanwhile."""


def sections() -> list[str]:
    """Return the page below its heading: recipes, renditions, fits, gravities and effects."""
    return [
        "`recipes.toml` says what each upload becomes. The first recipe whose prefix and suffix match the key wins, "
        "upper and lower case alike; a key that none matches is ignored. `brigade recipes` shows what there is, "
        "`brigade recipes --key KEY` what a key gets, `brigade recipes check` the first mistake with its line, "
        "`brigade recipes --deployed` what a stack works with, `brigade recipes schema` a JSON schema for editors, "
        "`brigade recipes preview PHOTO --out DIR` every rendition of a photo side by side.",
        f"```toml\n{EXAMPLE}```",
        "## A recipe",
        _words(Recipe),
        "### Moderation",
        _MODERATION,
        "## A rendition",
        f"No side gets longer than {MAX_SIDE:,} pixels, the most that WebP can hold. The file has the quality that is "
        "asked, whatever bytes that takes; only where it would show the master unchanged (size, format, no effects) in "
        "more bytes than that has, it is the master.",
        _words(Rendition),
        _AUTO,
        _PROGRESSIVE,
        "### For web pages",
        _WEB,
        f"```toml\n{WEB}```",
        "### Fits",
        table(("fit", "meaning", "example"), ((f"`{f}`", FITS[f][0], f"`{FITS[f][1]}`") for f in get_args(Fit))),
        "### Gravities",
        "`cover` keeps the middle, or the edge or corner that its gravity names, north being above. Two gravities look "
        "at the picture; among equals they take what is nearest the middle.",
        table(("gravity", "keeps"), ((f"`{word}`", meaning) for word, meaning in GRAVITIES.items())),
        "### Focus",
        _FOCUS,
        "## Effects",
        "They are applied in their order, to the rendition at its final size, a canvas included, and keep that size. A "
        "factor of 1 changes nothing. Transparency stays, except where an effect moves pixels, mixes them (blur, "
        "pixelate) or lays something over them.",
        *(section for effect in get_args(Effect) for section in _effect(effect)),
    ]


def _effect(effect: type[msgspec.Struct]) -> Iterable[str]:
    tag = str(effect.__struct_config__.tag)
    yield f"### {tag}"
    yield inspect.cleandoc(effect.__doc__ or "")
    if fields(effect):
        yield _words(effect)
    yield f"```toml\neffects = [{EFFECTS[tag]}]\n```"


def _words(struct: type[msgspec.Struct]) -> str:
    rows = [
        (f"`{field.name}`", comment(struct, field.name), kind(field.type), _default(field)) for field in fields(struct)
    ]
    return table(("word", "meaning", "what it may be", "default"), rows)


def kind(type_: Any) -> str:
    """Return what a field may hold, in words: ``whole number, 1 to 100, or `auto```."""
    arguments = get_args(type_)
    if words := _choices(type_):
        return ", ".join(f"`{word}`" for word in words)
    if get_origin(type_) is Annotated:
        return _bounded(*arguments)
    if get_origin(type_) is tuple:
        return f"list of {kind(arguments[0])}"
    if set(arguments) == set(get_args(Effect)):
        return "[effects](#effects)"
    if arguments:
        return ", or ".join(kind(each) for each in arguments if each is not type(None))
    return {bool: "`true`, `false`", str: "text"}[type_]


def _choices(type_: Any) -> list[str]:
    """Return the words of a Literal, or of a union of nothing but such."""
    arguments = get_args(type_)
    if get_origin(type_) is Literal:
        return list(arguments)
    found = [_choices(each) for each in arguments] if get_origin(type_) in (Union, UnionType) else []
    return [word for words in found for word in words] if all(found) else []


def _bounded(type_: Any, meta: msgspec.Meta) -> str:
    if meta.description:
        return meta.description
    if meta.max_length:
        return f"text of {meta.min_length or 0:,} to {meta.max_length:,} characters"
    low = f"above {meta.gt}" if meta.gt is not None else f"{meta.ge:,}"
    return f"{'whole number' if type_ is int else 'number'}, {low} to {meta.le:,}"


def _default(field: FieldInfo) -> str:
    if field.required:
        return "needed"
    if field.default in (None, "", ()):
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
