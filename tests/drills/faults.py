"""What AWS does to requests on a bad day, as rules for the proxy."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from threading import Lock

from tests.support.proxy import Answer, Forward, Request, Rule

# Longer than the actors wait for an answer (kit.aws.CONFIG), seconds.
HANGS_S = 12
# What each service says when it wants fewer requests:
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
THROTTLED = {
    "s3": (503, "SlowDown"),
    "sns": (400, "Throttling"),
    "sqs": (403, "RequestThrottled"),
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
}


def refusal(service: str, status: int, code: str) -> Answer:
    """Return an error as that service words it."""
    said = "this is a drill"
    if service in {"sqs", "dynamodb"}:
        body = json.dumps({"__type": f"com.amazonaws#{code}", "message": said})
        return Answer(status, [("Content-Type", "application/x-amz-json-1.0")], body.encode())
    error = f"<Error><Code>{code}</Code><Message>{said}</Message></Error>"
    body = f"<ErrorResponse>{error}</ErrorResponse>" if service == "sns" else error
    return Answer(status, [("Content-Type", "application/xml")], body.encode())


class BadDay:
    """A rule: a share of all requests meets trouble of one kind or another; ``met`` counts them.

    An answer may be lost after the request was done: then it is repeated, and must do no harm twice. Few only hang,
    because each costs its sender ten seconds.
    """

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._random = random.Random(seed)  # noqa: S311 - a drill, not a secret
        self._lock = Lock()
        self.met: Counter[tuple[str, str]] = Counter()

    def __call__(self, request: Request, forward: Forward) -> Answer | None:
        with self._lock:
            if self._random.random() >= self._share:
                kind = None
            else:
                [kind] = self._random.choices(list(_KINDS), [weight for weight, _ in _KINDS.values()])
                self.met[request.service, kind] += 1
        return _KINDS[kind][1](request, forward) if kind else forward()


def _internal_error(request: Request, _: Forward) -> Answer | None:
    return refusal(request.service, 500, "InternalError")


def _unavailable(request: Request, _: Forward) -> Answer | None:
    return refusal(request.service, 503, "ServiceUnavailable")


def _throttled(request: Request, _: Forward) -> Answer | None:
    return refusal(request.service, *THROTTLED[request.service])


def _broken(_: Request, __: Forward) -> Answer | None:
    return None


def _lost(_: Request, forward: Forward) -> Answer | None:
    forward()
    return None


def _hangs(_: Request, __: Forward) -> Answer | None:
    time.sleep(HANGS_S)
    return None


# The kinds of trouble, each with its weight.
_KINDS: dict[str, tuple[int, Rule]] = {
    "internal error": (10, _internal_error),
    "unavailable": (10, _unavailable),
    "throttled": (10, _throttled),
    "connection broken": (4, _broken),
    "answer lost": (5, _lost),
    "hangs": (1, _hangs),
}


class FirstOfEach:
    """A rule: of each thing, the first so many requests meet ``trouble``. ``thing`` names it; empty: all pass."""

    def __init__(self, count: int, thing: Callable[[Request], str], trouble: Rule) -> None:
        self._count = count
        self._thing = thing
        self._trouble = trouble
        self._lock = Lock()
        self.met: Counter[str] = Counter()

    def __call__(self, request: Request, forward: Forward) -> Answer | None:
        thing = self._thing(request)
        with self._lock:
            hit = bool(thing) and self.met[thing] < self._count
            self.met[thing] += hit
        return self._trouble(request, forward) if hit else forward()
