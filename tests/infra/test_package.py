"""A function's zip: whole, no more than needed, and the same bytes every time."""

import hashlib
import os
import stat
import tomllib
import zipfile
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest

from infra.package import code_key, install_dependencies, package
from kit.actor import Actor
from kit.errors import ConfigurationError
from kit.events import ImageUploaded
from services.chain import CHAIN

every_actor = pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)
ROOT = Path(__file__).parents[2]
NOBODY = Actor(name="nobody", purpose="Has no code, in tests", hears=(ImageUploaded,))


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    path = tmp_path / "my recipes.toml"
    path.write_text("# mine\n", encoding="utf-8")
    return path


def opened(code: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(code))


def folder(actor: Actor) -> Path:
    spec = find_spec(f"services.{actor.name}")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


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
    for actor in CHAIN.actors:
        held = opened(package(actor, recipes=recipes)).namelist()
        assert any(name.startswith("imaging/") for name in held) == ("imaging" in actor.carries)
        assert ("recipes.toml" in held) == ("imaging" in actor.carries)
    assert any("imaging" not in actor.carries for actor in CHAIN.actors)


@every_actor
def test_the_same_sources_give_the_same_bytes(actor: Actor, recipes: Path) -> None:
    first = package(actor, recipes=recipes)
    recipes.chmod(0o600)
    os.utime(recipes, (0, 0))
    assert package(actor, recipes=recipes) == first


def test_neither_time_nor_mode_of_a_source_shows(recipes: Path) -> None:
    for actor in CHAIN.actors:
        entries = opened(package(actor, recipes=recipes)).infolist()
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {stat.filemode(entry.external_attr >> 16) for entry in entries} == {"-rw-r--r--"}
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_other_recipes_give_another_key(recipes: Path) -> None:
    (actor, *_) = [actor for actor in CHAIN.actors if "imaging" in actor.carries]
    before = package(actor, recipes=recipes)
    recipes.write_text("# changed\n", encoding="utf-8")
    after = package(actor, recipes=recipes)
    assert code_key(actor, before) != code_key(actor, after)
    assert opened(after).read("recipes.toml") == b"# changed\n"


def test_a_key_names_the_actor_and_the_content() -> None:
    (actor, *_) = CHAIN.actors
    digest = hashlib.sha256(b"code").hexdigest()[:16]
    assert code_key(actor, b"code") == f"brigade/{actor.name}-{digest}.zip"


def test_installed_dependencies_travel_with_the_code(recipes: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    for name in ("wheel/__init__.py", "wheel/native.so", "wheel/__pycache__/__init__.cpython-313.pyc"):
        (installed / name).parent.mkdir(parents=True, exist_ok=True)
        (installed / name).write_bytes(b"")
    (actor, *_) = CHAIN.actors
    held = set(opened(package(actor, recipes=recipes, dependencies=installed)).namelist())
    assert held - set(opened(package(actor, recipes=recipes)).namelist()) == {"wheel/__init__.py", "wheel/native.so"}


def test_a_missing_recipes_file_is_named(tmp_path: Path) -> None:
    (actor, *_) = [actor for actor in CHAIN.actors if "imaging" in actor.carries]
    with pytest.raises(ConfigurationError, match=r"no recipes file at .*gone\.toml"):
        package(actor, recipes=tmp_path / "gone.toml")


def test_an_actor_without_code_is_named(recipes: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no package services\.nobody"):
        package(NOBODY, recipes=recipes)


@every_actor
def test_requirements_are_ranges_that_the_project_itself_has(actor: Actor) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = (folder(actor) / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert set(wanted) <= set(project["dependencies"])
    assert any(line.startswith("Pillow") for line in wanted) == ("imaging" in actor.carries)


def test_pips_failure_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # nothing can be found, and nothing is fetched
    (actor, *_) = CHAIN.actors
    with pytest.raises(ConfigurationError, match=f"what {actor.name} needs on arm64: ") as failed:
        install_dependencies(actor, tmp_path, "arm64", "3.13")
    assert "\n" not in str(failed.value)


def test_an_unknown_architecture_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    (actor, *_) = CHAIN.actors
    with pytest.raises(ConfigurationError, match="mips: use arm64 or x86_64"):
        install_dependencies(actor, tmp_path, "mips", "3.13")
