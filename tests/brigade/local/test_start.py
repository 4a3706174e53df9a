"""The local cloud's start: on which port, and what is said where it fails."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brigade.__main__ import main
from brigade.local import local_cloud
from brigade.local.process_start import process_start_time
from brigade.terminal import OperatorError
from tests.support import pictures

journey = pytest.mark.journey


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that some other program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@journey
def test_takes_another_port_where_the_usual_one_is_taken(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_cloud, "DEFAULT_PORT", taken)
    cloud = local_cloud.start()
    try:
        assert cloud.port != taken
    finally:
        cloud.stop()


@journey
def test_takes_another_port_where_somebody_was_quicker_on_the_usual_one(
    taken: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
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


def test_on_a_port_that_is_taken_is_refused(taken: int) -> None:
    with pytest.raises(OperatorError, match=f"port {taken} on 127.0.0.1 is taken .* choose another with --port"):
        local_cloud.start(taken)


def test_that_is_not_installed_says_what_installs_it(
    state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
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


def test_that_fails_says_why_and_where_the_log_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
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
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
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
