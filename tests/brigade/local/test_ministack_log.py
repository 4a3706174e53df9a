"""What a ministack's log says of the last minute, however long the log is."""

import time
from pathlib import Path

import pytest

from brigade.local import ministack_log
from brigade.local.ministack_log import settled


def line(seconds_ago: float, text: str) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() - seconds_ago)) + f" INFO {text}\n"


def batch(seconds_ago: float, function: str, count: int) -> str:
    return line(seconds_ago, f"[lambda] ESM: Lambda {function} processed {count} SQS messages from {function}")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def lately(log: Path) -> dict[str, int] | None:
    return settled(log, since=time.time() - 60)


def test_what_was_settled_since_then_is_counted_by_function(log: Path) -> None:
    log.write_text(
        batch(300, "b-ingest", 100)
        + batch(50, "b-ingest", 10)
        + line(40, "[lambda] ESM: Lambda b-ingest output:")
        + '{"level":"INFO","message":"ESM: Lambda b-ingest processed 7 SQS messages"}\n'
        + batch(30, "b-resize", 1).replace("\n", " (2 partial failures)\n")
        + batch(0, "b-ingest", 3)
    )
    assert lately(log) == {"b-ingest": 13, "b-resize": 1}


def test_only_the_end_of_a_long_log_is_read_but_all_of_the_last_minute(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ministack_log, "BLOCK", 200)
    log.write_text(batch(3000, "b-ingest", 1) * 1000 + batch(20, "b-ingest", 1) * 500)
    assert lately(log) == {"b-ingest": 500}
    text = ministack_log._tail(log, since=time.time() - 60)
    assert 500 <= text.count(b"processed") < 1400


def test_a_log_of_the_last_minute_alone_is_read_from_its_beginning(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ministack_log, "BLOCK", 200)
    log.write_text(batch(20, "b-ingest", 1) * 50)
    assert lately(log) == {"b-ingest": 50}


def test_an_empty_log_says_that_nothing_was_settled(log: Path) -> None:
    log.touch()
    assert lately(log) == {}


def test_without_a_log_nothing_is_known(log: Path) -> None:
    assert lately(log) is None
