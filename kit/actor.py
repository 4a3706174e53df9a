"""Declarations of functions: pure data, read by the template, the local run, the docs and the tests."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from kit.errors import ConfigurationError, Rejected, Retryable
from kit.events import Event

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MEMORY_MB = range(128, 10_240 + 1)
TIMEOUT_S = range(1, 900 + 1)
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
BATCH = range(1, 10 + 1)  # more than ten needs a batching window
CONCURRENCY = range(2, 1_000 + 1)
# Fewer than five dead-letter messages that Lambda itself throttled. SQS takes up to 1,000; but a receive may hide a
# message for six times the longest timeout, ninety minutes, and a queue keeps messages for four days.
ATTEMPTS = range(5, 60 + 1)
LIMITS = {
    "memory": MEMORY_MB,
    "timeout": TIMEOUT_S,
    "batch": BATCH,
    "concurrency": CONCURRENCY,
    "attempts": ATTEMPTS,
    "bug_attempts": range(1, ATTEMPTS.stop),
}
# How long one AWS request may be tried again, seconds. Below every actor's timeout, so that there is
# time left to say so.
RETRY_BUDGET_S = 8


class Acknowledgement(Enum):
    """What becomes of a message after the work on it."""

    SETTLE = "settle"  # it is deleted
    RETRY_LATER = "retry later"  # it is hidden for as long as the backoff says, then received again
    DEAD_LETTER = "dead letter"  # it goes to the dead-letter queue with the reason, and is deleted here


class Bucket(StrEnum):
    """The buckets, by the part they play; there is an archive only where the deployment wants one."""

    SOURCE = "source"
    TARGET = "target"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Place:
    """Keys of one bucket below one prefix (empty: all of them)."""

    bucket: Bucket
    prefix: str = ""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What each deployment chooses for one function: a parameter of the template, and a variable of the function."""

    name: str  # the parameter's, as Moderator
    meaning: str
    default: str
    choices: tuple[str, ...] = ()  # none: any text that matches the pattern
    pattern: str = ""
    constraint: str = ""  # the pattern in words, as "must be an address"
    extra_actions: tuple[tuple[str, str], ...] = ()  # a choice, and an AWS action for it without resources
    erases: tuple[tuple[str, Place], ...] = ()  # a choice, and where it lets versions be deleted for ever

    @property
    def variable(self) -> str:
        """The environment variable that the function reads, as BRIGADE_MODERATOR."""
        return f"BRIGADE_{self.name.upper()}"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """A function of any kind, whatever feeds it: name, size and rights.

    ``says`` are event types; ``table`` are DynamoDB actions on the catalog; ``carries`` are the shared packages that
    its code imports; ``settings`` are what deployments choose for it; ``layers`` name Lambda layers that a deployment
    may give it. Where ``enabled_by`` has its default, the stack is made without it. ``memory`` is in MB, ``timeout`` in
    seconds. ``loops``: what it says may come back to it, which Lambda
    must not mistake for an endless loop.

    Raises ConfigurationError where a number is outside what AWS allows.
    """

    name: str
    purpose: str
    says: tuple[type[Event], ...] = ()
    reads: tuple[Place, ...] = ()
    writes: tuple[Place, ...] = ()
    deletes: tuple[Place, ...] = ()
    table: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    layers: tuple[str, ...] = ()
    enabled_by: Setting | None = None
    memory: int = 512
    timeout: int = 30
    loops: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9]{1,19}", self.name):
            raise ConfigurationError(f"actor name {self.name!r}: use 2 to 20 lower-case letters and digits")
        if self.timeout <= 2 * RETRY_BUDGET_S:
            raise ConfigurationError(f"actor {self.name}: timeout must be above {2 * RETRY_BUDGET_S} s")
        for number, allowed in LIMITS.items():
            if hasattr(self, number) and getattr(self, number) not in allowed:
                bounds = f"{allowed.start} and {allowed.stop - 1}"
                raise ConfigurationError(f"actor {self.name}: {number} must be between {bounds}")

    @property
    def module(self) -> str:
        """The module whose ``handle`` is the Lambda function."""
        return f"services.{self.name}.handler"


