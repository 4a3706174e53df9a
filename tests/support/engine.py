"""Where the journeys go: to a ministack of their own, or to the engine that `make integration ENGINE=…` names."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from brigade.deploy import deployment, kept
from brigade.deploy.stack import Stack
from brigade.pipeline import Pipeline
from brigade.target import ENDPOINT, Target, local_target

STACK = "journeys"
ENGINE = "BRIGADE_ENGINE"
BUILT_IN = "ministack"
# Where docker-compose.yml publishes LocalStack.
LOCALSTACK = "http://127.0.0.1:4566"


def chosen() -> Target | None:
    """Return the engine that was chosen, at AWS_ENDPOINT_URL or LocalStack's usual place; None: the built-in one.

    Raises pytest.UsageError where it is not on this machine, and where nothing listens.
    """
    if os.environ.get(ENGINE, BUILT_IN) == BUILT_IN:
        return None
    target = local_target(os.environ.get(ENDPOINT) or LOCALSTACK)
    if not target.is_local:
        raise pytest.UsageError(f"{target.endpoint} is not on this machine: journeys delete what they have made")
    parts = urlsplit(str(target.endpoint))
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=5).close()
    except OSError as error:
        raise pytest.UsageError(
            f"nothing listens at {target.endpoint}: `docker compose up --detach --wait` starts LocalStack"
        ) from error
    return target


@contextmanager
def deployed(target: Target, recipes: Path) -> Iterator[Pipeline]:
    """Have the journeys' stack on an engine that others use too; all of it is deleted in the end."""
    _clear(target)  # what a run that was killed has left
    try:
        yield Pipeline(deployment.deploy(target, STACK, recipes=recipes, version="test"))
    finally:
        _clear(target)


def _clear(target: Target) -> None:
    if stack := Stack.look(target, STACK):
        left = kept.by(stack)
        deployment.destroy(stack)
        kept.delete(target, left)
