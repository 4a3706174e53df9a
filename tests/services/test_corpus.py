"""Real pictures, where the corpus lies beside the project: some of each kind, or all of them by `make corpus`."""

import csv
import os
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from imaging.containers import whole
from imaging.recipes import load
from kit.errors import Rejected
from services.ingest.admission import admit
from services.ingest.head import open_head
from services.normalize.pixels import normalize
from services.resize.renditions import make
from tests.support.metadata import metadata
from tests.support.pictures import difference, opened

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
# Of so many pictures of a kind, the suite looks at one.
ONE_OF = 1 if "WHOLE_CORPUS" in os.environ else 8
SMALL = (48, 48)
MOST_DIFFERENT = 5
# The manifest's reference is the same picture without its colour profile.
OTHER_COLOURS = {"A_orientation/pillow__xmp_tags_orientation.png": "its ColorMatch profile is applied here"}

pytestmark = [
    pytest.mark.skipif(not (CORPUS / "MANIFEST.csv").exists(), reason="the corpus is not here"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@cache
def rows(class_: str) -> list[dict[str, str]]:
    path = CORPUS / "MANIFEST.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["class"] == class_][::ONE_OF]


def path(row: dict[str, str]) -> str:
    return row["path"]


@cache
def small(name: str) -> Image.Image:
    return shrunk(opened((CORPUS / name).read_bytes()))


def shrunk(image: Image.Image) -> Image.Image:
    """Return a small copy; what is invisible counts with its colour, as in the manifest's own comparison."""
    return image.convert("RGB").resize(SMALL, Image.Resampling.BOX)


@pytest.mark.parametrize("row", rows("A"), ids=path)
def test_every_orientation_ends_upright(row: dict[str, str]) -> None:
    master = normalize((CORPUS / row["path"]).read_bytes())
    assert (master.width, master.height) == (int(row["expected_width"]), int(row["expected_height"]))
    assert metadata(master.content) == set()
    if row["path"] not in OTHER_COLOURS:
        assert difference(shrunk(opened(master.content)), small(row["reference"])) <= MOST_DIFFERENT


@pytest.mark.parametrize("row", rows("B"), ids=path)
def test_every_cameras_file_is_admitted(row: dict[str, str]) -> None:
    found = admit(whole((CORPUS / row["path"]).read_bytes()), int(row["bytes"]))
    format_ = "JPEG" if row["format"] == "MPO" else row["format"]
    assert (found.format, found.width, found.height) == (format_, int(row["width"]), int(row["height"]))


@pytest.mark.parametrize("row", [row for row in rows("B") if int(row["bytes"]) < 150_000], ids=path)
def test_cameras_small_files_have_masters_without_metadata(row: dict[str, str]) -> None:
    assert metadata(normalize((CORPUS / row["path"]).read_bytes()).content) == set()


# Where we decide otherwise than the manifest, and why (docs/pictures.md says so too).
DISAGREE = {
    "D_formats/libvips__multi-channel-z-series.ome.tif": "signed integers: no table says which of them is white",
    "D_formats/pillow__16bit.s.tif": "likewise",
    "E_hostile/image__Bad_smile-incorrect-image-length.ico": "ICO is no format of ours, whole or damaged",
}
RECIPE = load().named("default")


def fate(content: bytes) -> str:
    """Send a file through admission, normalisation and resizing; return what became of it."""
    try:
        admit(open_head(lambda start, stop: content[start:stop], len(content)), len(content))
        made = list(make(normalize(content).content, RECIPE))
    except Rejected:
        return "rejected"
    assert len(made) == len(RECIPE.rendition)
    for rendition in made:
        assert metadata(rendition.content) == set()
        assert b"MARKER" not in rendition.content
    return "processed"


@pytest.mark.parametrize("row", [*rows("C"), *rows("D"), *rows("E")], ids=path)
def test_every_other_file_ends_as_the_manifest_says(row: dict[str, str]) -> None:
    came = fate((CORPUS / row["path"]).read_bytes())
    if row["path"] in DISAGREE:
        assert came != row["expected"], "no disagreement any more: take it off the list"
    elif row["expected"] != "either":
        assert came == row["expected"], row["expected_reason"]


STRIPPABLE = [row for c in "ABCD" for row in rows(c) if row["format"] in {"JPEG", "PNG", "WEBP"}]


@pytest.mark.parametrize("row", STRIPPABLE, ids=path)
def test_a_stripped_master_has_the_originals_pixels(row: dict[str, str]) -> None:
    content = (CORPUS / row["path"]).read_bytes()
    try:
        master = normalize(content)
    except Rejected:
        return
    if master.method == "stripped":
        before, after = opened(content), opened(master.content)
        assert (before.mode, before.tobytes()) == (after.mode, after.tobytes())
