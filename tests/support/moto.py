"""AWS in this process: where it is said to be, and the variables that lead to it."""

from typing import Final

import pytest
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from kit.backoff import Backoff, Policy
from tests.support.quick import on_moto

REGION: Final = "eu-west-1"
ACCOUNT: Final = "123456789012"
# What a command says on moto before it changes anything.
ACTING: Final = f"acting on AWS account {ACCOUNT} in {REGION}"
NO_WAITING: Final = Policy(backoff=Backoff(first_s=0, longest_s=0))


def go_to_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables that lead to moto. The credentials are dummies: the real AWS cannot be reached by mistake."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, REGION)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("BRIGADE_ACCOUNT", ACCOUNT)  # commands may change it
    on_moto(monkeypatch)


def bucket(name: str) -> None:
    """Make a bucket; like a queue, at once and without a request."""
    s3_backends[ACCOUNT]["aws"].create_bucket(name, REGION)


def queue(name: str) -> str:
    """Make a queue; return its URL. A test's surroundings are a dozen of them, of which it looks at one or two."""
    sqs_backends[ACCOUNT][REGION].create_queue(name)
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"
