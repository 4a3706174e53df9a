"""Everything that is shipped is pinned, what libraries need in turn included, to the releases that are tested here."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.packaging.libraries import WHEELS, pins
from kit.actor import Actor
from services.chain import CHAIN

ROOT = Path(__file__).parents[3]
PYTHONS = range(11, 15)  # `brigade package --python 3.12`
every_actor = pytest.mark.parametrize("actor", CHAIN.whole.actors, ids=lambda actor: actor.name)


def file_of(actor: Actor, suffix: str = ".txt") -> Path:
    return ROOT / "services" / actor.name / f"requirements{suffix}"


def needed(names: set[str]) -> set[str]:
    """Return those and all that they need in turn, by what the releases that are installed here say."""
    wanted = [Requirement(line) for name in names for line in metadata.requires(name) or []]
    needs = {str(canonicalize_name(each.name)) for each in wanted if not each.marker or each.marker.evaluate()}
    return names if needs <= names else needed(names | needs)


@every_actor
def test_what_is_shipped_is_what_is_tested(actor: Actor) -> None:
    pinned = pins(file_of(actor))
    assert pinned == {name: metadata.version(name) for name in pinned}, "run `make update`"


@every_actor
def test_what_the_code_imports_is_pinned_with_all_that_it_needs_and_nothing_else(actor: Actor) -> None:
    imported = set(file_of(actor, ".in").read_text(encoding="utf-8").split())
    assert pins(file_of(actor)).keys() == needed(imported), "run `make update`"


@every_actor
def test_every_pin_has_the_hashes_of_its_wheels_and_names_no_address(actor: Actor) -> None:
    text = file_of(actor).read_text(encoding="utf-8")
    entries = re.findall(r"^([\w.-]+)==[\w.]+((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", text, re.MULTILINE)
    assert [name for name, _ in entries] == list(pins(file_of(actor)))
    # Nothing else is there, an index's address or a path of this machine's least of all.
    rest = re.sub(r"^([\w.-]+==[\w.]+|    --hash=sha256:[0-9a-f]{64})( \\)?$", "", text, flags=re.MULTILINE)
    assert [line for line in rest.splitlines() if line and not line.startswith("#")] == []
    assert "//" not in rest
    for name, hashes in entries:
        wheel = metadata.distribution(name).read_text("WHEEL") or ""
        if "Root-Is-Purelib: false" in wheel:  # then every processor and Python has a wheel of its own
            assert hashes.count("--hash") >= len(WHEELS) * len(PYTHONS), name


def test_all_actors_have_the_same_releases() -> None:
    every = {pin for actor in CHAIN.whole.actors for pin in pins(file_of(actor)).items()}
    assert len(every) == len(dict(every))
