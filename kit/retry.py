"""AWS requests with retries; their failures become errors of kit.errors."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import tenacity
from botocore import exceptions as botocore_errors
from botocore.exceptions import ClientError

from kit import backoff
from kit.deadline import seconds_left
from kit.errors import ObjectGone, OutOfTime, Retryable, ServiceUnavailable, Throttled, aws_code

P = ParamSpec("P")
T = TypeVar("T")

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and each service's common errors
_THROTTLED = {"SlowDown", "RequestLimitExceeded", "TooManyRequestsException", "TransactionInProgressException"} | {
    "TooManyInvalidationsInProgress"  # CloudFront's
}
_THROTTLED_WORDS = ("Throttl", "ThroughputExceeded")
_GONE = {"NoSuchKey", "NoSuchVersion", "PreconditionFailed"}
_PASSING = {"RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure"}

_BROKEN = (
    botocore_errors.HTTPClientError,
    botocore_errors.ConnectionError,
    botocore_errors.IncompleteReadError,
    botocore_errors.ResponseStreamingError,
)


def call(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Send one AWS request; retry passing failures as kit.backoff's policy allows.

    Raises Retryable after the last retry, OutOfTime after the deadline (kit.deadline), ObjectGone for a missing object,
    else botocore's ClientError.
    """
    policy = backoff.policy()
    end = policy.now() + min(policy.budget_s, seconds_left())

    def attempt() -> T:
        if seconds_left() < 0:
            raise OutOfTime("no time was left to ask")
        return _translated(operation, *args, **kwargs)

    def is_last(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= policy.attempts or policy.now() + state.upcoming_sleep > end

    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Retryable),
        stop=is_last,
        wait=lambda state: policy.backoff.delay(state.attempt_number),
        sleep=policy.sleep,
        reraise=True,
    )
    return attempts(attempt)


def _translated(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return operation(*args, **kwargs)
    except ClientError as error:
        raise _meaning(error) from error
    except _BROKEN as error:
        raise ServiceUnavailable(f"{type(error).__name__}: {error}") from error


def _meaning(error: ClientError) -> Exception:
    code = aws_code(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLED or any(word in code for word in _THROTTLED_WORDS) or status == 429:  # noqa: PLR2004 - HTTP's "too many requests"
        return Throttled(str(error))
    if code in _GONE:
        return ObjectGone(str(error))
    if code in _PASSING or status >= 500:  # noqa: PLR2004 - HTTP's server errors
        return ServiceUnavailable(str(error))
    return error
