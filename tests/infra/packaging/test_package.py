"""A function's zip: whole, no more than needed, and the same bytes every time."""

import hashlib
import os
import stat
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from infra.packaging.package import code_key, package
from kit.actor import Actor
from kit.errors import ConfigurationError
from kit.events import ImageUploaded
from services.chain import CHAIN

every_actor = pytest.mark.parametrize("actor", CHAIN.whole.actors, ids=lambda actor: actor.name)
NOBODY = Actor(name="nobody", purpose="Has no code, in tests", hears=(ImageUploaded,))


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    path = tmp_path / "my recipes.toml"
    path.write_text("# mine\n", encoding="utf-8")
    return path


def opened(code: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(code))


@every_actor
def test_a_zip_holds_the_kit_what_the_actor_carries_its_own_folder_and_nothing_else(
    actor: Actor, recipes: Path
) -> None:
    held = opened(package(actor, recipes=recipes)).namelist()
    tops = {"/".join(name.split("/")[: 2 if name.startswith("services/") else 1]) for name in held}
    assert tops == {"kit", *actor.carries, f"services/{actor.name}"} | (
        {"recipes.toml"} if "imaging" in actor.carries else set()
    )
    assert f"services/{actor.name}/actor.py" in held
    assert all(name.endswith(".py") for name in held if name != "recipes.toml")


def test_only_actors_that_work_on_pictures_are_given_imaging_and_the_recipes(recipes: Path) -> None:
    for actor in CHAIN.whole.actors:
        held = opened(package(actor, recipes=recipes)).namelist()
        assert any(name.startswith("imaging/") for name in held) == ("imaging" in actor.carries)
        assert ("recipes.toml" in held) == ("imaging" in actor.carries)
    assert any("imaging" not in actor.carries for actor in CHAIN.whole.actors)


@every_actor
def test_the_same_sources_give_the_same_bytes(actor: Actor, recipes: Path) -> None:
    first = package(actor, recipes=recipes)
    recipes.chmod(0o600)
    os.utime(recipes, (0, 0))
    assert package(actor, recipes=recipes) == first


def test_neither_time_nor_mode_of_a_source_shows(recipes: Path) -> None:
    for actor in CHAIN.whole.actors:
        entries = opened(package(actor, recipes=recipes)).infolist()
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {stat.filemode(entry.external_attr >> 16) for entry in entries} == {"-rw-r--r--"}
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_other_recipes_give_another_key(recipes: Path) -> None:
    (actor, *_) = [actor for actor in CHAIN.whole.actors if "imaging" in actor.carries]
    before = package(actor, recipes=recipes)
    recipes.write_text("# changed\n", encoding="utf-8")
    after = package(actor, recipes=recipes)
    assert code_key(actor, before) != code_key(actor, after)
    assert opened(after).read("recipes.toml") == b"# changed\n"


def test_a_key_names_the_actor_and_the_content() -> None:
    (actor, *_) = CHAIN.whole.actors
    digest = hashlib.sha256(b"code").hexdigest()[:16]
    assert code_key(actor, b"code") == f"brigade/{actor.name}-{digest}.zip"


def test_a_missing_recipes_file_is_named(tmp_path: Path) -> None:
    (actor, *_) = [actor for actor in CHAIN.whole.actors if "imaging" in actor.carries]
    with pytest.raises(ConfigurationError, match=r"no recipes file at .*gone\.toml"):
        package(actor, recipes=tmp_path / "gone.toml")


def test_an_actor_without_code_is_named(recipes: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no package services\.nobody"):
        package(NOBODY, recipes=recipes)
