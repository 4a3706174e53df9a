"""What every test may ask for."""

import os
from collections.abc import Iterator
from functools import cache, partial
from typing import Any, Final

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import settings
from moto import mock_aws
from xdist.scheduler import LoadScopeScheduling

from kit import aws, retry

REGION: Final = "eu-west-1"
PACKAGES = "tests/packages/"

# New examples at every run on a desk, the same ones in CI: a red run there must be the change's own fault.
settings.register_profile(
    "brigade", deadline=None, max_examples=60, database=None, derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("brigade")


class _Workers(LoadScopeScheduling):  # type: ignore[misc]
    """Tests of packages go to one worker, which makes the packages once; all others wherever there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return PACKAGES if nodeid.startswith(PACKAGES) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return _Workers(config, log)


@pytest.fixture(autouse=True, scope="session")
def descriptions_read_once() -> Iterator[None]:
    """Each test's session would parse botocore's descriptions of AWS's services again, for most of a test's time."""
    read = cache(partial(JSONFileLoader.load_file, JSONFileLoader()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
        yield


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """AWS in this process (moto). The credentials are dummies: the real AWS cannot be reached by mistake."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, REGION)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    aws.forget()
    with mock_aws():
        yield
    aws.forget()


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Retries without the time between them."""
    with retry.no_waiting():
        yield
