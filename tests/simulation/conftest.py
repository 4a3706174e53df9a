"""What every simulation has."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def silence(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Let the actors log nothing: thousands of them are at work."""
    with caplog.at_level(logging.CRITICAL, logger="brigade"):
        yield
