"""Asked to end, by whatever signal and however impatiently, a command leaves nothing behind."""

import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from brigade import signals
from brigade.signals import _Interrupts, end_like_ctrl_c, held
from tests.support import pictures
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder for temporary files, which must be empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def at_work_in(folder: Path) -> list[int]:
    """Return the processes whose temporary files are to lie below this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={folder}".encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def clouds_in(folder: Path) -> list[int]:
    return [pid for pid in at_work_in(folder) if b"ministack" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def demo(temporary: Path) -> subprocess.Popen[str]:
    """Start the demo in a process of its own, in a group of its own as a shell does it."""
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    photos = temporary.parent / "photos"
    photos.mkdir()
    (photos / "one.jpg").write_bytes(pictures.jpeg())
    command = [*(sys.executable, "-m", "brigade", "demo"), *("--photos", "photos", "--out", "demo")]
    return subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=temporary.parent
    )


@pytest.mark.journey
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see who is left")
class TestTheDemo:
    def test_ends_with_130_and_leaves_neither_process_nor_folder(self, temporary: Path) -> None:
        with demo(temporary) as command:
            assert command.stderr
            wait_for(lambda: "uploading" in (command.stderr.readline() if command.stderr else ""))
            command.send_signal(signal.SIGTERM)
            command.stderr.close()
            assert command.wait(60) == 130
        assert not at_work_in(temporary)
        assert not os.listdir(temporary)

    def test_leaves_nothing_when_it_is_stopped_again_and_again_while_its_cloud_starts(self, temporary: Path) -> None:
        with demo(temporary) as command:
            wait_for(lambda: clouds_in(temporary))
            while command.poll() is None:
                command.send_signal(signal.SIGTERM)
        assert command.returncode in {130, -signal.SIGTERM}  # the last ones meet an interpreter that is done
        assert not at_work_in(temporary)
        assert not os.listdir(temporary)


class TestHolding:
    @pytest.fixture(autouse=True)
    def ends_like_ctrl_c(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        monkeypatch.setattr(_Interrupts, "last", -math.inf)
        end_like_ctrl_c()
        yield
        for number, handler in before.items():
            signal.signal(number, handler)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_each_signal_ends_the_work_as_ctrl_c_does(self, number: signal.Signals) -> None:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)

    def test_a_signal_waits_until_the_work_is_done(self) -> None:
        done = []

        def work() -> None:
            with held():
                with held():
                    signal.raise_signal(signal.SIGTERM)
                signal.raise_signal(signal.SIGINT)
                done.append("all of it")

        with pytest.raises(KeyboardInterrupt):
            work()
        assert done

    def test_without_a_signal_nothing_is_raised(self) -> None:
        with held():
            pass

    def test_two_signals_at_once_are_one_wish(self) -> None:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)  # comes while the first one's clearing up goes on

    def test_a_later_one_is_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signals, "_DEBOUNCE_S", -1)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGHUP)

    def test_beside_the_main_thread_handlers_are_left_alone(self) -> None:
        thread = Thread(target=end_like_ctrl_c)
        thread.start()
        thread.join()


def test_a_command_under_nohup_is_not_ended_by_the_terminal() -> None:
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); from brigade.__main__ import main;"
        "main(['--version']); signal.raise_signal(signal.SIGHUP); print('still here')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("still here\n")
