"""`brigade logs`, as it is typed, on what CloudWatch Logs holds."""

import json
import time
from typing import Any

import pytest

from brigade.__main__ import main
from brigade.pipeline import Pipeline
from brigade.target import Target
from infra import names
from services.chain import CHAIN
from tests.support.deployed import Deployed, deploy

Said = pytest.CaptureFixture[str]
TRACE = "1-6b0ac7f6-21ea5d69de2fe447dbe0b5d2"
NOW = round(time.time() * 1000)
REPORT = {"requestId": "1", "status": "success"}


def said(message: str, level: str = "INFO", **more: Any) -> str:
    return json.dumps({"level": level, "message": message, **more})


# By actor: how many milliseconds ago, and what.
LOGGED: dict[str, list[tuple[int, str]]] = {
    "ingest": [
        (9_000, "START RequestId: 1 Version: $LATEST"),
        (8_000, said("image-ingested", key="in/a.jpg", image_id="i-1", worked_ms=25, trace=TRACE)),
        (7_000, "REPORT RequestId: 1\tDuration: 1548 ms"),
        (6_500, json.dumps({"type": "platform.report", "record": REPORT})),
    ],
    "resize": [
        (7_500, said("image-resized", key="in/b\n.jpg", image_id="i-2")),
        (5_000, said("unexpected-error", "ERROR", key="in/a.jpg", image_id="i-1", stackTrace="Traceback\n  boom")),
        (4_000, json.dumps({"type": "platform.report", "record": REPORT | {"status": "timeout"}})),
        (7_200_000, said("long ago")),
    ],
}


@pytest.fixture
def deployed(state: None, cloud: None, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    made = deploy()
    logs = made.pipeline.target.client("logs")
    for actor, logged in LOGGED.items():
        group = f"/aws/lambda/{made.pipeline.output(names.function(CHAIN.actor(actor)))}"
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="s")
        events = [{"timestamp": NOW - ago, "message": text} for ago, text in sorted(logged, reverse=True)]
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    monkeypatch.setattr(Pipeline, "find", lambda *_: made.pipeline)
    monkeypatch.setattr(Target, "poll_s", 0)
    return made


def told(capsys: Said, *arguments: str) -> list[str]:
    assert main(["logs", *arguments]) == 0
    return [" ".join(line.split()[1:]) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("deployed")
def test_what_all_actors_logged_is_told_oldest_first_with_the_traceback_of_a_bug(capsys: Said) -> None:
    found = told(capsys)
    assert found[:4] == [
        "ingest image-ingested in/a.jpg 25 ms",
        r"resize image-resized in/b\n.jpg",
        "resize unexpected-error in/a.jpg",
        "",  # of the traceback, whose first word is left out here
    ]
    assert found[5].startswith('resize {"type": "platform.report"')
    assert len(found) == 6
    assert told(capsys, "--since", "3h")[0] == "resize long ago"


@pytest.mark.usefixtures("deployed")
def test_one_actor_one_trace_or_errors_alone(capsys: Said) -> None:
    assert told(capsys, "--actor", "ingest") == ["ingest image-ingested in/a.jpg 25 ms"]
    assert told(capsys, "--trace", TRACE.replace("-", "")[1:]) == ["ingest image-ingested in/a.jpg 25 ms"]
    assert told(capsys, "--errors")[0] == "resize unexpected-error in/a.jpg"


def test_of_one_picture_those_that_name_its_id(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    picture = deployed.ready("in/a.jpg")
    group = f"/aws/lambda/{deployed.pipeline.output(names.function(CHAIN.actor('resize')))}"
    event = {"timestamp": NOW, "message": said("image-resized", image_id=picture.id)}
    deployed.pipeline.target.client("logs").put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    assert told(capsys, "in/a.jpg") == ["resize image-resized"]


@pytest.mark.usefixtures("deployed")
def test_programs_get_every_fact(capsys: Said) -> None:
    assert main(["logs", "--actor", "ingest", "--json"]) == 0
    [line] = json.loads(capsys.readouterr().out)
    assert (line["actor"], line["message"], line["worked_ms"], line["trace"]) == ("ingest", "image-ingested", 25, TRACE)
    assert line["at"].endswith("+00:00")


def test_following_tells_each_line_once_until_it_is_stopped(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            raise KeyboardInterrupt
        group = f"/aws/lambda/{deployed.pipeline.output(names.function(CHAIN.actor('ingest')))}"
        event = {"timestamp": NOW + len(looks), "message": said(f"line {len(looks)}")}
        deployed.pipeline.target.client("logs").put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])

    monkeypatch.setattr("brigade.flow.lines.time.sleep", sleep)
    assert main(["logs", "--actor", "ingest", "--follow"]) == 130
    assert [line.split()[2] for line in capsys.readouterr().out.splitlines()] == ["image-ingested", "line", "line"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--follow", "--json"], "--json prints one array, and --follow never ends — leave one of them out"),
        (["a.jpg", "--trace", TRACE], "a picture or a trace, not both — "),
        (["--trace", "x"], "'x' is no trace's id — `brigade trace KEY` shows it"),
        (["--actor", "shrink"], "no actor is named shrink; there are ingest"),
    ],
)
@pytest.mark.usefixtures("deployed")
def test_what_cannot_be_meant_is_refused(arguments: list[str], why: str, capsys: Said) -> None:
    assert main(["logs", *arguments]) == 1
    assert why in capsys.readouterr().err
