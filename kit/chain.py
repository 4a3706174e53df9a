"""The chain: which actor hears which event. An event that is heard but never said is an error."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kit.actor import Actor, Declaration, HttpApi
from kit.errors import ConfigurationError
from kit.events import Event, ImageRejected
from kit.spelling import meant

OPERATOR = "operator"


@dataclass(frozen=True)
class Edge:
    """One subscription: what ``speaker`` says on the event's topic arrives in ``hearer``'s queue."""

    speaker: str
    event: type[Event]
    hearer: str


@dataclass(frozen=True)
class Chain:
    """All actors, and the events that come from outside: S3's notification, and what operators say.

    ``optional`` are actors that only some deployments have: others may hear what they say. ``apis`` take no part in
    the chain: HTTP requests feed them.

    Raises ConfigurationError for a name used twice and for an event that is heard but never said.
    """

    origin: type[Event]
    actors: tuple[Actor, ...]
    operator: tuple[type[Event], ...] = ()
    optional: tuple[Actor, ...] = ()
    apis: tuple[HttpApi, ...] = ()

    def __post_init__(self) -> None:
        names = [each.name for each in (*self.functions, *self.optional)]
        for name in {name for name in names if names.count(name) > 1}:
            raise ConfigurationError(f"two functions are named {name}")
        for actor in self.actors:
            for event in actor.hears:
                if event not in (*self.events, *(each for other in self.optional for each in says(other))):
                    raise ConfigurationError(f"{actor.name} hears {event.kind}, which nobody says")

    @property
    def whole(self) -> "Chain":
        """The same with all that is optional."""
        return replace(self, actors=(*self.actors, *self.optional), optional=())

    @property
    def functions(self) -> tuple[Declaration, ...]:
        """All that has code of its own, whatever feeds it."""
        return (*self.actors, *self.apis)

    @property
    def events(self) -> tuple[type[Event], ...]:
        """Every event that has a topic, in the order in which a picture meets them."""
        return tuple(dict.fromkeys(event for _, said in self.speakers for event in said))

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Every subscription."""
        return tuple(
            Edge(speaker, event, hearer.name)
            for speaker, said in self.speakers
            for event in said
            for hearer in self.actors
            if event in hearer.hears
        )

    @property
    def speakers(self) -> list[tuple[str, tuple[type[Event], ...]]]:
        """Who says what. Outside the chain: ``s3``, whose events are not CloudEvents, and ``operator``."""
        inside = [(actor.name, says(actor)) for actor in self.actors]
        return [("s3", (self.origin,)), *inside, (OPERATOR, self.operator)]

    def subscribers(self, event: type[Event], attributes: Mapping[str, str] | None = None) -> tuple[Actor, ...]:
        """Return the actors that hear the event and do not skip a message with these attributes."""
        return tuple(actor for actor in self.actors if actor.is_sent(event, attributes or {}))

    def actor(self, name: str) -> Actor:
        """Return the actor of that name; raises ConfigurationError naming those there are."""
        known = {actor.name: actor for actor in self.actors}
        if name not in known:
            raise ConfigurationError(f"no actor is named {name}; there are {', '.join(known)}{meant(name, known)}")
        return known[name]


def says(actor: Actor) -> tuple[type[Event], ...]:
    """Return what an actor may announce: its own events, and image-rejected unless it hears that itself.

    Nor does one that a stream feeds: of a picture that is settled it has no more to say than that.
    """
    rejection = () if ImageRejected in actor.hears or actor.stream else (ImageRejected,)
    return (*actor.says, *rejection)
