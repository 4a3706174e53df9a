"""A small discrete-event simulation of actors: queues, batches, servers. Pure; it knows no actor by name.

A message waits in its station's queue until a server is idle. That takes a batch of what waits, works through it
message by message, and announces each to the stations that hear it. What is drawn by lot is drawn from a seed.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from statistics import linear_regression, mean


@dataclass(frozen=True)
class Station:
    """One actor: ``servers`` invocations at a time, of at most ``batch`` messages.

    An invocation takes ``batch_s`` seconds and ``message_s`` for each message, times one of ``noise``. ``heard_by``
    names the stations that every message goes to next, as far as they are simulated. ``passes_on`` has pairs (sender,
    hearer): what came from that sender goes to that hearer, too.
    """

    name: str
    servers: int
    batch: int
    message_s: float
    batch_s: float = 0
    noise: tuple[float, ...] = (1.0,)
    heard_by: tuple[str, ...] = ()
    passes_on: tuple[tuple[str, str], ...] = ()

    def hearers(self, sender: str) -> tuple[str, ...]:
        """Return the stations that a message from this sender goes to next."""
        return (*self.heard_by, *(hearer for origin, hearer in self.passes_on if origin == sender))


@dataclass
class Outcome:
    """What happened at a station; times in seconds. ``longest`` is the most messages that waited."""

    batches: int = 0
    waited_s: list[float] = field(default_factory=list)
    busy_s: float = 0
    ended_s: float = 0
    longest: int = 0

    @property
    def batch(self) -> float:
        """Messages in a batch, on the average."""
        return len(self.waited_s) / self.batches


class _Run:
    """One simulation: what is to happen when, and what waits where."""

    def __init__(self, stations: Iterable[Station], seed: int) -> None:
        self.stations = {station.name: station for station in stations}
        self.outcomes = {name: Outcome() for name in self.stations}
        self._waiting: dict[str, deque[tuple[float, str]]] = {name: deque() for name in self.stations}
        self._idle = {name: station.servers for name, station in self.stations.items()}
        self._random = Random(seed)  # noqa: S311 - chance, not secrecy
        self._number = count()  # of equal times, the first that was planned comes first
        self._planned: list[tuple[float, int, str, str | None]] = []

    def plan(self, at: float, station: str, sender: str | None) -> None:
        """Plan that a message arrives at a station from a sender; None: that a server there becomes idle."""
        heapq.heappush(self._planned, (at, next(self._number), station, sender))

    def run(self) -> None:
        while self._planned:
            at, _, name, sender = heapq.heappop(self._planned)
            if sender is None:
                self._idle[name] += 1
            else:
                self._waiting[name].append((at, sender))
            self._begin(self.stations[name], at)

    def _begin(self, station: Station, at: float) -> None:
        """Let an idle server take a batch, if there is one and something waits."""
        waiting, outcome = self._waiting[station.name], self.outcomes[station.name]
        outcome.longest = max(outcome.longest, len(waiting))
        if not waiting or not self._idle[station.name]:
            return
        size = min(station.batch, len(waiting))
        took = (station.batch_s + size * station.message_s) * self._random.choice(station.noise)
        batch = [waiting.popleft() for _ in range(size)]
        outcome.waited_s += [at - arrived for arrived, _ in batch]
        outcome.batches += 1
        outcome.busy_s += took
        outcome.ended_s = max(outcome.ended_s, at + took)
        self._idle[station.name] -= 1
        self.plan(at + took, station.name, None)
        for number, (_, sender) in enumerate(batch, 1):
            for hearer in filter(self.stations.__contains__, station.hearers(sender)):
                self.plan(at + took * number / size, hearer, station.name)


def simulate(
    stations: Iterable[Station], arrivals_s: Iterable[float], first: Iterable[str], seed: int = 1
) -> dict[str, Outcome]:
    """Return what happens at each station when messages arrive at the first ones at these seconds."""
    run = _Run(stations, seed)
    first = tuple(first)
    for at in arrivals_s:
        for name in first:
            run.plan(at, name, "")
    run.run()
    return run.outcomes


def service_times(messages: Sequence[int], took_s: Sequence[float]) -> tuple[float, float, tuple[float, ...]]:
    """Return ``(batch_s, message_s, noise)`` of invocations that were measured: a straight line, and what is off it."""
    batch_s, message_s = 0.0, sum(took_s) / sum(messages)
    if len(set(messages)) > 1:
        slope, intercept = linear_regression(messages, took_s)
        if slope >= 0 and intercept >= 0:
            batch_s, message_s = intercept, slope
    noise = [took / (batch_s + size * message_s) for size, took in zip(messages, took_s, strict=True)]
    return batch_s, message_s, tuple(ratio / mean(noise) for ratio in noise)
