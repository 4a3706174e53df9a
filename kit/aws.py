"""One botocore session, and clients made at first use, never at import.

Not boto3: its clients are botocore's, and importing it makes a cold start a seventh longer.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any


@contextmanager
def _uncollected() -> Iterator[None]:
    """Switch the garbage collector off: everything made in this block stays."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


with _uncollected():
    import botocore.session
    from botocore.config import Config
    from botocore.session import Session

    gc.freeze()  # never scan what is imported by now: that takes a tenth of a cold start

# botocore's own retries are off: kit.retry is the one policy, so that retries do not multiply.
CONFIG = Config(
    retries={"total_max_attempts": 1},
    connect_timeout=3,
    read_timeout=10,
    max_pool_connections=16,
)


@cache
def session() -> Session:
    """Return the process's session."""
    return botocore.session.get_session()


@cache
def _client(service: str) -> Any:
    """Return the process's client for a service; the endpoint is AWS_ENDPOINT_URL where that is set."""
    with _uncollected():
        return session().create_client(service, config=CONFIG)


def forget() -> None:
    """Drop session and clients, so that the next call sees a changed environment (tests, the command line)."""
    _client.cache_clear()
    session.cache_clear()


if TYPE_CHECKING:  # boto3's stubs know what each service's client can do
    import boto3

    client = boto3.Session().client
else:
    client = _client
