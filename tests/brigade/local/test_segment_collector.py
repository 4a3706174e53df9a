"""The local cloud's X-Ray daemon: what it writes down, and what it does not mind."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brigade.local import segment_collector
from brigade.local.segment_collector import append, collect, listen, old, segment
from tests.support.waiting import wait_for

HEADER = b'{"format": "json", "version": 1}\n'
DOCUMENT = {"id": "53995c3f42cd8ad8", "trace_id": "1-5759e988-bd862e3fe1be46a994272793", "name": "resize\n"}


def datagram(document: Any) -> bytes:
    return HEADER + json.dumps(document, indent=2).encode()


def test_a_segment_is_one_line_whatever_it_holds() -> None:
    line = segment(datagram(DOCUMENT))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == DOCUMENT


@pytest.mark.parametrize(
    "malformed",
    [
        b"",
        b"hello",
        HEADER,
        HEADER + b"{",
        HEADER + b"[]",
        HEADER + b'{"id": "1"}',
        HEADER + b"\xff",
        b'{"format": "xml", "version": 1}\n' + json.dumps(DOCUMENT).encode(),
        json.dumps(DOCUMENT).encode(),
        HEADER + b"[" * 60_000,
    ],
)
def test_what_is_no_segment_is_refused(malformed: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        segment(malformed)


@given(st.binary(max_size=200))
def test_no_datagram_does_worse_than_be_refused(noise: bytes) -> None:
    for each in (noise, HEADER + noise):
        with pytest.raises((ValueError, RecursionError)):
            segment(each)


def test_a_full_file_becomes_the_one_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_collector, "MOST_BYTES", 10)
    path = tmp_path / "segments.jsonl"
    for line in (b"first\n", b"2nd\n", b"third\n", b"4th\n", b"fifth\n"):
        append(path, line)
        assert path.stat().st_size <= 10
    assert (old(path).read_bytes(), path.read_bytes()) == (b"third\n4th\n", b"fifth\n")
    assert sorted(tmp_path.iterdir()) == sorted([path, old(path)])


Send = Callable[[bytes], None]


@pytest.fixture
def collecting(tmp_path: Path) -> Iterator[tuple[Path, Send]]:
    """A collector at work: where it writes, and how to send it something. It ends with the tests' process."""
    path, listening = tmp_path / "segments.jsonl", listen()
    Thread(target=collect, args=(listening, path), daemon=True).start()
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.connect(listening.getsockname())
        yield path, sender.sendall


def test_nothing_that_arrives_stops_it(collecting: tuple[Path, Send], capsys: pytest.CaptureFixture[str]) -> None:
    path, send = collecting
    for each in (b"hello", HEADER + b"[" * 60_000, b"", datagram(DOCUMENT)):
        send(each)
    wait_for(path.exists)
    assert json.loads(path.read_text()) == DOCUMENT
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert said[0].startswith("segment collector: JSONDecodeError: ")


def test_a_file_that_cannot_be_written_does_not_stop_it_either(
    collecting: tuple[Path, Send], capsys: pytest.CaptureFixture[str]
) -> None:
    path, send = collecting
    path.mkdir()
    send(datagram(DOCUMENT))
    said = wait_for(lambda: capsys.readouterr().err)
    assert said.startswith("segment collector: IsADirectoryError: ")
    path.rmdir()
    send(datagram(DOCUMENT))
    wait_for(path.is_file)


def test_each_listens_on_a_port_of_its_own_on_loopback() -> None:
    with listen() as one, listen() as other:
        assert one.getsockname()[0] == other.getsockname()[0] == "127.0.0.1"
        assert one.getsockname()[1] != other.getsockname()[1]


def test_it_needs_nothing_of_ours() -> None:
    """The cloud runs it where no checkout is to be found."""
    code = "import runpy, sys; runpy.run_path(sys.argv[1]); print({name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(segment_collector.__file__)],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )
    assert not {"'brigade'", "'kit'"} & set(done.stdout.strip("{}\n").split(", "))
