"""One AWS request under the one retry policy, its failures translated into the error tree."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

import tenacity
from botocore import exceptions as botocore_errors
from botocore.exceptions import ClientError
from tenacity.stop import stop_base

from kit.actor import RETRY_BUDGET_S
from kit.errors import ObjectGone, Retryable, ServiceUnavailable, Throttled

P = ParamSpec("P")
T = TypeVar("T")

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and each service's common errors
_THROTTLED = {"SlowDown", "RequestLimitExceeded", "TooManyRequestsException", "TransactionInProgressException"}
_THROTTLED_WORDS = ("Throttl", "ThroughputExceeded")
_GONE = {"NoSuchKey", "NoSuchVersion", "PreconditionFailed"}
_PASSING = {"RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure"}

_BROKEN = (
    botocore_errors.HTTPClientError,
    botocore_errors.ConnectionError,
    botocore_errors.IncompleteReadError,
    botocore_errors.ResponseStreamingError,
)
MOST_ATTEMPTS = 6

_sleep: Callable[[float], None] = time.sleep
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


@contextmanager
def until(seconds: float) -> Iterator[None]:
    """Within this block, begin no attempt later than that many seconds from now."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def no_waiting() -> Iterator[None]:
    """Turn all waiting between attempts off, for tests; the number of attempts is then bounded instead."""
    global _sleep  # noqa: PLW0603 - the one switch of this module
    before, _sleep = _sleep, lambda _: None
    try:
        yield
    finally:
        _sleep = before


class _BeforeDeadline(stop_base):
    """Stop when the next attempt would begin after the deadline."""

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        return time.monotonic() + retry_state.upcoming_sleep > _deadline.get()


def call(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do one AWS request, again for up to RETRY_BUDGET_S seconds while its failure is a passing one.

    Raises Retryable when the budget is spent, ObjectGone for a missing object, botocore's own ClientError else.
    """
    # Jitter, so that functions that were throttled together do not come back together:
    # https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Retryable),
        stop=tenacity.stop_any(
            tenacity.stop_before_delay(RETRY_BUDGET_S),
            tenacity.stop_after_attempt(MOST_ATTEMPTS),
            _BeforeDeadline(),
        ),
        wait=tenacity.wait_random_exponential(multiplier=0.1, max=2),
        sleep=lambda seconds: _sleep(seconds),  # noqa: PLW0108 - the switch may be turned meanwhile
        reraise=True,
    )
    answer: T = attempts(_translated, operation, *args, **kwargs)
    return answer


def _translated(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    if time.monotonic() > _deadline.get():
        raise ServiceUnavailable("no time was left to ask")
    try:
        return operation(*args, **kwargs)
    except ClientError as error:
        raise _meaning(error) from error
    except _BROKEN as error:
        raise ServiceUnavailable(f"{type(error).__name__}: {error}") from error


def _meaning(error: ClientError) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLED or any(word in code for word in _THROTTLED_WORDS) or status == 429:  # noqa: PLR2004 - HTTP's "too many requests"
        return Throttled(str(error))
    if code in _GONE:
        return ObjectGone(str(error))
    if code in _PASSING or status >= 500:  # noqa: PLR2004 - HTTP's server errors
        return ServiceUnavailable(str(error))
    return error
