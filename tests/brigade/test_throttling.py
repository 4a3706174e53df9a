"""Two minutes of throttling, by the line's own clock; tests/drills/test_throttling.py spends them."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from brigade.inline import Clock, InMemoryChain
from brigade.inline.memory_storage import MemoryStorage
from kit.actor import RETRY_BUDGET_S
from kit.backoff import RECEIVES
from kit.envelope import Envelope
from kit.errors import Throttled
from kit.events import Source
from records.stored import Item
from services.catalog.memory import MemoryRecords
from services.chain import CHAIN
from tests.support import pictures

THROTTLED_S = 120
PICTURES = 30
SEEDED = replace(RECEIVES, random=Random(5))  # noqa: S311 - waits, not secrets


@dataclass
class Service:
    """Refuses every request for a while, which costs its sender some seconds each time."""

    clock: Clock
    throttled_s: float = THROTTLED_S
    cost_s: float = 0
    refused: int = 0

    def ask(self) -> None:
        if self.clock.seconds < self.throttled_s:
            self.clock.seconds += self.cost_s
            self.refused += 1
            raise Throttled("slow down")


@dataclass
class Storage(MemoryStorage):
    service: Service | None = None

    def read(self, source: Source) -> bytes:
        if self.service:
            self.service.ask()
        return super().read(source)

    def read_range(self, source: Source, start: int, stop: int) -> bytes:
        return self.read(source)[start:stop]


class Records(MemoryRecords):
    service: Service | None = None

    def merge(self, image_id: str, *parts: dict[str, Any]) -> Item:
        if self.service:
            self.service.ask()
        return super().merge(image_id, *parts)


@dataclass
class Announcing(InMemoryChain):
    service: Service | None = field(default=None)

    def publish(self, envelope: Envelope) -> None:
        if self.service:
            self.service.ask()
        super().publish(envelope)


@pytest.mark.parametrize("throttled", ["S3", "SNS", "DynamoDB"])
@pytest.mark.parametrize("cost_s", [0, RETRY_BUDGET_S], ids=["at once", "after the budget"])
def test_two_minutes_of_throttling_leave_no_dead_letter(throttled: str, cost_s: float) -> None:
    """Refused at once, messages are received most often; refused late, they take the time of others in their batch."""
    clock = Clock()
    service = Service(clock, cost_s=cost_s)
    storage, records = Storage(), Records()
    line = Announcing(CHAIN, storage=storage, records=records, clock=clock, backoff=SEEDED)
    of: dict[str, Any] = {"S3": storage, "SNS": line, "DynamoDB": records}
    of[throttled].service = service
    for number in range(PICTURES):
        line.upload(f"{number}.jpg", pictures.jpeg((64, 48)))
    line.run()
    assert service.refused >= (3 * PICTURES if cost_s == 0 else THROTTLED_S / cost_s)
    assert [record["status"] for record in records.items.values() if "status" in record] == ["READY"] * PICTURES
    assert not any(queue.dead_letters for queue in line.queues.values())


def test_what_is_throttled_for_ever_becomes_a_dead_letter_with_its_reason() -> None:
    clock = Clock()
    service = Service(clock, throttled_s=float("inf"))
    line = InMemoryChain(CHAIN, storage=Storage(service=service), clock=clock)
    line.upload("a.jpg", pictures.jpeg((64, 48)))
    line.run()
    (letter,) = line.queues["ingest"].dead_letters
    assert letter.attributes["reason"] == "throttled"
    assert service.refused == CHAIN.actor("ingest").attempts
