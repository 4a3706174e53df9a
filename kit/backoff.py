"""Exponential backoff with full jitter, so that requests that failed together are not retried together.

https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random

from kit.actor import RETRY_BUDGET_S


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Waits that grow with the number of attempts, in seconds. A seeded ``random`` draws the same jitter again."""

    first_s: float
    longest_s: float
    random: Random = field(default_factory=Random, compare=False)

    def longest(self, attempts: int) -> float:
        """Return how long the wait after so many attempts may be: ``first_s``, then twice that each time."""
        return min(self.longest_s, self.first_s * 2.0 ** (attempts - 1))

    def delay(self, attempts: int) -> float:
        """Return a wait in seconds, drawn uniformly between 0 and the longest after so many attempts."""
        return self.random.uniform(0, self.longest(attempts))

    def in_all(self, attempts: int) -> float:
        """Return the longest sum of the waits between so many attempts, in seconds; the average is half of it."""
        return sum(self.longest(each) for each in range(1, attempts))


# Between two receives of a message that failed. SQS hides one for at most twelve hours after a receive:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
RECEIVES = Backoff(first_s=2, longest_s=900)
# Between two attempts at one request to AWS.
REQUESTS = Backoff(first_s=0.1, longest_s=2)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How one request is retried: most attempts, seconds in all, and waits. Tests set another ``sleep`` and ``now``."""

    budget_s: float = RETRY_BUDGET_S
    attempts: int = 6
    backoff: Backoff = REQUESTS
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


_policy: ContextVar[Policy] = ContextVar("policy", default=Policy())  # noqa: B039 - it is frozen


@contextmanager
def under(policy: Policy) -> Iterator[None]:
    """Retry by this policy within the block."""
    token = _policy.set(policy)
    try:
        yield
    finally:
        _policy.reset(token)


def policy() -> Policy:
    """Return the policy in force."""
    return _policy.get()
