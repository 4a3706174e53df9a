"""Acts on dead letters: exactly what was counted, one act at a time, on record, and stopped without a loss."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from brigade.console.console import Console
from brigade.console.worker import Worker
from brigade.dead_letters import acts
from brigade.dead_letters.letter import Redrive
from brigade.dead_letters.queue import DeadLetterQueue, ReceivedLetter
from brigade.dead_letters.redrive import Pace
from brigade.dead_letters.where import Where
from brigade.flow import mappings
from tests.brigade.console.conftest import Page
from tests.support.desk import Desk, ingested, lines

WHY = {"reason": "out-of-time"}


def bury(desk: Desk, count: int, reason: str = "out-of-time", folder: str = "in") -> set[str]:
    """Bury so many letters; return their message ids."""
    return {desk.bury("normalize", ingested(f"{folder}/{n}.jpg"), reason=reason).message_id for n in range(count)}


def ids(desk: Desk) -> set[str]:
    return {letter.message_id for letter in desk.letters("normalize")}


def sent(desk: Desk) -> list[str]:
    """Return the keys that normalize would work on."""
    found = [json.loads(message["Body"]) for message in desk.sent_back("normalize")]
    return sorted(each["data"]["image"]["source"]["key"] for each in found)


def test_exactly_what_was_counted_is_redriven_on_record_and_told(desk: Desk, page: Page) -> None:
    bury(desk, 3)
    others = bury(desk, 2, "corrupt-image", "other") | bury(desk, 1, folder="elsewhere")
    plan = page.plan(filter=WHY | {"key": "in/*"})
    assert (plan["count"], plan["reasons"], plan["to"]) == (3, {"out-of-time": 3}, "the queue of normalize")
    assert {each["key"] for each in plan["examples"]} == {"in/0.jpg", "in/1.jpg", "in/2.jpg"}
    later = bury(desk, 1, folder="in/later")
    work = page.done(plan)
    assert (work["done"], work["total"], work["outcome"]["redriven"], work["outcome"]["error"]) == (3, 3, 3, None)
    assert sent(desk) == ["in/0.jpg", "in/1.jpg", "in/2.jpg"]
    assert ids(desk) == others | later
    [operation] = page.get("/api/history")
    assert operation["id"] == work["operation"]
    assert (operation["command"], operation["count"], operation["outcomes"]) == ("redrive", 3, {"redriven": 3})
    assert {(each.action, each.operation) for each in desk.told()} == {("redriven", work["operation"])}


def test_what_is_discarded_is_in_the_file_that_was_named_before(desk: Desk, page: Page) -> None:
    chosen, others = bury(desk, 2), bury(desk, 1, "corrupt-image", "other")
    plan = page.plan("discard", filter=WHY)
    assert page.done(plan)["outcome"]["deleted"] == 2
    assert {line["message_id"] for line in lines(Path(plan["to"]))} == chosen
    assert ids(desk) == others
    assert page.get("/api/history")[0]["outcomes"] == {"discarded": 2}
    assert {each.action for each in desk.told()} == {"discarded"}


def test_what_failed_too_often_is_left_unless_it_is_forced_and_a_limit_takes_the_oldest(desk: Desk, page: Page) -> None:
    again = [Redrive(at="2026-11-21T08:00:00Z", by="me", operation="o", reason="out-of-time") for _ in range(3)]
    lineage = json.dumps([{name: getattr(each, name) for name in each.__struct_fields__} for each in again])
    desk.bury("normalize", ingested("in/vain.jpg"), reason="out-of-time", lineage=lineage)
    bury(desk, 2)
    counts = [(plan["count"], plan["held_back"]) for plan in (page.plan(), page.plan(force=True), page.plan(limit=1))]
    assert counts == [(2, 1), (3, 0), (1, 1)]


def test_a_plan_is_good_once_for_its_count_and_ten_minutes(desk: Desk, page: Page) -> None:
    bury(desk, 2)
    plan = page.plan()
    start = f"/api/plans/{plan['plan']}/start"
    assert page.refused("POST", start, json={"count": 3}) == (409, "this is for 2 dead letters — count again")
    assert page.refused("POST", "/api/plans/guessed/start", json={"count": 2})[0] == 404
    page.done(plan)
    assert page.refused("POST", start, json={"count": 2})[0] == 404
    nothing = page.plan(filter={"reason": "nothing"})
    assert page.refused("POST", f"/api/plans/{nothing['plan']}/start", json={"count": 0})[0] == 409
    old = page.plan("discard")
    plans = page.console.plans
    plans[old["plan"]] = (*plans[old["plan"]][:2], 0)
    status, why = page.refused("POST", f"/api/plans/{old['plan']}/start", json={"count": old["count"]})
    assert (status, why) == (404, "this was counted too long ago: count again")


def test_one_act_is_at_work_at_a_time(desk: Desk, page: Page) -> None:
    [letter] = bury(desk, 1)
    plan, body = page.plan(), ingested("in/0.jpg").replace("default", "other")
    with page.console.worker.alone():
        for path, given in (
            (f"/api/plans/{plan['plan']}/start", {"count": 1}),
            (f"/api/letters/normalize/{letter}/edit", {"body": body, "send": True}),
        ):
            assert page.refused("POST", path, json=given)[0] == 409
    assert page.done(plan)["outcome"]["redriven"] == 1


def test_an_act_that_gets_no_thread_is_not_at_work(
    desk: Desk, page: Page, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    bury(desk, 1)
    work, begin, _ = console.plans[page.plan()["plan"]]
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", exhausted)
        with pytest.raises(RuntimeError):
            console.worker.start(work, begin)
    assert not page.get("/api/work")["running"]
    assert page.get("/api/history")[0]["ended_at"]
    assert page.done(page.plan())["outcome"]["redriven"] == 1


def test_it_stops_by_itself_where_too_much_comes_straight_back(
    desk: Desk, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeadLetterQueue, "destinations", lambda queue, _: [queue.url])
    bury(desk, 12)
    outcome = page.done(page.plan())["outcome"]
    assert (outcome["stopped"], outcome["redriven"], outcome["came_back"], outcome["left"]) == (True, 10, 10, 2)
    assert len(ids(desk)) == 12


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


def test_what_breaks_an_act_off_is_told_and_the_letter_stays(
    desk: Desk, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = bury(desk, 1)

    def forbidden(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessage")

    with monkeypatch.context() as denied:
        denied.setattr(DeadLetterQueue, "send_back", forbidden)
        outcome = page.done(page.plan())["outcome"]
    assert "not allowed: SendMessage" in outcome["error"]
    assert (outcome["redriven"], ids(desk)) == (0, every)
    plan = page.plan("discard")
    Path(plan["to"]).touch()
    assert page.done(plan)["outcome"]["error"].endswith(f"{plan['to']} is there already — name another file")
    assert ids(desk) == every


def test_a_discard_that_breaks_off_says_that_its_file_holds_all_that_were_chosen(
    desk: Desk, page: Page, meanwhile: Meanwhile
) -> None:
    def forbidden() -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DeleteMessage")

    every = bury(desk, 3)
    meanwhile("delete", 2, forbidden)
    plan = page.plan("discard")
    outcome = page.done(plan)["outcome"]
    assert outcome["error"].endswith(f"; {plan['to']} holds all 3 that were chosen")
    assert {line["message_id"] for line in lines(Path(plan["to"]))} == every
    assert (outcome["deleted"], outcome["left"], outcome["taken"], len(ids(desk))) == (1, 2, 0, 2)


def test_what_aws_refuses_is_a_bad_gateway_with_a_sentence(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ReceiveMessage")

    monkeypatch.setattr(DeadLetterQueue, "look", forbidden)
    status, why = page.refused("POST", "/api/plans", json={"act": "discard", "actor": "resize"})
    assert (status, why.startswith("not allowed: ReceiveMessage: no — use credentials that may")) == (502, True)


def test_it_says_that_nobody_works_on_what_a_paused_actor_is_sent(
    desk: Desk, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not page.plan()["paused"]
    monkeypatch.setattr(mappings, "find", lambda *_: mappings.Mapping((), mappings.DISABLED, None))
    assert page.plan()["paused"]


@pytest.mark.parametrize(
    ("first", "then"), [(mappings.DISABLED, mappings.ENABLED), (mappings.ENABLED, mappings.DISABLED)]
)
def test_what_comes_back_is_watched_where_the_actor_runs_when_the_act_begins(
    desk: Desk, page: Page, monkeypatch: pytest.MonkeyPatch, first: str, then: str
) -> None:
    watched: list[float] = []

    def redriving(place: Where, letters: Any, pace: Pace, step: Any) -> Any:
        watched.append(pace.watch_s)
        return acts.redriving(place, letters, pace, step)

    monkeypatch.setattr("brigade.console.work.redriving", redriving)
    monkeypatch.setattr("brigade.console.work.Pace", type("Short", (Pace,), {"watch_s": 0.01}))
    bury(desk, 1)
    monkeypatch.setattr(mappings, "find", lambda *_: mappings.Mapping((), first, None))
    plan = page.plan()
    monkeypatch.setattr(mappings, "find", lambda *_: mappings.Mapping((), then, None))
    assert page.done(plan)["outcome"]["redriven"] == 1
    assert watched == [0.01 if then == mappings.ENABLED else 0]


def test_an_actor_that_is_none_has_no_letters(page: Page) -> None:
    status, why = page.refused("POST", "/api/plans", json={"act": "redrive", "actor": "paint"})
    assert (status, why.startswith("no actor is named paint; there are ingest")) == (409, True)


def test_only_the_newest_plans_are_kept(page: Page, console: Console) -> None:
    plans = [page.plan()["plan"] for _ in range(22)]
    assert list(console.plans) == plans[-20:]


def test_what_somebody_else_took_meanwhile_is_left_to_them(desk: Desk, page: Page) -> None:
    for act, did in (("redrive", "redriven"), ("discard", "deleted")):
        bury(desk, 2)
        plan = page.plan(act)
        queue = page.console.place("normalize").queue
        held: ReceivedLetter = next(queue.take([next(iter(ids(desk)))]))
        queue.delete(held)
        outcome = page.done(plan)["outcome"]
        assert (outcome[did], outcome["taken"], outcome.get("left", 0)) == (1, 1, 0)
