"""What the placeholder adds to resize: the default recipe with and without it, in turns (`make bench-placeholders`).

The pictures are a corpus's photographs, where one lies beside the project; elsewhere they are drawn. CPU time, of each
picture and side the fastest of several rounds: other work on the machine can only slow it down.
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import process_time
from unittest.mock import patch

from PIL import Image

from brigade.demo import samples
from imaging.recipes import Recipe, load
from services.normalize.pixels import normalize
from services.resize import renditions
from services.resize.placeholders import Placeholder, placeholder

CAMERAS = Path("../shared/corpus/B_cameras")
PICTURES = 12
ROUNDS = 7


def _nothing(_: Image.Image) -> Placeholder:
    return Placeholder("", "")


def masters() -> Iterator[bytes]:
    """Yield what normalize makes of the pictures."""
    paths = sorted(CAMERAS.glob("*.[jJ][pP][gG]")) if CAMERAS.is_dir() else []
    drawn = (samples.photograph((1_600 + number, 1_200), samples.NOON, 1) for number in range(PICTURES))
    contents = [path.read_bytes() for path in paths[:: max(1, len(paths) // PICTURES)]] or drawn
    yield from (normalize(content).content for content in contents)


def measure(master: bytes, recipe: Recipe) -> tuple[float, float, int]:
    """Return the seconds that a picture's renditions take with the placeholder and without, and its characters."""
    took: dict[bool, list[float]] = {True: [], False: []}
    characters = 0
    for turn in range(2 * ROUNDS):
        held = bool(turn % 2)
        with patch.object(renditions, "placeholder", placeholder if held else _nothing):
            began = process_time()
            made = list(renditions.make(master, recipe))
            took[held].append(process_time() - began)
        characters = max([characters, *(len(each.placeholder.lqip) for each in made if each.placeholder)])
    return min(took[True]), min(took[False]), characters


def main() -> None:
    recipe = load().named("default")
    measured = [measure(master, recipe) for master in masters()]
    held, plain = (sum(each[side] for each in measured) for side in (0, 1))
    added = median((each[0] - each[1]) * 1000 for each in measured)
    print(f"{len(measured)} pictures, {ROUNDS} rounds: {held * 1000:.0f} ms with, {plain * 1000:.0f} ms without")
    print(f"ratio {held / plain:.4f}; {added:.2f} ms a picture; {median(each[2] for each in measured):.0f} characters")


if __name__ == "__main__":
    main()
