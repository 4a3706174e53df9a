"""What every test may ask for."""

import gc
import os
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, Final

import boto3
import pytest
from botocore import hooks
from botocore.compat import accepts_kwargs
from botocore.hooks import EventAliaser
from botocore.loaders import JSONFileLoader, Loader
from hypothesis import settings
from moto import mock_aws
from xdist.scheduler import LoadScopeScheduling

from kit import aws
from kit.backoff import under
from tests.support.moto import NO_WAITING, REGION, go_to_moto

# What costs much to set up, and is set up once a process: packages, deployed stacks, samples, a catalog, the docs.
SHARING: Final = (
    "tests/packages/",
    "tests/journeys/",
    "tests/security/",
    "tests/brigade/demo/",
    "tests/brigade/test_search_command.py",
    "tests/house/",
)

# moto and the descriptions of AWS's services make millions of objects that stay: looking through them for garbage as
# often as Python does by default is a seventh of the time of tests on moto.
gc.set_threshold(100_000, 20, 50)

# What the tests start compiles our modules once, and not in every process.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# New examples at every run on a desk, the same ones in CI: a red run there must be the change's own fault.
settings.register_profile(
    "brigade", deadline=None, max_examples=60, database=None, derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("brigade")


class _Workers(LoadScopeScheduling):  # type: ignore[misc]
    """Tests that share what costs much to set up go to one worker; all others wherever there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in SHARING if nodeid.startswith(folder)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return _Workers(config, log)


def _shared(alias: Callable[[Any, str], str]) -> Callable[[Any, str], str]:
    found: dict[tuple[int, str], str] = {}

    def alias_once(aliaser: Any, name: str) -> str:
        key = id(aliaser._event_aliases), name  # a table that botocore keeps
        if key not in found:
            found[key] = alias(aliaser, name)
        return found[key]

    return alias_once


@pytest.fixture(autouse=True, scope="session")
def descriptions_read_once() -> Iterator[None]:
    """Each test's session would look for botocore's descriptions of AWS's services, and parse them, once more.

    That would be most of a test's time.
    """
    read = cache(partial(JSONFileLoader.load_file, JSONFileLoader()))
    find: Any = Loader.list_available_services
    found: dict[tuple[str, ...], list[str]] = {}

    def find_once(loader: Loader, type_name: str) -> list[str]:
        where = (*loader.search_paths, type_name)
        if where not in found:
            found[where] = find(loader, type_name)
        return found[where]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
        patch.setattr(Loader, "list_available_services", find_once)
        # Each client registers a hundred handlers; what they take and what their events are called stays the same.
        takes = cache(accepts_kwargs)
        patch.setattr(hooks, "accepts_kwargs", lambda handler: takes(getattr(handler, "__func__", handler)))
        aliaser: Any = EventAliaser
        patch.setattr(aliaser, "_alias_event_name", _shared(aliaser._alias_event_name))
        yield


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """AWS in this process (moto)."""
    go_to_moto(monkeypatch)
    aws.forget()
    with mock_aws():
        yield
    aws.forget()


@pytest.fixture
def s3(cloud: None) -> Any:
    """The source bucket on moto, with versions as the stack's has them."""
    client = boto3.client("s3")
    client.create_bucket(Bucket="source", CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Retries without the time between them."""
    with under(NO_WAITING):
        yield
