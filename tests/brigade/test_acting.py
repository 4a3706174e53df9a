"""No account is changed unasked, and none is reached in place of a local cloud that is gone."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from brigade import project
from brigade.__main__ import main
from brigade.local import local_cloud, local_record
from brigade.local.cloud_process import LocalCloud
from kit import aws
from tests.support import pictures
from tests.support.account import Account, forbidding
from tests.support.commands import every

WHERE = "AWS account 123456789012 in eu-west-1"
# How each command is given that acts somewhere; its words are the key.
ARGUMENTS = {
    "deploy": [],
    "destroy": [],
    "outputs": [],
    "upload": ["a.jpg"],
    "site": ["."],
    "import": ["pictures"],
    "ls": [],
    "show": ["a.jpg"],
    "html": ["a.jpg"],
    "get": ["a.jpg", "--out", "got"],
    "export": ["--out", "tables", "--format", "csv"],
    "trace": ["a.jpg"],
    "pause": ["resize"],
    "resume": ["resize"],
    "status": [],
    "logs": [],
    "missing": [],
    "rerun": ["--from", "resize", "a.jpg"],
    "focus": ["a.jpg", "0.3", "0.7"],
    "archive": ["a.jpg"],
    "restore": ["a.jpg"],
    "approve": ["a.jpg"],
    "portal": ["--port", "0"],
    "console": [],
    "reject": ["a.jpg"],
    "prove": [],
    "dlq ls": [],
    "dlq show": [],
    "dlq redrive": ["resize"],
    "dlq edit": ["resize", "0a"],
    "dlq discard": ["resize"],
    "dlq export": ["resize", "--out", "letters.jsonl"],
    "dlq import": ["letters", "resize"],
    "dlq replay": ["resize", "0a", "--local"],
    "dlq history": [],
    "history": [],
}
OFFLINE = {
    "up": [],
    "down": [],
    "package": [],
    "process": ["a.jpg", "--out", "out"],
    "cost": [],
    "demo": ["--photos", "."],
    "recipes": [],
    "recipes check": [],
    "recipes schema": [],
    "recipes preview": ["a.jpg", "--out", "out"],
}
CHANGING = [name for name, command in every().items() if command.callback.acts == "changing"]
READING = [name for name, command in every().items() if command.callback.acts == "reading"]


@pytest.fixture(scope="module")
def server() -> Iterator[Account]:
    with forbidding() as account:
        yield account


@pytest.fixture
def account(server: Account, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An operator with credentials, in a folder with a picture; what would go to AWS goes to the server."""
    folder = tmp_path / "project" / "pictures"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(pictures.jpeg())
    (folder / "letters").write_text("")
    monkeypatch.chdir(folder)
    (tmp_path / "config").write_text(f"[default]\nregion=eu-west-1\nendpoint_url=http://127.0.0.1:{server.port}\n")
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id=x\naws_secret_access_key=x\n")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):  # Target.export sets them; the test's end puts them back
        monkeypatch.setenv(name, "eu-west-1")
    server.asked.clear()
    aws.forget()
    yield server
    aws.forget()


