"""The console as a process, on the real chain: it opens once, and redrives exactly what is filtered."""

import re
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from infra import names
from services.chain import CHAIN
from tests.journeys.test_redrive import Pair, Start, start
from tests.support.journey import Journey, until

__all__ = ["start"]  # a fixture
NORMALIZE = CHAIN.actor("normalize")


@pytest.fixture
def pair(journey: Journey) -> Iterator[Pair]:
    """Normalize's own two queues, and nothing in them at the end."""
    if not journey.pipeline.target.is_ministack:
        pytest.skip("only ministack shows what is in a queue without handing it out")
    urls = [journey.pipeline.output(name(NORMALIZE)) for name in (names.queue, names.dead_letter_queue)]
    pair = Pair(journey.pipeline.target, *urls)
    yield pair
    for url in urls:
        pair.target.client("sqs").purge_queue(QueueUrl=url)


def test_a_filtered_redrive_moves_exactly_those_and_another_ports_page_can_do_nothing(
    pair: Pair, start: Start, journey: Journey
) -> None:
    reasons = pair.bury(120)
    process = start("console", "--stack", journey.pipeline.stack.name)
    assert process.stdout
    address, token = re.findall(r"(http://127\.0\.0\.1:\d+)/#(\S+)", process.stdout.readline())[0]
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as page:
        elsewhere = {"origin": "http://127.0.0.1:1"}
        assert page.post("/api/session", json={"token": token}, headers=elsewhere).status_code == 403
        secret = page.post("/api/session", json={"token": token}).json()["secret"]
        assert page.post("/api/session", json={"token": token}).status_code == 401
        page.headers["authorization"] = f"Bearer {secret}"
        paused = page.post("/api/actors/normalize", json={"state": "paused"})
        try:
            assert {each["name"]: each["state"] for each in paused.json()["actors"]}["normalize"] == "paused"
            asked = {"act": "redrive", "actor": "normalize", "filter": {"reason": "object-gone"}}
            plan = page.post("/api/plans", json=asked).json()
            assert (plan["count"], plan["paused"]) == (24, True)
            begin, count = f"/api/plans/{plan['plan']}/start", {"count": plan["count"]}
            assert page.post(begin, json=count, headers=elsewhere).status_code == 403
            assert page.post(begin, json=count).status_code == 202
            work = until(lambda: not (now := page.get("/api/work").json())["running"] and now, "the redrive's end")
            assert (work["outcome"]["redriven"], work["outcome"]["error"]) == (24, None)
            chosen = {identity for identity, reason in reasons.items() if reason == "object-gone"}
            assert pair.ids(pair.queue) == Counter(chosen)
            assert pair.ids(pair.dlq) == Counter(reasons.keys() - chosen)
            pair.target.client("sqs").purge_queue(QueueUrl=pair.queue)
        finally:
            page.post("/api/actors/normalize", json={"state": "running"})
    process.send_signal(2)
    assert process.wait(10) == 0
