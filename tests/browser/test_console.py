"""The operators' page in a real browser: failures are found, understood and repaired in it, and by nobody else."""

import re

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from brigade.flow import mappings
from kit.envelope import decode
from kit.events import ImageJudged
from kit.outputs import OPERATIONS
from tests.brigade.dead_letters.conftest import one_thread
from tests.browser.operators import REASONS, Operator, bury, held, operator
from tests.support.browsing import served
from tests.support.deployed import operations
from tests.support.waiting import wait_for

__all__ = ["one_thread", "operator"]  # fixtures


def test_a_message_is_mended_after_its_difference_was_seen(operator: Operator) -> None:
    bury(operator.stack, "wall/8.jpg", *REASONS[0])
    bury(operator.stack, "cut-off.jpg", *REASONS[1])
    page = operator.enter().page
    page.get_by_role("link", name="2 dead letters to look at").click()
    page.get_by_role("link", name="unknown-recipe").click()
    operator.says("The recipe that this picture was admitted under is no longer in recipes.toml.")
    page.get_by_role("link", name="wall/8.jpg").click()
    operator.says("wall; there are walls, default")
    message = page.get_by_label("Message", exact=True)
    good = message.input_value()
    message.fill(good.replace('"recipe"', "recipe"))
    operator.press("Compare")
    operator.says("it is no JSON")
    assert page.get_by_role("button", name="Send it back").count() == 0
    message.fill(good.replace('"recipe": "wall"', '"recipe": "walls"'))
    operator.press("Compare")
    page.locator("ins", has_text='"recipe": "walls"').wait_for()
    assert page.locator("del").all_inner_texts() == ['-    "recipe": "wall",']
    page.get_by_role("button", name="Send it back to the queue of normalize").click()
    operator.says("No dead letter is like this.")
    assert page.url.endswith("#/letters?actor=normalize&reason=unknown-recipe")  # the filter is kept
    operator.says("1 redriven")
    [sent] = operator.waiting("normalize")
    assert '"recipe":"walls"' in sent
    assert len(operator.letters("normalize")) == 1


def test_a_reason_is_redriven_once_its_actor_runs_again_and_nothing_else(operator: Operator) -> None:
    stack = operator.stack
    denied = sorted(bury(stack, f"in/{number}.jpg", *REASONS[3]) for number in range(12))
    other = sorted(bury(stack, key, "resize", "out-of-time", "it took 900 s") for key in ("in/a.jpg", "in/b.jpg"))
    stack.functions.mappings["resize"]["State"] = "Disabled"
    stack.functions.mappings["relay"]["State"] = mappings.PARTLY
    page = operator.enter().page
    operator.says("resize is paused")
    operator.says("relay is partly paused")
    for actor in ("resize", "relay"):
        operator.press(f"Resume {actor}")
        page.get_by_role("button", name=f"Pause {actor}").wait_for()
    assert stack.functions.changes == [("resize", True), ("relay", True)]
    operator.go("Dead letters")
    assert page.get_by_role("button", name="Redrive").inner_text() == "Redrive these 14"
    page.get_by_label("Reason").focus()
    page.get_by_label("Reason").select_option("access-denied")
    page.get_by_text("12 dead letters", exact=True).wait_for()
    assert page.evaluate("document.activeElement.name") == "reason"  # another filter leaves the focus where it is
    operator.press("Redrive these 12")
    question = page.get_by_role("dialog")
    question.get_by_text("Send 12 dead letters back to the queue of resize?").wait_for()
    question.get_by_role("button", name="Cancel").click()
    assert operations(stack) == []
    operator.press("Redrive these 12")
    question.get_by_role("button", name="Redrive these 12").click()
    operator.says("resize: 12 of 12 dead letters redriven.")
    operator.says("No dead letter is like this.")
    assert page.get_by_label("Reason").input_value() == "access-denied"
    assert (operator.waiting("resize"), operator.letters("resize")) == (denied, other)
    operator.go("History")
    operator.says("12 redriven")
    assert operations(stack) == [("redrive", "resize", {"redriven": 12})]