@dataclass(frozen=True, kw_only=True)
class HttpApi(Declaration):
    """A function behind an HTTP API of its own, with a table of its own, which only some deployments have.

    It lets others upload below a prefix of the source bucket, where it lists and deletes: the value of the setting
    ``uploads``. It lets others read what it ``reads``, and mails from the address in the setting ``sender``; both by
    its own rights. ``pages`` are the folders with files that it serves. ``concurrency`` is reserved;
    ``requests_a_second`` and ``burst`` bound what the API passes on.
    """

    uploads: Setting
    sender: Setting
    pages: tuple[str, ...] = ()
    concurrency: int = 10
    requests_a_second: int = 25
    burst: int = 50


@dataclass(frozen=True, kw_only=True)
class Skip:
    """What an actor is not sent of an event that it hears: messages whose attribute has one of these values.

    One that lacks the attribute is sent.
    """

    event: type[Event]
    attribute: str  # one of the event's ``filtered``
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Changes of the catalog's records: those after which the attribute has one of these values.

    ``reader`` turns a record before and after, in DynamoDB's notation, into events of the type ``event``. ``trace``
    names the attribute that holds the trace's id.
    """

    attribute: str
    values: tuple[str, ...]
    event: type[Event]
    reader: Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[Event]] = field(repr=False)
    trace: str
    batch: int = 10


@dataclass(frozen=True, kw_only=True)
class Actor(Declaration):
    """A function that a queue feeds, and perhaps the stream of the catalog's table.

    ``hears`` are event types, ``skips`` the messages about them that it is not sent; ``rejects`` are the permanent
    reasons it may give. ``batch`` counts messages an invocation. A message is given up after ``attempts`` receives if
    its failure may pass (throttling, an outage, no time), after ``bug_attempts`` if it failed unexpectedly.
    ``together``: what its work on a message announces last goes out with that of the batch's other messages.
    ``delayed``: its queue holds every message back for the deployment's grace time. ``reader`` turns a message's body
    into events; without it, the body is one CloudEvent that the actor hears. What cannot be done of a ``stream`` goes
    into the queue, so that the stream goes on.

    Raises ConfigurationError also where an event lacks what is skipped by.
    """

    hears: tuple[type[Event], ...] = ()
    skips: tuple[Skip, ...] = ()
    rejects: tuple[type[Rejected], ...] = ()
    attempts: int = 12
    bug_attempts: int = 5
    batch: int = 10
    concurrency: int = 10
    together: bool = False
    delayed: bool = False
    stream: Stream | None = None
    reader: Callable[[str], Iterable[Event]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.receives:
            raise ConfigurationError(f"actor {self.name} hears nothing: name at least one event")
        if self.bug_attempts > self.attempts:
            raise ConfigurationError(f"actor {self.name}: bug_attempts may not be above attempts")
        for skip in self.skips:
            if skip.event not in self.hears or skip.attribute not in skip.event.filtered:
                raise ConfigurationError(f"actor {self.name} hears no {skip.event.kind} with a {skip.attribute}")

    @property
    def receives(self) -> tuple[type[Event], ...]:
        """The events that its messages hold: those that it hears, and what the stream is read as."""
        return (*self.hears, *([self.stream.event] if self.stream else []))

    def acknowledgement(self, errors: Sequence[Exception], attempts: int) -> Acknowledgement:
        """Return what becomes of a message that was received so often, and failed with these errors.

        A message with several letters has the patience of the letter that may succeed for longest.
        """
        is_last = attempts >= max(self._permitted(error) for error in errors)
        return Acknowledgement.DEAD_LETTER if is_last else Acknowledgement.RETRY_LATER

    def _permitted(self, error: Exception) -> int:
        """Return how often a message may be received that fails so."""
        if isinstance(error, Rejected):
            return 1
        return self.attempts if isinstance(error, Retryable) else self.bug_attempts

    def is_sent(self, event: type[Event], attributes: Mapping[str, str]) -> bool:
        """Return whether a message with these attributes is sent to it."""
        return event in self.hears and not any(
            attributes.get(skip.attribute) in skip.values for skip in self.skips if skip.event is event
        )
