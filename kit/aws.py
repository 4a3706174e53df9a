"""The one session that all clients share, and clients made when they are first needed, never at import."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

# botocore's own retries are off: kit.retry is the one policy, so that retries do not multiply.
CONFIG = Config(
    retries={"total_max_attempts": 1},
    connect_timeout=3,
    read_timeout=10,
    max_pool_connections=16,
)


@cache
def session() -> boto3.Session:
    """Return the process's session."""
    return boto3.Session()


@cache
def client(service: str) -> Any:
    """Return the process's client for a service; the endpoint is AWS_ENDPOINT_URL where that is set."""
    return session().client(service, config=CONFIG)  # type: ignore[call-overload]


def forget() -> None:
    """Drop session and clients, so that the next call sees a changed environment (tests, the command line)."""
    client.cache_clear()
    session.cache_clear()
