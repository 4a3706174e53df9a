"""What the command line's tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from brigade.local import local_cloud
from brigade.local.cloud_process import LocalCloud
from brigade.target import Target, local_target
from brigade.terminal import out
from kit import aws

WIDTH = 80


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of WIDTH columns, where results are printed."""
    monkeypatch.setattr(out, "width", WIDTH)
    monkeypatch.setattr(out, "_force_terminal", True)


@pytest.fixture(scope="session")
def local() -> Iterator[LocalCloud]:
    """A local cloud of the tests' own, for all of them."""
    with local_cloud.running() as cloud:
        yield cloud


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operator who has set nothing yet: no AWS variables, no recorded cloud, no credentials anywhere."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "BRIGADE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("NO_PROXY", "no_proxy"):  # set by Target.export; the test's end puts them back
        monkeypatch.setenv(name, "127.0.0.1")
    return tmp_path / "state"


@pytest.fixture
def here(local: LocalCloud, state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """The local cloud, chosen by the variables that `brigade up` prints."""
    target = local_target(local.endpoint)
    for name, value in target.variables().items():
        monkeypatch.setenv(name, value)
    aws.forget()
    yield target
    aws.forget()
