"""The recipes that a stack works with stay until others are deployed, and a change of them is said."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brigade.__main__ import main
from brigade.deploy import deployed_recipes, kept
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.deployed_recipes import change, choose
from brigade.deploy.deployment import destroy
from brigade.deploy.stack import Stack
from brigade.pipeline import Pipeline
from brigade.target import Target
from brigade.terminal import OperatorError
from imaging.recipes import DEFAULT_PATH
from kit.errors import ConfigurationError
from tests.support import pictures

DEFAULT = DEFAULT_PATH.read_bytes()


def recipe(name: str, width: int = 9, prefix: str = "") -> bytes:
    text = f'[[recipe]]\nname = "{name}"\nprefix = "{prefix}"\n[[recipe.rendition]]\nname = "w"\nwidth = {width}\n'
    return text.encode()


CATS, DOGS = recipe("cats"), recipe("dogs")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (CATS, CATS, ""),
        (CATS, CATS + DOGS, "dogs is new"),
        (CATS + DOGS, CATS, "dogs goes"),
        (CATS, recipe("cats", 10), "cats changes"),
        (CATS, DOGS, "dogs is new, cats goes"),
        (CATS + DOGS, DOGS + CATS, "their order"),
        (CATS, CATS + b"# more to come\n", "their wording alone"),
        (b"[[recipe]]\nname = 7\n", CATS, "this release cannot read those that are deployed"),
    ],
)
def test_a_change_is_said_by_the_recipes_names(before: bytes, after: bytes, said: str) -> None:
    assert change(before, after) == said


class TestChoosing:
    @pytest.fixture
    def given(self, tmp_path: Path) -> Path:
        path = tmp_path / "given.toml"
        path.write_bytes(DOGS)
        return path

    def test_the_given_ones_are_taken_and_compared(self, given: Path, tmp_path: Path) -> None:
        notes: list[str] = []
        assert choose(given, CATS, tmp_path, notes.append) == given
        assert notes == ["recipes change: dogs is new, cats goes"]

    def test_the_given_ones_are_taken_where_those_that_are_deployed_are_gone(self, given: Path, tmp_path: Path) -> None:
        notes: list[str] = []
        assert choose(given, b"", tmp_path, notes.append) == given
        assert not notes

    def test_without_any_the_deployed_ones_stay_byte_for_byte(self, tmp_path: Path) -> None:
        notes: list[str] = []
        assert choose(None, CATS, tmp_path, notes.append).read_bytes() == CATS
        assert notes == ["the deployed recipes stay; --recipes names others"]

    def test_brigades_own_are_not_worth_a_word(self, tmp_path: Path) -> None:
        notes: list[str] = []
        assert choose(None, DEFAULT, tmp_path, notes.append).read_bytes() == DEFAULT
        assert not notes

    def test_that_are_gone_and_not_given_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(OperatorError, match=r"not to be found — `brigade deploy --recipes FILE`"):
            choose(None, b"", tmp_path, print)

    def test_that_this_release_cannot_read_do_not_stay(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"the deployed recipes.toml, line 2"):
            choose(None, b"[[recipe]]\nname = 7\n", tmp_path, print)


@pytest.mark.journey
class TestTheCommands:
    @pytest.fixture
    def stack(self, here: Target) -> Iterator[str]:
        name = "recipes"
        yield name
        if found := Stack.look(here, name):
            left = kept.by(found)
            destroy(found)
            kept.delete(here, left)

    @pytest.fixture
    def say(
        self, capsys: pytest.CaptureFixture[str], stack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[..., str]:
        """Run a command that succeeds, in an empty folder; return what it says."""
        monkeypatch.chdir(tmp_path)

        def run(*arguments: str) -> str:
            code = main([*arguments, "--stack", stack])
            said = capsys.readouterr()
            assert code == 0, said.err
            return said.err + said.out

        return run

    def test_deploy_keeps_what_was_deployed_and_upload_goes_by_it(
        self, here: Target, stack: str, say: Callable[..., str], tmp_path: Path
    ) -> None:
        only = tmp_path / "only.toml"
        only.write_bytes(recipe("cats", prefix="cats/"))
        (tmp_path / "photo.jpg").write_bytes(pictures.jpeg())

        say("deploy", "--recipes", str(only))
        said = say("deploy")
        assert "the deployed recipes stay" in said
        assert "nothing to change" in said
        assert [each.name for each in deployed_recipes.of(Pipeline.find(here, stack).stack).recipe] == ["cats"]

        assert "ignored: photo.jpg (no recipe matches its key)" in say("upload", "--wait", "photo.jpg")
        assert "READY" in say("upload", "--wait", "photo.jpg", "--prefix", "cats/")

        (tmp_path / "recipes.toml").write_bytes(DOGS)
        assert "recipes change: dogs is new, cats goes\n" in say("deploy")

        Artifacts(here, stack).delete()
        with pytest.raises(OperatorError, match="the deployed recipes are not to be found"):
            _ = deployed_recipes.of(Pipeline.find(here, stack).stack)
