"""What a zip holds besides our code: the wheels of its platform, and of them what a function reads."""

import hashlib
import tomllib
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.packaging import libraries
from infra.packaging.libraries import Libraries, Platform, install, is_needed, pins
from infra.packaging.package import folder_of, package
from kit.actor import Actor
from kit.errors import ConfigurationError
from services.chain import CHAIN
from tests.support.wheels import unpack

ROOT = Path(__file__).parents[3]
LAMBDA = Platform("arm64", "3.13")
every_actor = pytest.mark.parametrize("actor", CHAIN.whole.actors, ids=lambda actor: actor.name)


@every_actor
def test_requirements_are_releases_that_the_project_itself_allows(actor: Actor) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = {canonicalize_name(each.name): each.specifier for each in map(Requirement, project["dependencies"])}
    path = folder_of(f"services.{actor.name}") / "requirements.txt"
    pinned = {canonicalize_name(name): release for name, release in pins(path).items()}
    assert set(map(canonicalize_name, ("botocore", "msgspec", "tenacity"))) <= pinned.keys()
    assert (canonicalize_name("pillow") in pinned) == ("imaging" in actor.carries)
    assert all(pinned[name] in ours[name] for name in pinned if name in ours)


@pytest.mark.parametrize(
    "name",
    [
        "PIL/Image.py",
        "PIL/_imaging.cpython-313-aarch64-linux-gnu.so",
        "six.py",
        "botocore/cacert.pem",
        "botocore/data/endpoints.json",
        "botocore/data/s3/2006-03-01/service-2.json.gz",
        "boto3/dynamodb/types.py",
        "boto3-1.0.dist-info/METADATA",
        "boto3-1.0.dist-info/licenses/LICENSE",
        "boto3-1.0.dist-info/NOTICE.txt",
        "contest/tests.py",
    ],
)
def test_what_a_function_or_a_licence_needs_stays(name: str) -> None:
    assert is_needed(name)


@pytest.mark.parametrize(
    "name",
    [
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "botocore/data/s3/2006-03-01/examples-1.json",
        "library/examples/first.py",
        "bin/jp.py",
        "wrapt-stubs/__init__.pyi",
        "wrapt/_wrappers.c",
        "library/tests/test_it.py",
        "library/__pycache__/a.cpython-311.pyc",
        "boto3-1.0.dist-info/RECORD",
        "boto3-1.0.dist-info/direct_url.json",
    ],
)
def test_what_neither_needs_goes(name: str) -> None:
    assert not is_needed(name)


@pytest.fixture
def wheels(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The libraries that were installed, without a download; each is larger than what is needed of it."""
    installed: list[str] = []

    def install(requirements: Path, into: Path, platform: Platform, **_: object) -> None:
        assert platform.architecture == "arm64"
        installed.extend(pins(requirements))
        for name, release in pins(requirements).items():
            unpack(into, name, release, {f"{name}/{file}": b"" for file in ("__init__.py", "native.so", "tests/it.py")})

    monkeypatch.setattr(libraries, "install", install)
    return installed


def needed(requirements: Path) -> set[str]:
    return {f"{name}/{file}" for name in pins(requirements) for file in ("__init__.py", "native.so")}


def without_compiler(folder: Path) -> Libraries:
    made = Libraries(folder, LAMBDA)
    made.compiler = None
    return made


def test_libraries_travel_with_the_code(wheels: list[str], tmp_path: Path) -> None:
    (actor, *_) = CHAIN.whole.actors
    with_them = package(actor, recipes=ROOT / "recipes.toml", libraries=without_compiler(tmp_path))
    alone = package(actor, recipes=ROOT / "recipes.toml")
    held, ours = (set(zipfile.ZipFile(BytesIO(code)).namelist()) for code in (with_them, alone))
    assert held - ours == needed(folder_of(f"services.{actor.name}") / "requirements.txt")


def test_a_release_is_installed_once_and_goes_to_those_alone_who_pin_it(wheels: list[str], tmp_path: Path) -> None:
    made = without_compiler(tmp_path)
    for actor in (*CHAIN.whole.actors, *CHAIN.whole.actors):
        requirements = folder_of(f"services.{actor.name}") / "requirements.txt"
        assert set(made.named_in(requirements)) == needed(requirements)
    assert len(wheels) == len(set(wheels))


def test_a_wheel_that_is_not_there_is_named_with_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # nothing can be found, and nothing is fetched
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(f"Pillow==13.0.0 --hash=sha256:{'0' * 64}\n")
    said = (
        r"requirements.txt: pip finds no wheel of Pillow==13.0.0 for Python 3.13 on arm64: name a release that has one"
    )
    with pytest.raises(ConfigurationError, match=said) as failed:
        install(wanted, tmp_path / "into", LAMBDA)
    assert "\n" not in str(failed.value)


def test_any_other_failure_of_pip_is_one_line(tmp_path: Path) -> None:
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("no requirement\n")
    with pytest.raises(ConfigurationError, match=r"pip could not install for python3\.13-arm64: ") as failed:
        install(wanted, tmp_path / "into", LAMBDA)
    assert "\n" not in str(failed.value)


def test_a_file_with_another_hash_or_none_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("tiny.py", "")
        made.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        made.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr("tiny-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(f"tiny==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    install(wanted, tmp_path / "into", LAMBDA)
    assert (tmp_path / "into/tiny.py").exists()
    for untrusted, said in ((f"tiny==1.0 --hash=sha256:{'0' * 64}", "DO NOT MATCH"), ("tiny==1.0", "are missing from")):
        wanted.write_text(untrusted + "\n")
        with pytest.raises(ConfigurationError, match=said) as failed:
            install(wanted, tmp_path / "other", LAMBDA)
        assert "\n" not in str(failed.value)
        assert not (tmp_path / "other").exists()
    install(wanted, tmp_path / "other", LAMBDA, hashed=False)
    assert (tmp_path / "other/tiny.py").exists()


def test_a_pip_that_says_nothing_is_an_error_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "false")
    with pytest.raises(ConfigurationError, match="no output"):
        install(tmp_path / "requirements.txt", tmp_path / "into", LAMBDA)


@pytest.mark.parametrize(
    ("architecture", "python", "said"),
    [
        ("mips", "3.13", "mips: use arm64 or x86_64"),
        ("arm64", "3.10", "3.10 is no Python that the code runs on"),
        ("arm64", "python3.13", "use 3.11 or newer, as 3.13"),
        ("arm64", "3.13.1", "use 3.11 or newer, as 3.13"),
    ],
)
def test_an_unknown_platform_is_refused_with_what_there_is(architecture: str, python: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Platform(architecture, python)
