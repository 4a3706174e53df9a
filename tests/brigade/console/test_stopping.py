"""Acts that stop by themselves, by the operator, or because the console closes: none loses a letter."""

import threading
from pathlib import Path
from typing import Any

import pytest

from brigade.console.worker import Worker
from brigade.dead_letters.queue import DeadLetterQueue
from tests.brigade.console.conftest import Meanwhile, Page, bury, ids, sent
from tests.support.desk import Desk, lines


def test_it_stops_by_itself_where_too_much_comes_straight_back(
    desk: Desk, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeadLetterQueue, "destinations", lambda queue, _: [queue.url])
    bury(desk, 12)
    outcome = page.done(page.plan())["outcome"]
    assert (outcome["stopped"], outcome["redriven"], outcome["came_back"], outcome["left"]) == (True, 10, 10, 2)
    assert len(ids(desk)) == 12


def test_while_one_runs_it_can_be_followed_nothing_new_is_counted_and_it_can_be_stopped_without_a_loss(
    desk: Desk, page: Page, meanwhile: Meanwhile
) -> None:
    every = bury(desk, 15)
    before = page.get("/api/letters")["total"]

    def stopping() -> None:
        seen = page.ask("GET", "/api/work").json()
        assert (seen["running"], seen["done"], seen["total"]) == (True, 4, 15)
        assert page.get("/api/letters")["total"] == before  # a look would disturb it
        assert page.refused("POST", "/api/plans", json={"act": "redrive", "actor": "normalize"})[0] == 409
        assert page.ask("DELETE", "/api/work").json()["running"]

    meanwhile("send_back", 5, stopping)
    outcome = page.done(page.plan())["outcome"]
    assert (outcome["cancelled"], outcome["redriven"], outcome["left"]) == (True, 5, 10)
    assert len(sent(desk)) == 5
    assert len(ids(desk)) == len(every) - 5
    assert page.get("/api/letters")["total"] == 10
    assert page.get("/api/history")[0]["outcomes"] == {"redriven": 5, "planned": 10}


def test_closing_stops_an_act_whose_start_is_still_under_way(
    desk: Desk, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    every, plan, late = bury(desk, 3), page.plan(), page.plan()
    stop, stopped = Worker.stop, threading.Event()
    work, begin, until = page.console.plans[plan["plan"]]
    closing = threading.Thread(target=page.console.close)

    def begun(*given: Any) -> Any:
        closing.start()
        assert stopped.wait(10)
        return begin(*given)

    def stopping(worker: Worker) -> None:
        stop(worker)
        stopped.set()

    monkeypatch.setattr(Worker, "stop", stopping)
    page.console.plans[plan["plan"]] = work, begun, until
    page.post(f"/api/plans/{plan['plan']}/start", count=3)
    closing.join(10)
    assert not closing.is_alive()
    seen = page.get("/api/work")
    assert (seen["running"], seen["outcome"]["cancelled"], seen["outcome"]["redriven"]) == (False, True, 0)
    assert ids(desk) == every
    assert page.refused("POST", f"/api/plans/{late['plan']}/start", json={"count": 3})[0] == 409


def test_closing_waits_for_a_look_under_way(page: Page, meanwhile: Meanwhile) -> None:
    closing, waits = threading.Thread(target=page.console.close), []

    def look() -> None:
        closing.start()
        closing.join(0.1)
        waits.append(closing.is_alive())

    meanwhile("look", 1, look)
    page.plan()
    closing.join(10)
    assert (waits, closing.is_alive()) == ([True], False)


def test_a_discard_that_is_stopped_keeps_the_rest_and_its_file_holds_what_is_gone(
    desk: Desk, page: Page, meanwhile: Meanwhile
) -> None:
    every = bury(desk, 6)
    meanwhile("delete", 2, page.console.worker.stop)
    plan = page.plan("discard")
    outcome = page.done(plan)["outcome"]
    assert (outcome["cancelled"], outcome["deleted"], outcome["left"]) == (True, 2, 4)
    gone = {line["message_id"] for line in lines(Path(plan["to"]))}
    assert (len(gone), ids(desk)) == (2, every - gone)
