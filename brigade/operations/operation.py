"""One operator's command on dead letters, recorded while it runs: who, when, which messages, what came of each.

The record holds every planned message from the start and is written again while the work goes on, so that a command
that was killed leaves a trace: what it had not come to still reads ``planned``.
"""

import getpass
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import msgspec

from brigade.target import Target
from brigade.terminal import OperatorError
from kit.envelope import now

PLANNED = "planned"
# Between two writes of one record, seconds; and never more than this share of the time is spent on writing.
_EVERY_S, _SHARE = 1, 0.1


class Entry(msgspec.Struct, kw_only=True):
    """One message of an operation, as it was when that began. ``outcome`` is ``planned`` until something came of it."""

    message_id: str
    image_id: str = ""
    key: str = ""
    reason: str = ""
    outcome: str = PLANNED


class Operation(msgspec.Struct, kw_only=True):
    """One operator's command. Times in ISO 8601, UTC; ``ended_at`` is empty while it runs, and when it was killed."""

    id: str  # sorts by time
    command: str
    where: str  # the actor, or the dead-letter queue's name
    by: str
    begun_at: str
    ended_at: str = ""
    messages: list[Entry] = []

    @property
    def outcomes(self) -> Counter[str]:
        """How many messages came to what."""
        return Counter(entry.outcome for entry in self.messages)


def new_id() -> str:
    """Return an operation's id; ids sort by time: the first three digits behind the hyphen are milliseconds, in hex."""
    at = datetime.now(UTC)
    return f"{at:%Y%m%dT%H%M%SZ}-{at.microsecond // 1000:03x}{secrets.randbelow(16**3):03x}"


def who(target: Target) -> str:
    """Say who gives the command: on AWS the caller's ARN, asked of STS; on a local cloud user@host."""
    if target.endpoint is None:
        return str(target.client("sts").get_caller_identity()["Arn"])
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container may run as a number that has no name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


class Recording:
    """An operation under way: ``note`` what came of each message."""

    def __init__(self, operation: Operation, keep: Callable[[Operation], None]) -> None:
        self.id, self.where, self.by = operation.id, operation.where, operation.by
        self._operation = operation
        self._entries = {entry.message_id: entry for entry in operation.messages}
        self._keep = keep
        self._due = 0.0
        self.write()  # what cannot be recorded is not begun: this may raise

    @property
    def outcomes(self) -> Counter[str]:
        """How many messages came to what, so far."""
        return self._operation.outcomes

    def note(self, message_id: str, outcome: str) -> None:
        """Record what came of a planned message. Never raises: a message half moved is worse than a late record."""
        self._entries[message_id].outcome = outcome
        if time.monotonic() >= self._due:
            with suppress(Exception):  # the write at the end says when there is none
                self.write()

    def end(self) -> None:
        """Write the record for the last time. Raises OperatorError when that cannot be done."""
        self._operation.ended_at = now()
        try:
            self.write()
        except Exception as error:
            raise OperatorError(
                f"the work was done, but its record {self.id} was not completed: {error}",
                f"`brigade history {self.id}` shows as planned what it does not know",
            ) from error

    def write(self) -> None:
        began = time.monotonic()
        try:
            self._keep(self._operation)
        finally:
            ended = time.monotonic()
            self._due = ended + max(_EVERY_S, (ended - began) / _SHARE)
