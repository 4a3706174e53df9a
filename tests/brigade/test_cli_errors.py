"""What the operator reads when something is wrong: one line, and what to do next."""

import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Any

import click
import pytest
from botocore import exceptions

from brigade.__main__ import main
from brigade.commands.ls import listing
from brigade.tables import table
from brigade.terminal import OperatorError, explain, out, say
from imaging.reasons import UnknownRecipe
from kit.errors import ConfigurationError, Throttled
from kit.events import Source
from records.picture import Failure, PictureRecord, Stage
from records.status import Status

pytestmark = pytest.mark.usefixtures("state")

Raise = Callable[[BaseException], None]


@pytest.fixture
def down_raises(monkeypatch: pytest.MonkeyPatch) -> Raise:
    def arrange(error: BaseException) -> None:
        def broken() -> None:
            raise error

        monkeypatch.setattr("brigade.local.local_record.recorded", broken)

    return arrange


def refused(code: str, message: str = "No.") -> exceptions.ClientError:
    return exceptions.ClientError({"Error": {"Code": code, "Message": message}}, "ListBuckets")


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "deploy" in capsys.readouterr().out


def test_the_release_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["fly"], "No such command 'fly' — see `brigade --help`"),
        (["deploy", "--nope"], "No such option '--nope' — see `brigade deploy --help`"),
        (["up", "--port", "http"], "Invalid value for '--port'"),
        (["up", "--port", "0"], "see `brigade up --help`"),
    ],
)
def test_a_wrong_call_ends_with_2_and_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert line in said.err
    assert said.err.count("\n") == 1
    assert not said.out


def test_an_error_ends_with_1_and_one_line(down_raises: Raise, capsys: pytest.CaptureFixture[str]) -> None:
    down_raises(OperatorError("the [red] bucket\nis gone", "look for it"))
    assert main(["down"]) == 1
    assert capsys.readouterr().err == "error: the [red] bucket is gone — look for it\n"


def test_a_bug_is_one_line_too_that_says_how_to_see_more(
    down_raises: Raise, capsys: pytest.CaptureFixture[str]
) -> None:
    down_raises(KeyError("x"))
    assert main(["down"]) == 1
    assert capsys.readouterr().err == "error: unexpected KeyError: 'x' — `brigade --debug …` shows where\n"


@pytest.mark.parametrize("arguments", [["--debug", "down"], ["down"]])
def test_debugging_shows_the_traceback(
    arguments: list[str], down_raises: Raise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIGADE_DEBUG", "0" if "--debug" in arguments else "1")
    down_raises(KeyError("x"))
    with pytest.raises(KeyError):
        main(arguments)


def test_ctrl_c_ends_with_130(down_raises: Raise) -> None:
    down_raises(KeyboardInterrupt())
    assert main(["down"]) == 130


def test_ctrl_c_at_a_question_ends_with_130(down_raises: Raise) -> None:
    down_raises(click.Abort())
    assert main(["down"]) == 130


def test_nothing_set_and_nothing_started_says_both_ways_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outputs"]) == 1
    said = capsys.readouterr().err
    assert "no AWS credentials" in said
    assert "`brigade up` starts a local cloud" in said


def test_a_server_that_is_not_there(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from brigade.local.local_cloud import free_port

    with monkeypatch.context() as patch:
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
        assert main(["outputs"]) == 1
    said = capsys.readouterr().err
    assert "no connection" in said
    assert "`brigade up` starts a local cloud" in said


def test_a_recipes_file_with_a_mistake_is_refused_before_anything_else(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    recipes = tmp_path / "recipes.toml"
    recipes.write_text("[[recipe]]\nnam = 'x'\n")
    assert main(["deploy", "--recipes", str(recipes)]) == 1
    assert "recipes.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (refused("ExpiredToken"), "the AWS credentials have expired — sign in again"),
        (refused("InvalidClientTokenId"), "AWS does not accept the credentials — check AWS_PROFILE"),
        (refused("AccessDenied", "You may not."), "not allowed: ListBuckets: You may not. — use credentials"),
        (refused("Odd", "Odd it is."), "ListBuckets failed: Odd it is. (Odd)"),
        (exceptions.NoRegionError(), "no AWS region is set — set AWS_REGION"),
        (exceptions.ProfileNotFound(profile="me"), "no AWS credentials: The config profile (me) could not be found"),
        (exceptions.ReadTimeoutError(endpoint_url="http://x"), "no connection: Read timeout"),
        (exceptions.InvalidRegionError(region_name="no where"), "check the AWS settings"),
        (ConfigurationError("recipes.toml, line 3: no"), "recipes.toml, line 3: no"),
        (Throttled("slow down"), "throttled: slow down — try again in a moment"),
        (UnknownRecipe("posters; there are cats"), "unknown-recipe: posters; there are cats"),
        (PermissionError(13, "Permission denied", "/out"), "Permission denied: /out"),
    ],
)
def test_every_kind_of_error_says_what_to_do(error: Exception, line: str) -> None:
    assert line in str(explain(error))


def test_what_can_never_succeed_is_not_to_be_tried_again() -> None:
    assert explain(UnknownRecipe("posters")).hint == ""


@pytest.mark.parametrize("key", ["a\nb.jpg", "a\rb.jpg", "a\x1b[2Jb.jpg", "a\tb.jpg"])
def test_a_key_with_control_characters_stays_on_its_line_and_does_nothing_to_the_terminal(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say(f"ignored: {key}")
    out.print(table("", ("key", "id"), [(key, "1"), ("c.jpg", "2")]))
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1
    assert len(said.out.splitlines()) == 3
    assert key not in said.err + said.out
    assert "b.jpg" in said.err


@pytest.mark.parametrize(("width", "shown"), [(80, False), (240, True)])
def test_on_a_narrow_screen_the_listing_keeps_key_status_and_whole_ids(
    width: int, shown: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = str(uuid.uuid4())
    record = PictureRecord(
        image_id=identity,
        status=Status.FAILED,
        source=Source(bucket="source", key="holiday/2026/a photo with a long name.jpg"),
        failures={"ingest": Failure(actor="ingest", reason="corrupt-image", at="2")},
        stages={"ingest": Stage(worked_ms=71, at="1")},
    )
    monkeypatch.setattr(out, "width", width)
    out.print(listing([record]))
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines) <= width
    assert any(identity in line for line in lines)
    assert any("FAILED" in line for line in lines)
    assert any("71 ms" in line for line in lines) == shown


@pytest.mark.parametrize("arguments", [["--help"], ["ls", "--help"]])
def test_help_is_quick_because_it_imports_no_sdk_and_no_other_command(arguments: list[str]) -> None:
    heavy = "{'boto3', 'botocore.session', 'http.client', 'troposphere', 'PIL', 'brigade.commands.deploy'}"
    code = (
        f"import sys; from brigade.__main__ import main; main({arguments}); "
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