@pytest.fixture
def costly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long and is no matter of where it acts is left out."""

    def left_out(*_: object, **__: object) -> Any:
        raise OSError("left out")

    for name in ("local.local_cloud.start", "demo.demo_run.run", "deploy.packages.build"):
        monkeypatch.setattr(f"brigade.{name}", left_out)


def dead_cloud(owner: str) -> None:
    local_record.record(LocalCloud(os.getpid(), "0", local_cloud.free_port(), "gone", "/nowhere", owner))


def of_this_folder(_: pytest.MonkeyPatch) -> None:
    dead_cloud(str(Path.cwd()))


def of_a_folder_above(_: pytest.MonkeyPatch) -> None:
    dead_cloud(str(Path.cwd().parent))


def with_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGADE_CLOUD", "demo")
    dead_cloud("demo")


def with_a_name_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGADE_CLOUD", "demo")


def test_the_tests_here_know_every_command() -> None:
    acting = {name for name, command in every().items() if command.callback.acts != "offline"}
    assert (acting, set(every()) - acting) == (set(ARGUMENTS), set(OFFLINE))


class TestWhereALocalCloudIsGone:
    @pytest.mark.parametrize("gone", [of_this_folder, of_a_folder_above, with_a_name, with_a_name_and_forgotten])
    def test_no_command_reaches_an_account(
        self,
        account: Account,
        gone: Callable[[pytest.MonkeyPatch], None],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        project.agree(WHERE)
        gone(monkeypatch)
        for name, arguments in ARGUMENTS.items():
            yes = ["--yes"] if name in CHANGING else []
            assert main([*name.split(), *arguments, *yes]) == 1
            said = capsys.readouterr().err
            assert re.search(" is gone| no local cloud is named demo", said), name
            assert "— `brigade up` starts a new one" in said, name
        assert account.asked == []

    @pytest.mark.usefixtures("costly")
    def test_nor_does_one_that_acts_nowhere(self, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
        of_this_folder(monkeypatch)
        Path("a.jpg").write_bytes(pictures.jpeg())
        for name, arguments in OFFLINE.items():
            with suppress(SystemExit):
                main([*name.split(), *arguments])
        assert account.asked == []

    def test_they_do_where_there_never_was_one(self, account: Account) -> None:
        for name in ("ls", "dlq ls", "status", "outputs"):
            account.asked.clear()
            assert main([*name.split(), *ARGUMENTS[name]]) == 1
            assert account.asked == ["DescribeStacks"]

    def test_what_was_agreed_before_does_not_outlive_it(
        self, account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for folder in ("..", "pictures"):
            monkeypatch.chdir(folder)
            project.agree(WHERE)
        of_this_folder(monkeypatch)
        assert main(["down"]) == 0
        assert main(["pause", "resize"]) == 1
        assert "This is the first change of" in capsys.readouterr().err
        assert account.asked == ["GetCallerIdentity"]


class TestAnAccount:
    @pytest.fixture
    def answering(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[str]]:
        """Have a terminal where every question gets this answer; returns the questions."""

        def arrange(answer: bool) -> list[str]:
            questions: list[str] = []

            def confirm(question: str, **_: object) -> bool:
                questions.append(question)
                return answer

            monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
            monkeypatch.setattr("click.confirm", confirm)
            return questions

        return arrange

    def test_is_changed_by_no_command_where_nobody_can_answer(
        self, account: Account, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in CHANGING:
            account.asked.clear()
            assert main([*name.split(), *ARGUMENTS[name]]) == 1
            assert account.asked == ["GetCallerIdentity"], name
            assert capsys.readouterr().err == (
                f"error: This is the first change of {WHERE} from {Path.cwd()}. Go on? There is no terminal to answer "
                "on — add --yes, or set BRIGADE_ACCOUNT=123456789012\n"
            )

    def test_is_named_by_every_command_before_it_is_changed(
        self, account: Account, capsys: pytest.CaptureFixture[str]
    ) -> None:
        project.agree(WHERE)
        for name in CHANGING:
            account.asked.clear()
            assert main([*name.split(), *ARGUMENTS[name]]) == 1
            assert account.asked[:2] == ["GetCallerIdentity", "DescribeStacks"], name
            said = capsys.readouterr().err.splitlines()
            assert said[0] == f"acting on {WHERE}", name
            assert (
                said[-1]
                == "error: not allowed: DescribeStacks: No. — use credentials that may do this, or ask for the right"
            )

    def test_is_asked_for_once_in_a_project(
        self, account: Account, answering: Callable[[bool], list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        questions, folder = answering(True), Path.cwd()
        (folder / "below").mkdir()
        for each in (".", ".", "below"):
            monkeypatch.chdir(folder / each)
            main(["pause", "resize"])
        assert questions == [f"This is the first change of {WHERE} from {folder}. Go on?"]
        assert account.asked.count("DescribeStacks") == 3

    def test_is_read_without_a_question(self, account: Account, capsys: pytest.CaptureFixture[str]) -> None:
        for name in READING:
            account.asked.clear()
            assert main([*name.split(), *ARGUMENTS[name]]) == 1
            assert account.asked == ["DescribeStacks"], name
            assert "error: not allowed: DescribeStacks" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["rerun", "dlq redrive"])
    def test_is_only_read_by_a_dry_run_that_sends_nothing(self, account: Account, name: str) -> None:
        assert main([*name.split(), *ARGUMENTS[name], "--dry-run"]) == 1
        assert account.asked == ["DescribeStacks"]

    def test_stays_as_it_is_after_a_no_and_is_asked_for_again(
        self, account: Account, answering: Callable[[bool], list[str]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        questions = answering(False)
        for _ in range(2):
            assert main(["pause", "resize"]) == 1
            assert capsys.readouterr().err == "nothing was changed\n"
        assert len(questions) == 2
        assert set(account.asked) == {"GetCallerIdentity"}

    def test_is_agreed_to_by_yes_from_then_on(self, account: Account, capsys: pytest.CaptureFixture[str]) -> None:
        for yes in (["--yes"], []):
            assert main(["pause", "resize", *yes]) == 1
            assert f"acting on {WHERE}\n" in capsys.readouterr().err

    def test_is_asked_for_in_another_project_again(self, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
        project.agree(WHERE)
        Path("worktree/.git").mkdir(parents=True)
        monkeypatch.chdir("worktree")
        assert main(["pause", "resize"]) == 1
        assert account.asked == ["GetCallerIdentity"]

    def test_is_asked_for_in_another_region_again(self, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
        project.agree(WHERE)
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        assert main(["pause", "resize"]) == 1
        assert account.asked == ["GetCallerIdentity"]

    def test_needs_no_answer_where_the_environment_names_it(
        self, account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("BRIGADE_ACCOUNT", "123456789012")
        assert main(["pause", "resize"]) == 1
        assert capsys.readouterr().err.startswith(f"acting on {WHERE}\n")
        assert not project.is_agreed(WHERE)

    def test_is_left_alone_where_the_environment_names_another(
        self, account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("BRIGADE_ACCOUNT", "210987654321")
        assert main(["pause", "resize", "--yes"]) == 1
        assert capsys.readouterr().err == (
            f"error: BRIGADE_ACCOUNT is 210987654321, and this would change {WHERE} — use other credentials\n"
        )

    def test_behind_an_endpoint_elsewhere_is_one_too_and_a_local_one_is_none(
        self, account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{account.port}")
        assert main(["pause", "resize"]) == 1
        assert account.asked == ["DescribeStacks"]
        monkeypatch.setattr("brigade.target._is_loopback", lambda _: False)
        assert main(["pause", "resize"]) == 1
        assert f"change of account 123456789012 at http://127.0.0.1:{account.port} in" in capsys.readouterr().err
