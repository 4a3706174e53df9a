"""Everything that is shipped is pinned, what libraries need in turn included, to the releases that are tested here."""

import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.packaging import pins
from infra.packaging.libraries import HASHES, Platform
from infra.packaging.pins import IMPORTED, LAMBDA, NEEDED, Release, hashes, imported, pinned, read_report, resolve
from kit.actor import Actor
from kit.errors import ConfigurationError
from services.chain import CHAIN

ROOT = Path(__file__).parents[3]
every_actor = pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)
RELEASES = {each.name: each for each in (Release("a", "1", frozenset({"b"})), Release("b", "2"), Release("c", "3"))}


def pins_of(actor: Actor) -> dict[str, str]:
    text = (ROOT / "services" / actor.name / "requirements.txt").read_text(encoding="utf-8")
    lines = [line.split("==") for line in text.splitlines() if not line.startswith("#")]
    return {name: version for name, version in lines}  # noqa: C416 - a line that is no pin must not unpack


@every_actor
def test_what_is_shipped_is_what_is_tested(actor: Actor) -> None:
    assert pins_of(actor) == {name: metadata.version(name) for name in pins_of(actor)}, "run `make update`"


@every_actor
def test_what_a_library_needs_is_pinned_too(actor: Actor) -> None:
    shipped = pins_of(actor)
    for name in shipped:
        wanted = map(Requirement, metadata.requires(name) or [])
        needs = {canonicalize_name(each.name) for each in wanted if not each.marker or each.marker.evaluate()}
        assert needs <= shipped.keys()


def test_every_pin_has_the_hashes_of_its_wheels_and_names_no_address() -> None:
    text = HASHES.read_text(encoding="utf-8")
    assert {line.partition(" ")[0] for line in text.splitlines()} == {
        f"{name}=={version}" for actor in CHAIN.actors for name, version in pins_of(actor).items()
    }, "run `make update`"
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+( --hash=sha256:[0-9a-f]{64})+", line) for line in text.splitlines())


def test_a_hash_is_taken_of_each_platform_and_stands_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def report(_: object, platform: Platform) -> Any:
        pure, native = "0" * 64, platform.architecture.ljust(64, "0")
        return {
            "install": [
                {
                    "metadata": {"name": name, "version": "1"},
                    "download_info": {"archive_info": {"hashes": {"sha256": sha}}},
                }
                for name, sha in (("Six", pure), ("pillow", native))
            ]
        }

    monkeypatch.setattr(pins, "_report", report)
    said = hashes(["six==1", "pillow==1", "six==1"], [Platform("arm64", "3.13"), Platform("x86_64", "3.13")])
    pillow, six = said.splitlines()
    assert six == f"six==1 --hash=sha256:{'0' * 64}"
    assert pillow.count("--hash=") == 2


def test_all_actors_have_the_same_releases() -> None:
    every = {pin for actor in CHAIN.actors for pin in pins_of(actor).items()}
    assert len(every) == len(dict(every))


def test_what_is_imported_stands_first_and_is_read_whatever_is_said_of_its_release() -> None:
    assert imported(f"{IMPORTED}\nPillow>=13,<14\naws_xray-sdk\n{NEEDED}\nsix==1.0\n") == ["pillow", "aws-xray-sdk"]


def test_a_file_names_what_is_imported_and_below_that_what_it_needs() -> None:
    text = pinned(["a"], RELEASES)
    assert text == f"{IMPORTED}\na==1\n{NEEDED}\nb==2\n"
    assert pinned(imported(text), RELEASES) == text


def test_a_library_that_the_project_does_not_depend_on_is_named() -> None:
    with pytest.raises(ConfigurationError, match="nothing is known of d: add it to the dependencies in"):
        pinned(["a", "d"], RELEASES)


def test_only_what_lambda_needs_is_needed() -> None:
    wanted = [
        "Six>=1",
        "boto3; extra == 'aws'",
        "colorama; sys_platform == 'win32'",
        "tomli; python_version < '3.11'",
        "uvloop; sys_platform == 'linux' and python_version >= '3.12'",
    ]
    report = {"install": [{"metadata": {"name": "Some_Thing", "version": "1.0", "requires_dist": wanted}}]}
    assert read_report(report, LAMBDA) == {"some-thing": Release("some-thing", "1.0", frozenset({"six", "uvloop"}))}


def test_what_pip_says_when_there_is_no_solution_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "looking\nERROR: no boto3 for you\n")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(ConfigurationError, match=r"for python3.13-arm64: ERROR: no boto3 for you"):
        resolve(["boto3"], LAMBDA)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one actor that imports ``a``, as its author has written it."""
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["a>=1"]\n')
    (tmp_path / "services/one").mkdir(parents=True)
    (tmp_path / "services/one/requirements.txt").write_text("a\n")
    (tmp_path / "infra/packaging").mkdir(parents=True)
    monkeypatch.setattr(pins, "resolve", lambda *_: RELEASES)
    monkeypatch.setattr(pins, "hashes", lambda found, _: f"hashes of {found}")
    return tmp_path


def test_updating_pins_every_actor_and_says_what_is_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pins.main(project) == 0
    assert "services/one/requirements.txt: a==1, b==2" in capsys.readouterr().out
    assert (project / "infra/packaging/hashes.txt").read_text() == "hashes of ['a==1', 'b==2']"
    assert pins.main(project) == 0
    assert "services/one/requirements.txt: as it was" in capsys.readouterr().out


def test_updating_says_in_one_line_what_is_wrong(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "services/one/requirements.txt").write_text("a\nnumpy\n")
    assert pins.main(project) == 1
    assert capsys.readouterr().err.splitlines() == [
        "nothing is known of numpy: add it to the dependencies in pyproject.toml"
    ]
