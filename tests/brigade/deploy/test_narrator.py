"""What a deployment says of itself: enough to stop before something is lost."""

import pytest

from brigade.__main__ import main
from brigade.commands.narrator import Narrator, summary
from brigade.deploy import deployment
from brigade.deploy.change_set import STACK_TYPE, Change, StackEvent
from brigade.terminal import err
from tests.support.moto import go_to_moto

QUEUE, TABLE, FUNCTION = "AWS::SQS::Queue", "AWS::DynamoDB::GlobalTable", "AWS::Lambda::Function"
CHANGES = [
    Change("Remove", "OldQueue", QUEUE),
    Change("Replace", "Table", TABLE, ("KeySchema",), keeps=True),
    Change("Modify", "IngestFunction", FUNCTION, ("Code", "Environment")),
    Change("Maybe replace", "IngestMapping", "AWS::Lambda::EventSourceMapping"),
    *(Change("Add", name, QUEUE) for name in ("A", "B")),
]


def test_changes_are_counted_and_what_is_lost_stands_last(capsys: pytest.CaptureFixture[str]) -> None:
    Narrator().changes(CHANGES)
    assert capsys.readouterr().err.splitlines() == [
        "this will add 2, modify 1, maybe replace 1, replace 1, remove 1",
        "  add 2 × SQS::Queue",
        "  modify IngestFunction (Lambda::Function): Code, Environment",
        "  maybe replace IngestMapping (Lambda::EventSourceMapping)",
        "  replace Table (DynamoDB::GlobalTable): KeySchema; "
        "a new one takes its place, the old one is kept, outside the stack",
        "  remove OldQueue (SQS::Queue); it is deleted, with what is in it",
    ]


def test_no_change_is_said_too() -> None:
    assert summary([]) == "nothing to change"


def test_what_is_done_is_counted_and_a_rollback_explained(capsys: pytest.CaptureFixture[str]) -> None:
    narrator = Narrator()
    narrator.changes([Change("Add", "A", QUEUE), Change("Add", "B", QUEUE)])
    capsys.readouterr()
    for event in (
        StackEvent("A", QUEUE, "CREATE_IN_PROGRESS", ""),
        StackEvent("A", QUEUE, "CREATE_COMPLETE", ""),
        StackEvent("Unplanned", QUEUE, "UPDATE_COMPLETE", ""),
        StackEvent("B", QUEUE, "CREATE_FAILED", "no more queues"),
        StackEvent("stack", STACK_TYPE, "ROLLBACK_IN_PROGRESS", ""),
        StackEvent("stack", STACK_TYPE, "ROLLBACK_COMPLETE", ""),
    ):
        narrator.event(event)
    assert capsys.readouterr().err.splitlines() == [
        "  1/2 A CREATE_COMPLETE",
        "  2/2 B CREATE_FAILED: no more queues",
        "  rolling back: what this deployment has changed is put back as it was before",
        "  2/2 stack ROLLBACK_COMPLETE",
    ]


def test_on_a_terminal_a_bar_stands_for_what_is_done_and_failures_are_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(err, "_force_terminal", True)
    monkeypatch.setattr(err, "is_interactive", True)
    with Narrator() as narrator:
        narrator.changes([Change("Add", "A", QUEUE), Change("Add", "B", QUEUE)])
        narrator.event(StackEvent("A", QUEUE, "CREATE_COMPLETE", ""))
        narrator.event(StackEvent("B", QUEUE, "CREATE_FAILED", "no more queues"))
    said = capsys.readouterr().err
    assert "resources" in said
    assert "1/2" in said
    assert "A CREATE_COMPLETE" not in said
    assert "2/2 B CREATE_FAILED: no more queues" in said
    assert "\x1b[?25h" in said  # the cursor is back


@pytest.mark.usefixtures("cloud", "state")
def test_ctrl_c_below_the_bar_ends_it_with_the_cursor_back_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, listener: Narrator, **__: object) -> None:
        listener.changes([Change("Add", "A", QUEUE), Change("Add", "B", QUEUE)])
        listener.event(StackEvent("A", QUEUE, "CREATE_COMPLETE", ""))
        raise KeyboardInterrupt

    go_to_moto(monkeypatch)
    monkeypatch.setattr(err, "_force_terminal", True)
    monkeypatch.setattr(err, "is_interactive", True)
    monkeypatch.setattr(deployment, "deploy", interrupted)
    assert main(["deploy", "--yes"]) == 130
    said = capsys.readouterr().err
    assert "1/2" in said
    assert said.rindex("\x1b[?25h") > said.rindex("1/2")
    assert "Traceback" not in said


def test_on_a_terminal_all_is_said_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(err, "_force_terminal", True)
    with Narrator(verbose=True) as narrator:
        narrator.changes([Change("Add", "A", QUEUE)])
        narrator.event(StackEvent("A", QUEUE, "CREATE_COMPLETE", ""))
    assert "  add 1 × SQS::Queue\n  1/1 A CREATE_COMPLETE\n" in capsys.readouterr().err
