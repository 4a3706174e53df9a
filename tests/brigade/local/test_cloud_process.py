"""The local cloud's process: where it listens, what it knows of the operator, how it ends."""

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from brigade.local import cloud_process, local_cloud
from brigade.local.cloud_process import LocalCloud
from brigade.local.process_start import process_start_time, start_time_by_ps
from brigade.target import local_target
from tests.support.waiting import wait_for

journey = pytest.mark.journey


@journey
def test_answers_on_loopback_and_nowhere_else(local: LocalCloud) -> None:
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
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, state: Path
) -> None:
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = real\naws_secret_access_key = real\n")
    with monkeypatch.context() as operators:
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "HTTPS_PROXY", "S3_PERSIST"):
            operators.setenv(name, "the operator's")
        cloud = local_cloud.start(local_cloud.free_port())
    try:
        seen = invoke(cloud, "import os, PIL, msgspec, boto3\ndef handle(e, c): return dict(os.environ)\n")
    finally:
        cloud.stop()
    assert "the operator's" not in seen.values()
    assert seen["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert seen["AWS_ACCESS_KEY_ID"] != "real"
    assert seen["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


@journey
def test_collects_what_its_functions_tell_of_traces() -> None:
    with local_cloud.running() as cloud, local_cloud.running() as other:
        addresses = {invoke(each, _TELL) for each in (cloud, other)}
        wait_for(cloud.segments.exists)
        wait_for(other.segments.exists)
        assert json.loads(cloud.segments.read_text()) == {"id": "1", "trace_id": "2"}
    assert len(addresses) == 2


@journey
def test_takes_its_functions_and_its_files_with_it() -> None:
    with local_cloud.running() as cloud:
        function = invoke(cloud, "import os\ndef handle(e, c): return os.getpid()\n")
        assert Path(f"/proc/{function}").exists() or not Path("/proc").exists()
    assert not cloud.alive()
    assert not cloud.answers()
    wait_for(lambda: process_start_time(function) is None)
    assert not Path(cloud.folder).exists()


@journey
def test_is_stopped_even_when_it_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_process, "GRACE_S", 0.1)
    with local_cloud.running() as cloud:
        os.kill(cloud.pid, signal.SIGSTOP)
    assert not cloud.alive()


def test_is_not_confused_with_a_later_process_of_the_same_number() -> None:
    later = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    with later:
        long_gone = LocalCloud(later.pid, "12", 4566, "x", "/nowhere")
        assert not long_gone.alive()
        long_gone.stop()
        assert later.poll() is None
        assert later.stdin
        later.stdin.write(b"\n")


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="this machine has no ps")
def test_is_recognised_by_ps_where_there_is_no_proc() -> None:
    assert start_time_by_ps(os.getpid()) == start_time_by_ps(os.getpid())
    assert start_time_by_ps(os.getpid())
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert start_time_by_ps(ended.pid) is None


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


def invoke(cloud: LocalCloud, source: str) -> Any:
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
