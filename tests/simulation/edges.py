"""The world as an actor meets it: at each of these edges it may die, be refused, or be overtaken."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from brigade.inline import Clock, InMemoryChain
from kit.batches import Refused
from kit.envelope import Envelope
from kit.queue import Message, dead_letter_attributes
from services.catalog.memory import MemoryRecords
from tests.simulation.pixels import RECIPES

if TYPE_CHECKING:
    from tests.simulation.world import World

_LAG_S = 2


class Edge:
    """Something of the world as an actor meets it: each call is a step of the simulation."""

    def __init__(self, name: str, thing: Any, world: "World") -> None:
        self._name, self._thing, self._world = name, thing, world

    def __getattr__(self, method: str) -> Callable[..., Any]:
        does, world, name = getattr(self._thing, method), self._world, f"{self._name}.{method}"
        return lambda *args, **words: world.step(name, partial(does, *args, **words))


class Deployed:
    """The recipes of whoever asks: a deployment changes one function after another."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def __getattr__(self, method: str) -> Any:
        return getattr(RECIPES[self._world.deployed[self._world.working]], method)


class LaggingRecords(MemoryRecords):
    """Records whose index by source may not know yet of those that are young."""

    def __init__(self, lags: Callable[[], bool], clock: Clock) -> None:
        super().__init__()
        self._lags, self._clock = lags, clock
        self._since: dict[str, float] = {}

    def merge(self, image_id: str, *parts: dict[str, Any]) -> Any:
        self._since.setdefault(image_id, self._clock.seconds)
        return super().merge(image_id, *parts)

    def uploads(self, source_key: str, before: str) -> Any:
        found, now = super().uploads(source_key, before), self._clock.seconds
        young = [each for each in found if self._since.get(each["image_id"], now) > now - _LAG_S]
        return [each for each in found if each not in young] if young and self._lags() else found


class Queue:
    """An actor's queue as its mailbox meets it: while a batch is worked on, and for its dead letters."""

    def __init__(self, world: "World", actor: str) -> None:
        self._world, self._actor = world, actor

    def delete(self, message: Message) -> None:
        self._world.take_out(self._actor, message.id)

    def postpone(self, message: Message, seconds: int) -> None:
        for parcel in self._world.waiting[self._actor]:
            if parcel.id == message.id:
                parcel.seen_at = self._world.clock.seconds + seconds

    def dead_letter(self, message: Message, why: dict[str, str]) -> None:
        self._world.bury(self._actor, message.body, dead_letter_attributes(message, why))


class Topics:
    """Where the actors announce."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def publish(self, envelope: Envelope) -> None:
        self._world.tell(f"{envelope.actor} says {envelope.kind}")
        InMemoryChain.publish(self._world, envelope)

    def publish_together(self, envelopes: Iterable[Envelope]) -> list[Refused[Envelope]]:
        for envelope in envelopes:
            self.publish(envelope)
        return []
