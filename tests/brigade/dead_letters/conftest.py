"""What tests of dead letters share."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from brigade.__main__ import main
from brigade.dead_letters import queue as queues
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.deploy.stack import Stack
from brigade.flow import mappings
from tests.support.desk import Desk, set_up

Brigade = Callable[..., tuple[int, str]]


class InThisThread(Executor):
    """Does what it is given at once: moto's queues are not safe for threads."""

    def __init__(self, _: int) -> None:
        pass

    def submit(self, work: Callable[..., Any], /, *given: Any, **more: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **more))
        except BaseException as error:  # noqa: BLE001 - the future raises it again
            done.set_exception(error)
        return done


class OneAfterAnother(InThisThread):
    """Stops receiving when nothing comes: moto is one server, which then has nothing for the next one either."""

    def map(self, work: Callable[..., Any], given: Iterable[Any]) -> Iterator[Any]:  # type: ignore[override]
        return takewhile(lambda found: found != [], map(work, given))


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brigade.dead_letters.queue.ThreadPoolExecutor", OneAfterAnother)
    monkeypatch.setattr("brigade.dead_letters.redrive.ThreadPoolExecutor", InThisThread)


@pytest.fixture
def desk(cloud: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A stack on moto, which commands find; they run in a folder of their own."""
    found = set_up()
    monkeypatch.setattr("brigade.acting.here.resolve", lambda: found.pipeline.target)
    monkeypatch.setattr(Stack, "find", lambda *_: found.pipeline.stack)
    monkeypatch.setattr(mappings, "find", lambda *_: mappings.Mapping((), mappings.ENABLED, None))  # none is paused
    monkeypatch.setattr("brigade.dead_letters.queue.LONG_POLL_S", 0)  # moto is one server: it never answers too early
    monkeypatch.setattr(
        "brigade.dead_letters.notify_catalog.PATIENCE_S", 0
    )  # nobody here hears what the catalog is told
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return found


@pytest.fixture
def out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of the first look is over when it has seen ten letters; that of all later ones is as long as ever."""
    look = DeadLetterQueue.look

    def cut_short(queue: DeadLetterQueue, *rest: Any) -> Any:
        with monkeypatch.context() as once:
            once.setattr(queues, "HOLD_S", 0)
            found = look(queue, *rest)
        monkeypatch.setattr(DeadLetterQueue, "look", look)
        return found

    monkeypatch.setattr(DeadLetterQueue, "look", cut_short)


@pytest.fixture
def brigade(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Brigade:
    """Give a command; returns its exit code, and what it prints: stdout with --json, else both."""

    def give(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["dlq", *arguments])
        said = capsys.readouterr()
        return code, said.out if "--json" in arguments else said.out + said.err

    return give


def only_operation(brigade: Brigade) -> dict[str, Any]:
    [operation] = json.loads(brigade("history", "--json")[1])
    return dict(operation)
