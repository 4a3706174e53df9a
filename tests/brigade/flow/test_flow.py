"""`brigade pause`, `resume` and `status`, as the operator reads them."""

import json
import re
from io import StringIO

import pytest
from rich.console import Console

from brigade.__main__ import main
from brigade.commands import status as flow
from brigade.pipeline import Pipeline
from brigade.target import Target
from brigade.terminal import duration
from infra import names
from services.chain import CHAIN
from services.ingest.actor import INGEST
from tests.support.deployed import Deployed, deploy
from tests.support.moto import ACTING

Said = pytest.CaptureFixture[str]


@pytest.fixture
def deployed(state: None, cloud: None, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    made = deploy()
    monkeypatch.setattr(Pipeline, "find", lambda *_: made.pipeline)
    monkeypatch.setattr(Target, "poll_s", 0)
    return made


def test_actors_are_paused_and_resumed_by_name(deployed: Deployed, capsys: Said) -> None:
    assert main(["pause", "resize", "ingest"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0] == ACTING
    assert sorted(said[1:3]) == ["ingest is paused", "resize is paused"]
    assert said[3] == "their messages wait for 4 d, then SQS deletes them; `brigade resume` lets them go on"
    assert main(["pause", "resize"]) == 0
    assert "resize was paused already" in capsys.readouterr().err
    assert main(["resume", "resize"]) == 0
    assert "resize is running" in capsys.readouterr().err
    assert deployed.functions.changes == [("resize", False), ("ingest", False), ("resize", True)]


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_an_actor_that_is_not_there_is_named_before_any_is_touched(
    deployed: Deployed, command: str, capsys: Said
) -> None:
    assert main([command, "resize", "shrink"]) == 1
    assert capsys.readouterr().err == (
        f"error: no actor is named shrink; there are {', '.join(actor.name for actor in CHAIN.whole.actors)}\n"
    )
    assert deployed.functions.changes == []


def test_without_an_actor_nothing_is_paused(capsys: Said) -> None:
    assert main(["pause"]) == 2
    assert "see `brigade pause --help`" in capsys.readouterr().err


def test_the_status_has_a_row_for_every_actor(deployed: Deployed, capsys: Said) -> None:
    main(["pause", "resize"])
    deployed.sqs.send_message(QueueUrl=deployed.queue_url(INGEST), MessageBody="m")
    deployed.sqs.send_message(QueueUrl=deployed.pipeline.output(names.dead_letter_queue(INGEST)), MessageBody="m")
    assert main(["status"]) == 0
    rows = {cells[0]: cells[1:] for cells in map(_cells, capsys.readouterr().out.splitlines()) if len(cells) > 5}
    assert rows.keys() == {"actor", *(actor.name for actor in CHAIN.actors), "undelivered"}
    assert rows["ingest"] == ["running", "1", "0", "–", "1", "–"]
    assert rows["resize"] == ["paused", "0", "0", "–", "0", "–"]
    assert rows["undelivered"] == ["0", "0", "–", "0", "–"]


def _cells(line: str) -> list[str]:
    return re.split(r" {2,}", line.strip())


def test_for_programs_what_is_not_known_is_null(deployed: Deployed, capsys: Said) -> None:
    assert main(["status", "--json"]) == 0
    ingest = json.loads(capsys.readouterr().out)[0]
    assert ingest == {
        "actor": "ingest",
        "state": "running",
        "waiting": 0,
        "in_flight": 0,
        "oldest_s": None,
        "dead_letters": 0,
        "per_minute": None,
    }


@pytest.mark.parametrize("arguments", [["--watch"], ["--watch", "--json"]])
def test_only_a_screen_is_refreshed(deployed: Deployed, arguments: list[str], capsys: Said) -> None:
    assert main(["status", *arguments]) == 1
    assert capsys.readouterr().err == (
        "error: --watch refreshes a screen — leave it out for --json, a pipe or a file\n"
    )


def test_a_watch_looks_again_until_ctrl_c_and_ends_with_130(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = StringIO()
    monkeypatch.setattr(flow, "out", Console(file=screen, force_terminal=True, width=100))
    looks = 0

    class Clock:
        @staticmethod
        def sleep(seconds: float) -> None:
            nonlocal looks
            looks += 1
            assert seconds == 2
            if looks == 3:
                raise KeyboardInterrupt
            deployed.sqs.send_message(QueueUrl=deployed.queue_url(INGEST), MessageBody="m")

    monkeypatch.setattr(flow, "time", Clock)
    assert main(["status", "--watch"]) == 130
    shown = [_cells(line) for line in screen.getvalue().splitlines() if "ingest" in line]
    assert [cells[2] for cells in shown][:3] == ["0", "1", "2"]
    assert screen.getvalue().endswith("\x1b[?25h")  # the cursor is back


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (12.4, "12 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h"), (4 * 86_400, "4 d")],
)
def test_a_length_of_time_is_said_in_the_largest_unit_that_it_has_two_of(seconds: float, said: str) -> None:
    assert duration(seconds) == said
