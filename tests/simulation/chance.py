"""What happens by chance in a simulation: everything is drawn here, from one seed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Weather:
    """How often each fault happens, as shares of the occasions. Each run draws its own: some have one kind only."""

    crash: float = 0  # the invocation ends, before or after an edge's effect
    refuse: float = 0  # an edge raises ServiceUnavailable, before or after its effect
    repeat: float = 0  # a message is delivered twice
    delay: float = 0  # a message comes late
    overlap: float = 0  # another invocation does all its work between two steps of this one
    wander: float = 0  # a queue is served out of its order
    lag: float = 0  # an index does not know yet of what was just written


@dataclass
class Chance:
    """Draws by a seed. ``without`` are the faults, by their number, that shall not happen: a shorter story."""

    seed: int
    weather: Weather
    without: frozenset[int] = frozenset()
    happened: list[int] = field(default_factory=list)  # the faults that did happen, by their number

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - a simulation is to be repeated
        self._occasions = 0

    def fault(self, share: float) -> bool:
        """Whether a fault of such a share happens now."""
        if not share:
            return False
        self._occasions += 1
        if self.random.random() >= share or self._occasions in self.without:
            return False
        self.happened.append(self._occasions)
        return True

    def one_of(self, choices: Sequence[T]) -> T:
        """Return one of these."""
        return choices[int(self.random.random() * len(choices))]


def weather(random: Random) -> Weather:
    """Draw a run's weather: each kind of fault is absent in half of the runs, so that none hides another."""

    def share(*shares: float) -> float:
        return random.choice((0.0, *shares)) if random.random() < 0.7 else 0.0

    return Weather(
        crash=share(0.01, 0.05),
        refuse=share(0.01, 0.05, 0.15),
        repeat=share(0.05, 0.3),
        delay=share(0.1, 0.5),
        overlap=share(0.02, 0.1),
        wander=share(0.2, 0.8),
        lag=share(0.3),
    )


CALM = Weather()