def test_letters_that_others_hold_are_told_of_before_anything_is_done(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brigade.console.console.LOOK_S", 0.001)  # others are not waited for
    for key in ("in/a.jpg", "in/b.jpg"):
        bury(operator.stack, key, *REASONS[3])
    damaged = {"Bucket": "target", "Key": f"{OPERATIONS}20261121T080000Z-000000.json"}
    operator.stack.pipeline.s3.put_object(Body=b"{", **damaged)
    page = operator.enter().page
    operator.go("Dead letters")
    operator.says("in/b.jpg")
    operator.says(f"{damaged['Key']} is damaged")  # and hides no letter
    operator.stack.pipeline.s3.delete_object(**damaged)

    def hold_one() -> None:
        url = operator.console.place("resize").queue.url
        assert operator.stack.sqs.receive_message(QueueUrl=url, VisibilityTimeout=600)["Messages"]

    hold_one()
    operator.press("Discard these 2")
    question = page.get_by_role("dialog")
    question.get_by_text("Discard 1 dead letter of resize?").wait_for()
    question.get_by_text("There may be more: others hold some just now").wait_for()
    question.get_by_role("button", name="Cancel").click()
    hold_one()
    operator.press("Discard these 2")
    page.get_by_role("alert").get_by_text("There may be more: others hold some just now").wait_for()
    assert operations(operator.stack) == []


def test_a_picture_that_is_held_back_is_seen_only_when_asked_and_approved(operator: Operator) -> None:
    picture = held(operator.stack, "in/beach.jpg")
    page = operator.enter().page
    operator.go("Pictures")
    page.get_by_label("Status").select_option("QUARANTINED")
    page.locator(".tile .blurred", has_text="refused, nudity 97 %").click()
    operator.heading("in/beach.jpg").wait_for()
    image = page.get_by_role("img", name="in/beach.jpg")
    assert "blur" in image.evaluate("image => getComputedStyle(image).filter")
    operator.press("Show it")
    assert image.evaluate("image => getComputedStyle(image).filter") == "none"
    operator.press("Approve")
    page.get_by_role("status").get_by_text("It is approved.").wait_for()
    url = operator.stack.sqs.get_queue_url(QueueName=ImageJudged.kind)["QueueUrl"]
    [message] = operator.stack.sqs.receive_message(QueueUrl=url)["Messages"]
    _, said = decode(message["Body"], [ImageJudged])
    assert isinstance(said, ImageJudged)
    assert (said.image.id, said.judgement) == (picture.id, "approved")


def test_a_reload_keeps_the_session_and_another_tab_has_none(operator: Operator) -> None:
    page = operator.enter().page
    assert page.url == f"{operator.address}#/"  # the token does not stay
    page.reload()
    operator.heading("Overview").wait_for()
    another = page.context.new_page()
    another.goto(operator.address)
    another.get_by_text("Open the address that brigade console has printed.").wait_for()
    another.goto(f"{operator.address}#{operator.console.session.token}")
    another.get_by_text("This address was used already").wait_for()
    assert page.context.cookies() == []


def test_a_console_that_is_read_only_offers_nothing_that_changes(operator: Operator) -> None:
    operator.console.read_only = True
    bury(operator.stack, "wall/8.jpg", *REASONS[0])
    held(operator.stack, "in/beach.jpg")
    page = operator.enter().page
    operator.says("Read-only")
    for view, words in (("Overview", "ingest"), ("Dead letters", "wall/8.jpg"), ("Pictures", "beach.jpg")):
        operator.go(view)
        operator.says(words)
        assert re.findall("Pause|Resume|Redrive|Discard", " ".join(page.get_by_role("button").all_inner_texts())) == []
    page.locator(".tile").click()
    operator.says("Blurred, because")
    assert page.get_by_role("button", name=re.compile("Approve|Reject")).count() == 0


# What another page tries. A form's answer is shown to nobody: it is not waited for here.
ATTACKS = """async ([address, token]) => {
    const say = (attempt) => attempt.then((answer) => answer.type, () => "stopped");
    const body = '{"state": "paused"}', json = { "content-type": "application/json" };
    const plain = { method: "POST", mode: "no-cors", headers: { "content-type": "text/plain" } };
    const put = (tag, facts) => document.body.appendChild(Object.assign(document.createElement(tag), facts));
    const settled = (node) => new Promise((done) => {
        Object.assign(node, { onload: () => done("loaded"), onopen: () => done("open") });
        node.onerror = () => done("stopped");
    });
    put("iframe", { name: "sink" });
    const action = `${address}api/actors/ingest`;
    put("form", { method: "POST", target: "sink", enctype: "text/plain", action }).submit();
    return {
        cors: await say(fetch(`${address}api/actors/resize`, { method: "POST", headers: json, body })),
        read: await say(fetch(`${address}api/overview`, { credentials: "include" })),
        blind: await say(fetch(`${address}api/actors/resize`, { ...plain, body })),
        session: await say(fetch(`${address}api/session`, { ...plain, body: JSON.stringify({ token }) })),
        image: await settled(put("img", { src: `${address}api/overview` })),
        script: await settled(put("script", { src: `${address}assets/console/main.js` })),
        socket: await settled(new WebSocket(`${address.replace("http", "ws")}api/work`)),
        stored: sessionStorage.length + document.cookie.length,
    };
}"""


# What came of it at the console; browsers ask first whether the one with JSON may be sent, and hear no.
REFUSED = [
    ("/api/actors/ingest", 403),
    ("/api/actors/resize", 403),
    ("/api/actors/resize", 405),
    ("/api/overview", 403),
    ("/api/overview", 403),
    ("/api/session", 403),
]


def test_a_page_on_another_port_of_this_machine_can_do_nothing(operator: Operator) -> None:
    bury(operator.stack, "in/a.jpg", *REASONS[3])
    operator.enter()
    other = operator.page.context.new_page()
    evil = Starlette(routes=[Route("/", lambda _: HTMLResponse("<!doctype html><title>Another</title><body>"))])
    with served(lambda _: evil) as port:
        other.goto(f"http://127.0.0.1:{port}/")
        found = other.evaluate(ATTACKS, [operator.address, operator.console.session.token])
        wait_for(lambda: other.title() and len(operator.strangers) >= len(REFUSED))
    ways = ("cors", "read", "blind", "session", "image", "script", "socket")
    assert found == {**dict.fromkeys(ways, "stopped"), "stored": 0}
    assert sorted(operator.strangers) == REFUSED
    assert operator.stack.functions.changes == []
    assert len(operator.letters("resize")) == 1
    assert operator.violations == []
