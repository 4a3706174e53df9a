"""The local cloud's process: where it listens, what it knows of the operator, how it ends."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brigade.__main__ import main
from brigade.console import OperatorError
from brigade.local import cloud_process, local_cloud, local_record
from brigade.local.cloud_process import LocalCloud
from brigade.local.process_start import process_start_time, start_time_by_ps
from brigade.target import local_target
from tests.support import pictures
from tests.support.waiting import wait_for

journey = pytest.mark.journey


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that some other program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def cloudless(state: Path) -> Iterator[None]:
    """Whatever the test leaves running and recorded is stopped."""
    yield
    for path in (state / "brigade" / "local-clouds").glob("*.json"):
        LocalCloud(**json.loads(path.read_text())).stop()


class TestItsProcess:
    @journey
    def test_answers_on_loopback_and_nowhere_else(self, local: LocalCloud) -> None:
        assert local.answers()
        listening = subprocess.run(
            [sys.executable, "-c", _LISTENERS, str(local.pid)], capture_output=True, text=True, check=True
        )
        if Path("/proc/net/tcp").exists():
            addresses = json.loads(listening.stdout)
            assert f"0100007F:{local.port:04X}" in addresses
            assert len(addresses) == 2  # the other one is the segment collector's
            assert all(each.startswith("0100007F:") for each in addresses)

    @journey
    def test_hides_the_operators_settings_from_functions_but_gives_them_the_libraries(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, state: Path
    ) -> None:
        (tmp_path / "credentials").write_text("[default]\naws_access_key_id = real\naws_secret_access_key = real\n")
        with monkeypatch.context() as operators:
            for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "HTTPS_PROXY", "S3_PERSIST"):
                operators.setenv(name, "the operator's")
            cloud = local_cloud.start(local_cloud.free_port())
        try:
            seen = _invoke(cloud, "import os, PIL, msgspec, boto3\ndef handle(e, c): return dict(os.environ)\n")
        finally:
            cloud.stop()
        assert "the operator's" not in seen.values()
        assert seen["AWS_ENDPOINT_URL"] == cloud.endpoint
        assert seen["AWS_ACCESS_KEY_ID"] != "real"
        assert seen["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull

    @journey
    def test_collects_what_its_functions_tell_of_traces(self) -> None:
        with local_cloud.running() as cloud, local_cloud.running() as other:
            addresses = {_invoke(each, _TELL) for each in (cloud, other)}
            wait_for(cloud.segments.exists)
            wait_for(other.segments.exists)
            assert json.loads(cloud.segments.read_text()) == {"id": "1", "trace_id": "2"}
        assert len(addresses) == 2

    @journey
    def test_takes_its_functions_and_its_files_with_it(self) -> None:
        with local_cloud.running() as cloud:
            function = _invoke(cloud, "import os\ndef handle(e, c): return os.getpid()\n")
            assert Path(f"/proc/{function}").exists() or not Path("/proc").exists()
        assert not cloud.alive()
        assert not cloud.answers()
        wait_for(lambda: process_start_time(function) is None)
        assert not Path(cloud.folder).exists()

    @journey
    def test_is_stopped_even_when_it_does_not_listen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cloud_process, "GRACE_S", 0.1)
        with local_cloud.running() as cloud:
            os.kill(cloud.pid, signal.SIGSTOP)
        assert not cloud.alive()

    def test_is_not_confused_with_a_later_process_of_the_same_number(self) -> None:
        later = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
        with later:
            long_gone = LocalCloud(later.pid, "12", 4566, "x", "/nowhere")
            assert not long_gone.alive()
            long_gone.stop()
            assert later.poll() is None
            assert later.stdin
            later.stdin.write(b"\n")

    @pytest.mark.skipif(not Path("/bin/ps").exists(), reason="this machine has no ps")
    def test_is_recognised_by_ps_where_there_is_no_proc(self) -> None:
        assert start_time_by_ps(os.getpid()) == start_time_by_ps(os.getpid())
        assert start_time_by_ps(os.getpid())
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        assert start_time_by_ps(ended.pid) is None


class TestStarting:
    @journey
    def test_takes_another_port_where_the_usual_one_is_taken(self, taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(local_cloud, "DEFAULT_PORT", taken)
        cloud = local_cloud.start()
        try:
            assert cloud.port != taken
        finally:
            cloud.stop()

    @journey
    def test_takes_another_port_where_somebody_was_quicker_on_the_usual_one(
        self, taken: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        monkeypatch.setattr(local_cloud, "DEFAULT_PORT", taken)
        really = local_cloud._is_free
        # Free when it is looked at, before and after, and taken in between.
        monkeypatch.setattr(local_cloud, "_is_free", lambda port: port == taken or really(port))
        cloud = local_cloud.start()
        try:
            assert cloud.port != taken
        finally:
            cloud.stop()
        assert not os.listdir(tmp_path)

    def test_on_a_port_that_is_taken_is_refused(self, taken: int) -> None:
        with pytest.raises(OperatorError, match=f"port {taken} on 127.0.0.1 is taken .* choose another with --port"):
            local_cloud.start(taken)

    def test_that_is_not_installed_says_what_installs_it(
        self, state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(sys.modules, "ministack", None)
        photo = tmp_path / "photos" / "one.jpg"
        photo.parent.mkdir()
        photo.write_bytes(pictures.jpeg())
        photos, out = str(photo.parent), str(tmp_path / "demo")
        for command in (["up", "--detach"], ["demo", "--photos", photos, "--out", out]):
            assert main(command) == 1
            said = capsys.readouterr().err
            assert said.count("error: the local cloud is not installed") == 1
            assert "pip install '.[local]'" in said

    def test_that_fails_says_why_and_where_the_log_is(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        broken = tmp_path / "python"
        broken.write_text("#!/bin/sh\necho one; echo two; echo no memory >&2; exit 1\n")
        broken.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(broken))
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with pytest.raises(OperatorError, match="stopped at once: one / two / no memory — the whole log is ") as error:
            local_cloud.start(local_cloud.free_port())
        log = Path(error.value.hint.rpartition(" ")[2])
        assert log.read_text() == "one\ntwo\nno memory\n"
        assert os.listdir(log.parent) == ["log"]

    def test_that_takes_too_long_is_given_up_and_leaves_nothing_running(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        deaf = tmp_path / "python"
        deaf.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
        deaf.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(deaf))
        monkeypatch.setattr(local_cloud, "START_S", 0.5)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with pytest.raises(OperatorError, match=r"did not answer within 0.5 s: its log is empty"):
            local_cloud.start(local_cloud.free_port())
        assert process_start_time(int((tmp_path / "pid").read_text())) is None


@pytest.mark.usefixtures("state")
class TestItsRecord:
    @pytest.fixture
    def one(self) -> LocalCloud:
        return LocalCloud(1, "12", 4566, "one", "/nowhere", str(Path.cwd()))

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A checkout, with a folder and another checkout in it; commands are given in its root."""
        for each in (".git", "pictures/2026", "worktrees/other/.git"):
            (tmp_path / "checkout" / each).mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "checkout")
        return Path.cwd()

    def test_is_what_was_recorded(self, one: LocalCloud) -> None:
        local_record.record(one)
        assert local_record.recorded() == one

    def test_of_two_that_start_at_once_only_one_is_kept(self, one: LocalCloud) -> None:
        local_record.record(one)
        with pytest.raises(OperatorError, match="another local cloud was started"):
            local_record.record(replace(one, identity="two"))
        assert local_record.recorded() == one

    def test_is_dropped_by_its_own_cloud_only(self, one: LocalCloud) -> None:
        local_record.record(one)
        local_record.forget(replace(one, identity="two"))
        assert local_record.recorded() == one
        local_record.forget(one)
        assert local_record.recorded() is None

    @pytest.mark.parametrize(
        ("given_in", "is_found"), [("pictures/2026", True), ("worktrees/other", False), ("..", False)]
    )
    def test_is_found_from_its_folder_and_those_below_in_the_same_checkout(
        self, folder: Path, given_in: str, is_found: bool, one: LocalCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        local_record.record(one)
        monkeypatch.chdir(given_in)
        assert local_record.recorded() == (one if is_found else None)

    def test_of_the_nearest_folder_is_found_first(
        self, folder: Path, one: LocalCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        near = replace(one, identity="near", owner=str(folder / "pictures"))
        local_record.record(one)
        local_record.record(near)
        monkeypatch.chdir("pictures/2026")
        assert local_record.recorded() == near

    def test_leaves_nothing_in_the_folder(self, folder: Path, one: LocalCloud) -> None:
        local_record.record(one)
        assert {each.name for each in folder.iterdir()} == {".git", "pictures", "worktrees"}

    def test_by_name_is_found_from_everywhere_and_nothing_else_is(
        self, folder: Path, one: LocalCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        named = replace(one, identity="named", owner="demo")
        local_record.record(one)
        local_record.record(named)
        assert local_record.recorded() == one
        monkeypatch.setenv("BRIGADE_CLOUD", "demo")
        monkeypatch.chdir("/")
        assert local_record.recorded() == named
        monkeypatch.setenv("BRIGADE_CLOUD", "other")
        monkeypatch.chdir(folder)
        assert local_record.recorded() is None

    def test_by_endpoint_is_that_of_the_one_that_lives(self, one: LocalCloud) -> None:
        living = replace(
            one, pid=os.getpid(), born=process_start_time(os.getpid()) or "", identity="living", owner="/later"
        )
        for each in (living, one, replace(one, identity="dead", owner="/earlier")):
            local_record.record(each)
        assert local_record.at(one.endpoint) == living
        assert local_record.at("http://127.0.0.1:1") is None


@journey
@pytest.mark.usefixtures("cloudless")
class TestUpAndDown:
    def test_two_checkouts_have_two_clouds_and_neither_meets_the_other(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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

    def test_as_a_new_user_types_them(self) -> None:
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

    def test_up_on_another_port_than_the_one_that_runs_is_refused(self) -> None:
        assert brigade("up", "--detach").returncode == 0
        refused = brigade("up", "--port", str(local_cloud.free_port()))
        assert refused.returncode == 1
        assert "`brigade down` stops it" in refused.stderr
        assert not refused.stdout

    def test_one_that_died_is_an_error_for_commands_and_no_obstacle_for_the_next_up(self) -> None:
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
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert brigade("up", "--detach").returncode == 0
        monkeypatch.setattr(LocalCloud, "answers", lambda *_: False)
        assert main(["up", "--detach"]) == 1
        assert "runs but does not answer — `brigade down` stops it" in capsys.readouterr().err
        assert main(["down"]) == 0
        assert local_record.recorded() is None

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_in_the_foreground_it_ends_with_the_command(self, number: signal.Signals) -> None:
        with _foreground() as command:
            cloud = wait_for(local_record.recorded)
            assert command.stdout
            assert command.stdout.readline() == "export AWS_REGION=us-east-1\n"
            wait_for(cloud.answers)
            command.send_signal(number)
            assert command.wait(30) == 0
        assert not cloud.alive()
        assert local_record.recorded() is None

    def test_in_the_foreground_down_elsewhere_ends_it(self) -> None:
        with _foreground() as command:
            wait_for(local_record.recorded)
            assert main(["down"]) == 0
            assert command.wait(30) == 0

    def test_in_the_foreground_a_crash_is_an_error(self) -> None:
        with _foreground() as command:
            cloud = wait_for(local_record.recorded)
            assert command.stdout
            command.stdout.readline()
            os.killpg(cloud.pid, signal.SIGKILL)
            assert command.wait(30) == 1
            assert command.stderr
            assert "error: the local cloud ended by itself: " in command.stderr.read()
        assert local_record.recorded() is None


_TELL = r"""
import os, socket
def handle(event, context):
    address = os.environ["AWS_XRAY_DAEMON_ADDRESS"]
    host, port = address.split(":")
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendto(b'{"format": "json", "version": 1}\n{"id": "1", "trace_id": "2"}', (host, int(port)))
    return address
"""

# Prints every address that a process listens on, as /proc writes them.
_LISTENERS = """
import json, os, sys
sockets = set()
for fd in os.scandir(f"/proc/{sys.argv[1]}/fd"):
    try:
        sockets.add(os.readlink(fd.path).removeprefix("socket:[").rstrip("]"))
    except OSError:
        pass
lines = [line.split() for name in ("tcp", "tcp6", "udp", "udp6") for line in open(f"/proc/net/{name}").readlines()[1:]]
print(json.dumps([line[1] for line in lines if line[9] in sockets and line[3] in ("0A", "07")]))
"""


def brigade(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command as the operator does, in a process of its own."""
    command = [sys.executable, "-m", "brigade", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


def _foreground() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "brigade", "up", "--port", str(local_cloud.free_port())]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _invoke(cloud: LocalCloud, source: str) -> Any:
    """Run a function in the cloud and return its answer."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("probe.py", source)
    functions = local_target(cloud.endpoint).client("lambda")
    functions.create_function(
        FunctionName="probe",
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/probe",
        Handler="probe.handle",
        Code={"ZipFile": code.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="probe")
    answer = functions.invoke(FunctionName="probe")
    payload = answer["Payload"].read()
    assert "FunctionError" not in answer, payload
    return json.loads(payload)
