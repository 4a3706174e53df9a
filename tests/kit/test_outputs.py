"""Keys of outputs: the digest is that of what makes a file, in every process, and of nothing else."""

import subprocess
import sys
import uuid
from typing import Any

import pytest

from imaging.recipes import Recipe, Rendition, parse
from kit import outputs
from services.resize.renditions import VERSION, digests

ID = str(uuid.UUID(int=7))
MASTER = outputs.master(ID, "12345678", "jpg")
PLAIN = {"name": "a", "width": 9}
# One change a field; what goes with it is what the grammar asks for.
CHANGES: dict[str, dict[str, Any]] = {
    "name": {"name": "b"},
    "width": {"width": 10},
    "height": {"height": 9},
    "fit": {"height": 9, "fit": "fill"},
    "gravity": {"height": 9, "fit": "cover", "gravity": "north"},
    "background": {"height": 9, "fit": "contain", "background": "#000000"},
    "enlarge": {"enlarge": True},
    "effects": {"effects": [{"effect": "flip"}]},
    "format": {"format": "webp"},
    "quality": {"quality": 84},
    "ssim": {"quality": "auto", "ssim": 0.9},
    "progressive": {"progressive": True},
}
EFFECTS = [
    [{"effect": "mirror"}],
    [{"effect": "blur", "sigma": 1}],
    [{"effect": "blur", "sigma": 2}],
    [{"effect": "flip"}, {"effect": "mirror"}],
    [{"effect": "mirror"}, {"effect": "flip"}],
    [{"effect": "text", "text": "a"}],
    [{"effect": "text", "text": "a", "opacity": 0.5}],
]


def recipe(rendition: dict[str, Any], **more: Any) -> Recipe:
    [only] = parse(f"recipe = [{toml({'name': 'r', 'rendition': [rendition]} | more)}]").recipe
    return only


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


def made(rendition: dict[str, Any], master: str = MASTER, **more: Any) -> str:
    [digest] = digests(master, recipe(rendition, **more)).values()
    return digest


def test_every_field_of_a_rendition_is_changed() -> None:
    several = {"widths", "formats"}  # no rendition of a recipe that is read has any
    assert CHANGES.keys() == set(Rendition.__struct_fields__) - several


def test_each_change_of_what_makes_a_file_gives_it_another_key() -> None:
    found = [made(PLAIN), *(made(PLAIN | change) for change in CHANGES.values())]
    found += [made(PLAIN | {"effects": effects}) for effects in EFFECTS]
    found += [
        made(PLAIN, master=MASTER.replace("1", "2")),
        made(PLAIN, keep=["artist"]),
        made(PLAIN, keep=["copyright"]),
    ]
    found += [outputs.digest(recipe(PLAIN).rendition[0], MASTER, (), VERSION + 1)]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("rendition", "more"),
    [
        ({"width": 9, "name": "a"}, {}),
        (PLAIN | {"quality": 85, "effects": [], "enlarge": False, "fit": "inside"}, {}),
        (PLAIN, {"name": "another", "prefix": "in/", "catalog_gps": "keep", "moderation": "flag"}),
    ],
    ids=["the order of words", "what is so anyway", "what makes no pixel"],
)
def test_what_does_not_make_the_file_does_not_change_its_key(rendition: dict[str, Any], more: dict[str, Any]) -> None:
    assert made(rendition, **more) == made(PLAIN)


def test_the_order_of_what_is_kept_does_not_matter() -> None:
    assert made(PLAIN, keep=["artist", "copyright"]) == made(PLAIN, keep=["copyright", "artist"])


def test_another_rendition_of_the_recipe_does_not_matter() -> None:
    [two] = parse(f"recipe = [{toml({'name': 'r', 'rendition': [{'name': 'b', 'width': 99}, PLAIN]})}]").recipe
    assert digests(MASTER, two)["a"] == made(PLAIN)


def test_a_digest_is_the_same_in_every_process_and_release() -> None:
    """What is stored already has these keys: another digest for the same thing would make all of it anew."""
    wanted = outputs.digest(Rendition(name="a", width=9), MASTER, ("artist",), 1)
    code = (
        "from imaging.recipes import Rendition; from kit.outputs import digest;"
        f"print(digest(Rendition(name='a', width=9), {MASTER!r}, ('artist',), 1))"
    )
    for seed in ("1", "2"):
        said = subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        assert said.stdout.strip() == wanted
    assert wanted == "887ff228"


def test_all_keys_of_a_picture_begin_as_is_said_and_no_others() -> None:
    mine = (MASTER, outputs.rendition(ID, "w150", "12345678", "webp"), outputs.tags(ID))
    earlier = (f"normalized/{ID}.jpg", f"renditions/{ID}/w150.jpg", f"metadata/{ID}.json.gz")
    assert mine[1] == f"renditions/{ID}/w150.12345678.webp"
    assert all(key.startswith(outputs.everything(ID)) for key in (*mine, *earlier))
    assert not any(key.startswith(outputs.everything(str(uuid.UUID(int=8)))) for key in (*mine, *earlier))
