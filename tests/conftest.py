"""What every test may ask for."""

import gc
import os
import sys
from collections.abc import Iterator
from typing import Any, Final

import boto3
import pytest
from hypothesis import settings
from moto import mock_aws
from xdist.scheduler import LoadScopeScheduling

from kit import aws
from kit.backoff import under
from tests.support import moto
from tests.support.deploying import deploy_quickly
from tests.support.moto import NO_WAITING, go_to_moto
from tests.support.quick import work_out_once

# What costs much to set up, and is set up once a process: packages, deployed stacks, samples, a catalog, the docs.
SHARING: Final = (
    "tests/packages/",
    "tests/journeys/",
    "tests/security/",
    "tests/brigade/demo/",
    "tests/browser/",
    "tests/brigade/test_search_command.py",
    "tests/house/",
)

# moto and the descriptions of AWS's services make millions of objects that stay: looking through them for garbage as
# often as Python does by default is a seventh of the time of tests on moto.
gc.set_threshold(100_000, 20, 50)

# Our modules and the rewritten tests are compiled once, and not in every process.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# New examples at every run on a desk, the same ones in CI: a red run there must be the change's own fault.
settings.register_profile(
    "brigade", deadline=None, max_examples=25, database=None, derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("brigade")


class _Workers(LoadScopeScheduling):  # type: ignore[misc]
    """Tests that share what costs much to set up go to one worker; all others wherever there is room.

    The cases of one test stay together: the scheduler looks through all that it has given away at every report.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in SHARING if nodeid.startswith(folder)), nodeid.partition("[")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return _Workers(config, log)


def pytest_collection_finish() -> None:
    gc.freeze()  # what was imported stays, and need not be looked through at all


@pytest.fixture(autouse=True, scope="session")
def worked_out_once() -> Iterator[None]:
    """botocore, moto and deployments keep what they work out."""
    with pytest.MonkeyPatch.context() as patch:
        work_out_once(patch)
        deploy_quickly(patch)
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
    moto.bucket("source")
    client.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Retries without the time between them."""
    with under(NO_WAITING):
        yield
