"""`brigade package`: every zip under its key, its sizes, and the parameters that name it."""

import json
from pathlib import Path

import pytest

from brigade.__main__ import main
from brigade.deploy.packages import Package, build, write
from imaging.recipes import DEFAULT_PATH
from infra.packaging import libraries
from infra.packaging.libraries import pins
from kit.errors import ConfigurationError
from services.chain import CHAIN
from tests.support.wheels import unpack


@pytest.fixture
def libraries_of_five_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is downloaded: every actor gets five bytes of SDK and seven of Pillow."""

    def install(requirements: Path, into: Path, *_: object, **__: object) -> None:
        files = {"botocore/client.txt": b"12345", "PIL/image.txt": b"1234567"}
        for name, release in pins(requirements).items():
            unpack(into, name, release, files if name == "botocore" else {})

    monkeypatch.setattr(libraries, "install", install)


def test_sizes_are_those_of_the_files_by_what_is_in_them() -> None:
    [(actor, code), *_] = build(CHAIN.whole, DEFAULT_PATH, None, lambda _: None)
    found = Package.of(actor, code)
    assert (found.actor, found.sdk, found.pictures, found.zipped) == (actor.name, 0, 0, len(code))
    assert found.rest > found.zipped


def test_zips_of_an_earlier_time_make_room_and_nothing_else_does(tmp_path: Path) -> None:
    mine = tmp_path / "brigade" / "mine.zip"
    mine.parent.mkdir()
    mine.touch()
    actor = CHAIN.whole.actors[0]
    for content in (b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + bytes(16) + b"\1\0x"):
        [made] = write(iter([(actor, content)]), tmp_path)
        assert (tmp_path / made.key).read_bytes() == content
    assert len(list(mine.parent.glob(f"{actor.name}-*.zip"))) == 1
    assert mine.exists()


@pytest.mark.usefixtures("libraries_of_five_bytes", "state")
class TestTheCommand:
    def test_writes_zips_and_the_parameters_that_name_them(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["package", "--arch", "x86_64", "--out", str(tmp_path), "--bucket", "mine", "--json"]) == 0
        said = capsys.readouterr()
        made = json.loads(said.out)
        assert [each["actor"] for each in made] == [each.name for each in CHAIN.whole.functions]
        assert {(each["sdk"], each["pictures"]) for each in made} == {(5, 7)}
        folder = tmp_path / "python3.13-x86_64"
        assert all((folder / each["key"]).stat().st_size == each["zipped"] for each in made)
        named = json.loads((folder / "parameters.json").read_text())
        assert named == sorted(named)
        assert {"Architecture=x86_64", "CodeBucket=mine", f"IngestCodeKey={made[0]['key']}"} < set(named)
        assert "parameters.json names them as objects of mine" in said.err

    def test_shows_a_table_and_says_when_the_template_runs_another_python(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["package", "--python", "3.12", "--out", str(tmp_path)]) == 0
        said = capsys.readouterr()
        assert "the template's functions run Python 3.13: these zips are for 3.12" in said.err
        assert all(f"brigade/{actor.name}-" in said.out for actor in CHAIN.whole.functions)
        assert not (tmp_path / "python3.12-arm64" / "parameters.json").exists()

    def test_twice_gives_the_same(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for folder in ("one", "two"):
            assert main(["package", "--out", str(tmp_path / folder), "--json"]) == 0
        one, two = (sorted(each.read_bytes() for each in (tmp_path / n).rglob("*.zip")) for n in ("one", "two"))
        assert one == two

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--arch", "mips"], "there are no functions on mips: use arm64 or x86_64"),
            (["--python", "2.7"], "2.7 is no Python that the code runs on"),
            (
                ["--python", "3.11", "--bucket", "mine"],
                "the template's functions run Python 3.13 and do not start with zips for 3.11 "
                "— leave out --python, or --bucket",
            ),
        ],
    )
    def test_refuses_what_there_is_not(
        self, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["package", *arguments]) == 1
        assert said in capsys.readouterr().err

    def test_says_which_wheel_is_missing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise ConfigurationError("pip finds no wheel of x for Python 3.13 on arm64: name a release that has one")

        monkeypatch.setattr(libraries, "install", fail)
        assert main(["package", "--out", str(tmp_path)]) == 1
        assert "pip finds no wheel of x for Python 3.13" in capsys.readouterr().err
