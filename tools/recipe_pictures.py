"""Example pictures for the words of a rendition: `make docs-site` draws them by the code that makes renditions.

Each example is one rendition in the words of a recipe, made of the demo's drawing. Tests ask that every word and every
effect has one, and that it shows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import get_args

from brigade.demo import samples
from imaging.formats import FORMATS
from imaging.recipes import Fit, Gravity, Recipe, parse
from services.resize.renditions import Made, make
from tools.recipe_words import EFFECTS

WHOLE = "width = 360"
# Gravities that move a picture up and down show in a flat piece of it; all others in an upright one.
_FOCUS = (0.3, 0.75)  # of the scene: people
_FLAT, _UPRIGHT = "width = 270\nheight = 90", "width = 120\nheight = 180"


@dataclass(frozen=True)
class Example:
    """A rendition's words in TOML, a line each, and what it is made of: the drawing of a scene or the small logo."""

    words: str
    logo: bool = False

    @property
    def recipe(self) -> Recipe:
        """The recipe that makes this rendition, or several with `widths` and `formats`, and nothing else."""
        [recipe] = parse(f'[[recipe]]\nname = "r"\n[[recipe.rendition]]\nname = "example"\n{self.words}\n').recipe
        return recipe


def _gravity(word: str) -> Example:
    size = _FLAT if word in {"north", "south"} else _UPRIGHT
    return Example(f'fit = "cover"\n{size}\ngravity = "{word}"')


def _fit(word: str) -> Example:
    return Example(f'fit = "{word}"\nwidth = 180\nheight = 180')


def _effect(words: str) -> Example:
    return Example(f"{WHOLE}\neffects = [{words}]")


# For the words of an effect that the page's example leaves as they are.
_MORE: dict[str, tuple[str, ...]] = {
    "text": (
        '{ effect = "text", text = "SOLD", size = 0.3, colour = "#c82829", position = "northwest", margin = 0.1 }',
    ),
    "watermark": (EFFECTS["watermark"].replace(" }", ", size = 0.05, margin = 0.1, opacity = 1.0 }"),),
}

# By the heading below which they stand; the first is one that the site adds.
EXAMPLES: dict[str, tuple[Example, ...]] = {
    "### Words in pictures": (
        Example("width = 180"),
        Example("height = 90"),
        Example("widths = [90, 180, 270]"),
        Example("width = 160", logo=True),
        Example("width = 160\nenlarge = true", logo=True),
        Example('width = 160\nheight = 80\nfit = "contain"\nbackground = "#f2b134"'),
        Example('width = 160\nheight = 80\nfit = "contain"\nbackground = "transparent"\nformat = "png"'),
        Example('width = 180\nformats = ["same", "jpeg", "png", "webp", "avif"]'),
        Example("width = 270\nquality = 10"),
        Example("width = 270\nquality = 85"),
        Example("width = 270\nprogressive = true"),
        Example('width = 270\nquality = "auto"'),
        Example('width = 270\nquality = "auto"\nssim = 0.9'),
    ),
    "### Fits": tuple(_fit(word) for word in get_args(Fit)),
    "### Gravities": tuple(_gravity(word) for words in get_args(Gravity) for word in get_args(words)),
    "## Effects": (Example(WHOLE),),
    **{f"### {tag}": tuple(_effect(each) for each in (words, *_MORE.get(tag, ()))) for tag, words in EFFECTS.items()},
}


def masters() -> tuple[bytes, bytes]:
    """Return the two files that the examples are made of: the scene as JPEG, the logo as PNG."""
    scene, logo = BytesIO(), BytesIO()
    samples.scene(1080, 720, samples.MORNING).save(scene, "JPEG", quality=92)
    samples.logo(80).save(logo, "PNG")
    return scene.getvalue(), logo.getvalue()


def draw(folder: Path) -> dict[Example, list[tuple[Path, Made]]]:
    """Write every example's renditions into ``folder``, which is made; return them with their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    scene, logo = masters()
    drawn: dict[Example, list[tuple[Path, Made]]] = {}
    for example in (each for some in EXAMPLES.values() for each in some):
        drawn[example] = []
        for made in make(logo if example.logo else scene, example.recipe, _FOCUS):
            path = folder / f"{len(drawn)}-{made.name}.{FORMATS[made.format].extension}"
            path.write_bytes(made.content)
            drawn[example].append((path, made))
    return drawn


def illustrated(page: str, drawn: Mapping[Example, list[tuple[Path, Made]]], folder: str) -> str:
    """Return docs/recipes.md with the pictures; ``folder`` is theirs, as the page has to name it."""
    page = page.replace("\n### Fits\n", f"\n### Words in pictures\n\n{_INTRODUCTION}\n\n### Fits\n", 1)
    parts = page.split("\n#")
    for number, part in enumerate(parts[1:], 1):
        heading = f"#{part.partition(chr(10))[0]}"
        examples = EXAMPLES.get(heading, ())
        for each in examples:  # the page's own block says the same without a size
            part = part.replace(f"```toml\n{each.words.removeprefix(WHOLE).strip()}\n```", "")  # noqa: PLW2901
        shown = "\n".join(line for each in examples for line in _shown(each, drawn[each], folder))
        parts[number] = f"{part.rstrip()}\n\n{shown}\n" if shown else part
    return "\n#".join(parts)


_INTRODUCTION = """\
All pictures on this page are made of one drawing of 1,080×720 pixels, whose focus is at 0.3 and 0.75, or of a logo of
80×80, by the code that makes renditions. Below each stand the format, the pixels and the bytes of its file."""


def _shown(example: Example, made: list[tuple[Path, Made]], folder: str) -> Iterator[str]:
    yield f"::::{{container}} example\n```toml\n{example.words}\n```"
    yield ":::{container} pictures"
    for path, each in made:
        said = f"{each.format}, {each.width}×{each.height}, {len(each.content):,} bytes"
        yield f"![The rendition {each.name}]({folder}/{path.name})\\\n{said}\n"
    yield ":::\n::::\n"
