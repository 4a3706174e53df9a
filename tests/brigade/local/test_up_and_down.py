"""`brigade up` and `down`, as they are typed."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from brigade.__main__ import main
from brigade.local import local_cloud, local_record
from brigade.local.cloud_process import LocalCloud
from brigade.target import local_target
from tests.support.waiting import wait_for

Brigade = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("cloudless")]


@pytest.fixture
def cloudless(state: Path) -> Iterator[None]:
    """Whatever the test leaves running and recorded is stopped."""
    yield
    for path in (state / "brigade" / "local-clouds").glob("*.json"):
        LocalCloud(**json.loads(path.read_text())).stop()


@pytest.fixture
def brigade(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Brigade:
    """Give a command as the operator does; `up` in a process of its own, which the cloud outlives."""

    def give(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        if arguments[0] == "up":
            command = [sys.executable, "-m", "brigade", *arguments]
            return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)
        capsys.readouterr()
        with monkeypatch.context() as here, patch.dict(os.environ):  # commands lead their process to the cloud
            here.chdir(cwd or Path.cwd())
            return subprocess.CompletedProcess(arguments, main(list(arguments)), *capsys.readouterr())

    return give


@contextmanager
def in_the_foreground() -> Iterator[subprocess.Popen[str]]:
    """Have `brigade up` as long as the block runs; a test that fails in it must not wait for the command's end."""
    command = [sys.executable, "-m", "brigade", "up", "--port", str(local_cloud.free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_two_checkouts_have_two_clouds_and_neither_meets_the_other(
    brigade: Brigade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "one", tmp_path / "one" / "worktrees" / "other"
    for each in (one / ".git", one / "pictures", other / ".git", other / "pictures"):
        each.mkdir(parents=True)
    ports = {}
    for each in (one, other):
        assert f"the local cloud of {each} on 127.0.0.1:" in brigade("up", "--detach", cwd=each).stderr
        said = brigade("outputs", cwd=each / "pictures")
        [ports[each]] = re.findall(r"no stack named brigade on local cloud on 127.0.0.1:(\d+) ", said.stderr)
    assert ports[one] != ports[other]
    assert f"the local cloud of {one} on 127.0.0.1:{ports[one]} is stopped" in brigade("down", cwd=one).stderr
    assert f"127.0.0.1:{ports[other]} " in brigade("outputs", cwd=other).stderr
    assert "no AWS credentials" in brigade("outputs", cwd=one).stderr
    assert "no local cloud is running here" in brigade("down", cwd=one).stderr
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{ports[other]}")  # what `up` prints leads everywhere
    assert f"of {other} on 127.0.0.1:{ports[other]} is stopped" in brigade("down", cwd=one).stderr


def test_one_with_a_name_is_used_from_everywhere_where_the_name_is_set(
    brigade: Brigade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    up = brigade("up", "--detach", "--name", "my demo", cwd=tmp_path)
    assert up.stdout.endswith("export BRIGADE_CLOUD='my demo'\n")
    assert "with BRIGADE_CLOUD='my demo', `brigade deploy` is next; `brigade down` stops it" in up.stderr
    assert "no AWS credentials" in brigade("outputs", cwd=tmp_path).stderr
    monkeypatch.setenv("BRIGADE_CLOUD", "my demo")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "no stack named brigade on local cloud on " in brigade("outputs").stderr
    assert "the local cloud of my demo on " in brigade("down").stderr
    gone = brigade("outputs").stderr
    assert gone == "error: no local cloud is named my demo — `brigade up` starts a new one\n"


def test_as_a_new_user_types_them(brigade: Brigade) -> None:
    first = brigade("up", "--detach")
    cloud = local_record.recorded()
    assert cloud
    assert first.returncode == 0
    assert first.stdout == "".join(f"export {n}={v}\n" for n, v in local_target(cloud.endpoint).variables().items())
    again = brigade("up")
    assert again.returncode == 0
    assert again.stdout == first.stdout
    assert f"{cloud.address} is already running; `brigade down` stops it, `brigade up --name NAME`" in again.stderr
    down = brigade("down")
    assert down.returncode == 0
    assert f"{cloud.address} is stopped" in down.stderr
    assert not cloud.answers()
    down = brigade("down")
    assert down.returncode == 0
    assert "no local cloud is running" in down.stderr


def test_up_on_another_port_than_the_one_that_runs_is_refused(brigade: Brigade) -> None:
    assert brigade("up", "--detach").returncode == 0
    refused = brigade("up", "--port", str(local_cloud.free_port()))
    assert refused.returncode == 1
    assert "`brigade down` stops it" in refused.stderr
    assert not refused.stdout


def test_one_that_died_is_an_error_for_commands_and_no_obstacle_for_the_next_up(brigade: Brigade) -> None:
    assert brigade("up", "--detach").returncode == 0
    cloud = local_record.recorded()
    assert cloud
    os.killpg(cloud.pid, signal.SIGKILL)
    wait_for(lambda: not cloud.alive())
    refused = brigade("outputs")
    assert refused.returncode == 1
    assert f"{cloud.title} is gone" in refused.stderr
    assert brigade("up", "--detach").returncode == 0
    assert local_record.recorded() != cloud
    assert not Path(cloud.folder).exists()


def test_one_that_hangs_is_an_error_for_up_and_stopped_by_down(
    brigade: Brigade, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert brigade("up", "--detach").returncode == 0
    monkeypatch.setattr(LocalCloud, "answers", lambda *_: False)
    assert main(["up", "--detach"]) == 1
    assert "runs but does not answer — `brigade down` stops it" in capsys.readouterr().err
    assert main(["down"]) == 0
    assert local_record.recorded() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_in_the_foreground_it_ends_with_the_command(number: signal.Signals) -> None:
    with in_the_foreground() as command:
        cloud = wait_for(local_record.recorded)
        assert command.stdout
        assert command.stdout.readline() == "export AWS_REGION=us-east-1\n"
        wait_for(cloud.answers)
        command.send_signal(number)
        assert command.wait(30) == 0
    assert not cloud.alive()
    assert local_record.recorded() is None


def test_in_the_foreground_down_elsewhere_ends_it() -> None:
    with in_the_foreground() as command:
        wait_for(local_record.recorded)
        assert main(["down"]) == 0
        assert command.wait(30) == 0


def test_in_the_foreground_a_crash_is_an_error() -> None:
    with in_the_foreground() as command:
        cloud = wait_for(local_record.recorded)
        assert command.stdout
        command.stdout.readline()
        os.killpg(cloud.pid, signal.SIGKILL)
        assert command.wait(30) == 1
        assert command.stderr
        assert "error: the local cloud ended by itself: " in command.stderr.read()
    assert local_record.recorded() is None
