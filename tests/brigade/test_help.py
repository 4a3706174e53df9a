"""Help, completion, and what a project's file says in place of options."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from brigade import project
from brigade.__main__ import main
from brigade.cli import HISTORY, Lazy, app, dlq
from brigade.target import local_target
from tests.support.commands import every

Said = pytest.CaptureFixture[str]
LAZY = {
    f"{words}{each.name}": each
    for words, group in (("", app), ("dlq ", dlq))
    for each in group.commands.values()
    if isinstance(each, Lazy)
}


@pytest.mark.parametrize("name", ["", "dlq", *every()])
def test_h_shows_help_that_fits_80_columns(name: str, capsys: Said) -> None:
    assert main([*name.split(), "-h"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"Usage: brigade {name}".rstrip())
    assert max(map(cell_len, lines)) <= 80


@pytest.mark.parametrize("name", LAZY)
def test_the_example_in_each_commands_help_can_be_given_as_it_stands(
    name: str, capsys: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("public").mkdir()
    Path("letters.jsonl").touch()
    main([*name.split(), "-h"])
    _, _, example = capsys.readouterr().out.partition("  Example:\n")
    words = name.removeprefix("dlq ").split() if LAZY[name] is HISTORY else name.split()
    assert shlex.split(example)[: len(words) + 1] == ["brigade", *words]
    LAZY[name].load().make_context(name, shlex.split(example)[len(words) + 1 :])  # raises where that is no right call


def test_every_command_stands_in_one_section_and_all_are_listed(capsys: Said) -> None:
    listed = [command.name for commands in app.sections.values() for command in commands]
    assert sorted(filter(None, listed)) == sorted(app.commands)
    main(["-h"])
    said = capsys.readouterr().out
    assert [heading for heading in app.sections if f"\n{heading}:\n" in said] == list(app.sections)


def complete(capsys: Said, monkeypatch: pytest.MonkeyPatch, words: str) -> list[str]:
    monkeypatch.setenv("_BRIGADE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    main([])
    return [line.partition(",")[2] for line in capsys.readouterr().out.splitlines() if line]


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("brigade des", ["destroy"]),
        ("brigade pause re", ["resize", "relay", "retire"]),
        ("brigade rerun --from norm", ["normalize"]),
        ("brigade dlq show --reason corr", ["corrupt-image"]),
        ("brigade process --recipe tr", ["training"]),
        ("brigade ls --status re", ["ready", "removed"]),
        ("brigade show ho", []),  # nothing is deployed, and nothing is said of that
    ],
)
def test_a_shell_completes_what_is_known(
    words: str, found: list[str], capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert complete(capsys, monkeypatch, words) == found


def test_on_windows_one_sentence_says_where_it_runs() -> None:
    code = "import sys; sys.platform = 'win32'; import brigade.__main__"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: brigade runs on Linux and macOS — on Windows use WSL, https://")
    assert done.stderr.count("\n") == 1


@pytest.fixture
def folder(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, with a folder in it that commands are given in."""
    below = tmp_path / "site" / "pictures"
    below.mkdir(parents=True)
    (tmp_path / "site" / ".git").mkdir()
    monkeypatch.chdir(below)
    for name in ("AWS_PROFILE", "AWS_REGION"):  # set by what is tested; the test's end puts them back
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path / "site"


FILE = """
stack = "shop"
region = "eu-west-1"
profile = "shop-admin"
recipes = "etc/recipes.toml"
[parameters]
LogRetentionDays = 7
[parameters.production]
LogRetentionDays = 90
AlarmEmail = "ann@example.org"
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("brigade.toml", FILE),
        (
            "pyproject.toml",
            FILE.replace("[parameters", "[tool.brigade.parameters").replace("\n", "\n[tool.brigade]\n", 1),
        ),
    ],
)
def test_the_projects_file_says_what_no_option_says(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    said = project.settings()
    assert (said.stack, said.recipes) == ("shop", str(folder / "etc/recipes.toml"))
    said.export()
    assert (os.environ["AWS_REGION"], os.environ["AWS_PROFILE"]) == ("eu-west-1", "shop-admin")
    assert said.of_stage("") == {"LogRetentionDays": "7"}
    assert said.of_stage("test") == {"LogRetentionDays": "7"}
    assert said.of_stage("production") == {"LogRetentionDays": "90", "AlarmEmail": "ann@example.org"}


def test_an_option_goes_before_the_variable_and_that_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "brigade.toml").write_text(FILE)
    asked: list[str] = []

    def find(_: object, name: str) -> None:
        asked.append(name)
        raise click.exceptions.Exit

    monkeypatch.setattr("brigade.commands.outputs.here", lambda: None)
    monkeypatch.setattr("brigade.commands.outputs.Stack.find", find)
    main(["outputs"])
    monkeypatch.setenv("BRIGADE_STACK", "of-the-variable")
    main(["outputs"])
    main(["outputs", "--stack", "given"])
    assert asked == ["shop", "of-the-variable", "given"]


def test_variables_go_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "brigade.toml").write_text(FILE)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-2")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    project.settings().export()
    assert os.environ["AWS_PROFILE"] == "mine"
    assert "AWS_REGION" not in os.environ


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('stak = "x"', "unknown field `stak` — it may hold stack, region, profile, recipes, parameters"),
        ("stack = 3", "Expected `str | null`, got `int` - at `$.stack`"),
        ("stack = ", "Invalid value (at end of document)"),
    ],
)
def test_a_wrong_file_is_an_error_that_names_it(folder: Path, content: str, why: str, capsys: Said) -> None:
    (folder / "brigade.toml").write_text(content)
    assert main(["cost"]) == 1
    said = capsys.readouterr().err
    assert f"{folder / 'brigade.toml'}: " in said
    assert why in said


def test_without_a_file_nothing_is_said(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.other]\n")
    assert project.settings() == project.Settings()


def test_a_profile_is_taken_for_aws_and_refused_on_a_local_cloud(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    monkeypatch.setattr("brigade.acting.here.resolve", lambda: local_target("http://127.0.0.1:4566"))
    assert main(["ls", "--profile", "shop-admin", "--region", "eu-west-1"]) == 1
    assert "--profile shop-admin is for AWS, and this acts on the local cloud on 127.0" in capsys.readouterr().err
