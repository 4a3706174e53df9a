"""The console on moto, and the page that asks it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from brigade.console.app import application
from brigade.console.console import Console
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.dead_letters.redrive import Pace
from tests.brigade.dead_letters.conftest import InThisThread, desk, one_thread
from tests.support.desk import Desk, ingested

__all__ = ["desk", "one_thread"]  # fixtures
HOSTS = ("127.0.0.1:8125", "localhost:8125")


def bury(desk: Desk, count: int, reason: str = "out-of-time", folder: str = "in") -> set[str]:
    """Bury so many letters; return their message ids."""
    return {desk.bury("normalize", ingested(f"{folder}/{n}.jpg"), reason=reason).message_id for n in range(count)}


def ids(desk: Desk) -> set[str]:
    return {letter.message_id for letter in desk.letters("normalize")}


def sent(desk: Desk) -> list[str]:
    """Return the keys that normalize would work on."""
    found = [json.loads(message["Body"]) for message in desk.sent_back("normalize")]
    return sorted(each["data"]["image"]["source"]["key"] for each in found)


class Page:
    """Asks the console as the page does; ``headers`` go with every request."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.headers: dict[str, str] = {}
        self._transport = httpx.ASGITransport(application(console, HOSTS), raise_app_exceptions=False)

    def ask(self, method: str, path: str, host: str = HOSTS[0], **more: Any) -> httpx.Response:
        async def answered() -> httpx.Response:
            headers = self.headers | more.pop("headers", {})
            async with httpx.AsyncClient(transport=self._transport, base_url=f"http://{host}") as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(answered())

    def get(self, path: str, **params: Any) -> Any:
        return self._said("GET", path, params=params)

    def post(self, path: str, **body: Any) -> Any:
        return self._said("POST", path, json=body)

    def _said(self, method: str, path: str, **more: Any) -> Any:
        answer = self.ask(method, path, **more)
        assert answer.is_success, answer.text
        return answer.json()

    def open(self) -> "Page":
        secret = self.post("/api/session", token=self.console.session.token)["secret"]
        self.headers = {"authorization": f"Bearer {secret}"}
        return self

    def refused(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Return why it is refused: the status, and detail and hint together."""
        answer = self.ask(method, path, **more)
        said = answer.json()
        assert (answer.headers["content-type"], said["status"]) == ("application/problem+json", answer.status_code)
        return answer.status_code, " — ".join(filter(None, (said["detail"], said.get("hint"))))

    def plan(self, act: str = "redrive", actor: str = "normalize", **more: Any) -> Any:
        return self.post("/api/plans", act=act, actor=actor, **more)

    def done(self, plan: Any) -> Any:
        """Start what was planned, and return what came of it."""
        self.post(f"/api/plans/{plan['plan']}/start", count=plan["count"])
        self.console.worker.wait()
        return self.get("/api/work")


class NoTraces:
    """X-Ray where nothing was sampled."""

    def get_paginator(self, _: str) -> "NoTraces":
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"Traces": []}


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto's queues are not safe for threads; nobody works on what is sent back, so that nothing is waited for."""
    monkeypatch.setattr("brigade.console.console.ThreadPoolExecutor", InThisThread)
    monkeypatch.setattr("brigade.console.work.Pace", type("Quiet", (Pace,), {"watch_s": 0}))


@pytest.fixture
def console(desk: Desk, quiet: None) -> Iterator[Console]:
    found = Console(desk.pipeline)
    yield found
    found.worker.stop()
    found.worker.wait()


@pytest.fixture
def page(console: Console) -> Page:
    """The page, once it is open."""
    return Page(console).open()


Meanwhile = Callable[[str, int, Callable[[], Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let something happen when a queue has been asked so often for something."""

    def arrange(method: str, times: int, happens: Callable[[], Any]) -> None:
        asked: list[None] = []
        does = getattr(DeadLetterQueue, method)

        def counted(queue: DeadLetterQueue, *given: Any) -> Any:
            asked.append(None)
            if len(asked) == times:
                happens()
            return does(queue, *given)

        monkeypatch.setattr(DeadLetterQueue, method, counted)

    return arrange
