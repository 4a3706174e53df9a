"""AWS in this process: where it is said to be, and the variables that lead to it."""

from typing import Final

import pytest

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
