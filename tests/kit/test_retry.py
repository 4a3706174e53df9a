"""One request under the one retry policy."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore import exceptions as botocore_errors
from botocore.exceptions import ClientError

from kit.actor import RETRY_BUDGET_S
from kit.backoff import Backoff, Policy, under
from kit.deadline import within
from kit.errors import ObjectGone, OutOfTime, Rejected, ServiceUnavailable, Throttled
from kit.retry import call


def answer(code: str, status: int = 400) -> ClientError:
    """Return the error that botocore makes of an AWS error answer."""
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "GetObject",
    )


@dataclass
class Service:
    """Fails with one error after the other, then answers."""

    errors: list[Exception]
    asked: int = 0
    arguments: list[Any] = field(default_factory=list)

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        self.asked += 1
        self.arguments.append((args, kwargs))
        if self.errors:
            raise self.errors.pop(0)
        return "done"


THROTTLED: list[Exception] = [
    answer("Throttling"),
    answer("SlowDown", 503),
    answer("TooManyRequestsException"),
    answer("ProvisionedThroughputExceededException"),
    answer("RequestLimitExceeded"),
    answer("WhoKnows", 429),
]
BROKEN: list[Exception] = [
    answer("InternalError", 500),
    answer("ServiceUnavailable", 503),
    answer("", 502),
    answer("RequestTimeout", 400),
    botocore_errors.ReadTimeoutError(endpoint_url="u", error="e"),
    botocore_errors.ConnectTimeoutError(endpoint_url="u", error="e"),
    botocore_errors.EndpointConnectionError(endpoint_url="u", error="e"),
    botocore_errors.ConnectionClosedError(endpoint_url="u", error="e"),
    botocore_errors.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    botocore_errors.ResponseStreamingError(error="e"),
]


def named(error: Exception) -> str:
    return str(error)[:40] if isinstance(error, ClientError) else type(error).__name__


@pytest.mark.parametrize("error", THROTTLED + BROKEN, ids=named)
def test_a_passing_failure_is_tried_again(error: Exception, no_waiting: None) -> None:
    service = Service([error])
    assert call(service, 1, name="x") == "done"
    assert service.arguments == [((1,), {"name": "x"})] * 2


@pytest.mark.parametrize(
    ("errors", "meaning"), [(THROTTLED, Throttled), (BROKEN, ServiceUnavailable)], ids=["throttled", "broken"]
)
def test_a_failure_that_does_not_pass_says_what_kind_it_was(
    errors: list[Exception], meaning: type[Exception], no_waiting: None
) -> None:
    for error in errors:
        service = Service([error] * 100)
        with pytest.raises(meaning):
            call(service)
        assert service.asked == Policy().attempts


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchVersion", "PreconditionFailed"])
def test_a_missing_object_is_gone_and_not_asked_for_again(code: str) -> None:
    service = Service([answer(code, 404)])
    with pytest.raises(ObjectGone):
        call(service)
    assert service.asked == 1
    assert issubclass(ObjectGone, Rejected)


@pytest.mark.parametrize(
    "error",
    [answer("AccessDenied", 403), answer("ConditionalCheckFailedException"), answer("NoSuchBucket", 404)],
    ids=named,
)
def test_an_answer_that_means_no_is_handed_on_at_once(error: ClientError) -> None:
    service = Service([error])
    with pytest.raises(ClientError) as raised:
        call(service)
    assert raised.value is error
    assert service.asked == 1


def test_a_bug_is_not_tried_again_in_the_process() -> None:
    service = Service([KeyError("x")])
    with pytest.raises(KeyError):
        call(service)
    assert service.asked == 1


@dataclass
class Clock:
    """Time that passes while somebody sleeps, and not else."""

    seconds: float = 0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    with under(Policy(now=clock.now, sleep=clock.sleep, attempts=1_000)):
        yield clock


def test_the_waits_stay_within_the_budget(clock: Clock) -> None:
    with pytest.raises(Throttled):
        call(Service([answer("SlowDown", 503)] * 1_000))
    assert RETRY_BUDGET_S / 2 < sum(clock.waits) <= RETRY_BUDGET_S


def test_no_attempt_begins_after_the_functions_deadline(clock: Clock) -> None:
    service = Service([])
    with pytest.raises(OutOfTime, match="no time was left"), within(-1):
        call(service)
    assert (service.asked, clock.waits) == (0, [])


def test_a_deadline_before_the_budgets_end_ends_the_waits(clock: Clock) -> None:
    with pytest.raises(Throttled), within(1):
        call(Service([answer("SlowDown", 503)] * 1_000))
    assert sum(clock.waits) <= 1


def test_a_policy_ends_with_its_block() -> None:
    with under(Policy(attempts=1)), pytest.raises(Throttled):
        call(Service([answer("SlowDown", 503)]))
    with under(Policy(backoff=Backoff(first_s=0, longest_s=0))):
        assert call(Service([answer("SlowDown", 503)])) == "done"
