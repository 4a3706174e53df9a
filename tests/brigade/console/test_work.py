"""Acts on dead letters: exactly what was counted, one act at a time, and on record."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from brigade.console.console import Console
from brigade.dead_letters import acts
from brigade.dead_letters.letter import Redrive
from brigade.dead_letters.queue import DeadLetterQueue, ReceivedLetter
from brigade.dead_letters.redrive import Pace
from brigade.dead_letters.where import Where
from brigade.flow import mappings
from tests.brigade.console.conftest import Meanwhile, Page, bury, ids, sent
from tests.support.desk import Desk, ingested, lines

WHY = {"reason": "out-of-time"}


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
