"""The processes below one, told apart by the function that each works for."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import processes

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are read from Linux's /proc")

# What a worker of the local cloud looks like: a script in a folder that is named after its function.
WORKER = "import subprocess; child = subprocess.Popen(['cat'], stdin=subprocess.PIPE); print(1, flush=True); input()"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, sys.argv[1]])"


def test_engine_worker_and_what_it_started(tmp_path: Path) -> None:
    script = tmp_path / "ministack-lambda-soak-resize-x1_y" / "_worker.py"
    script.parent.mkdir()
    script.write_text(WORKER)
    command = [sys.executable, "-c", PARENT, str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdout
        engine.stdout.readline()
        found = {each.function: each for each in processes.of(engine.pid)}
        engine.communicate("\n")
    assert list(found) == [processes.ENGINE, "soak-resize", "soak-resize: cat"]
    assert found[processes.ENGINE].pid == engine.pid
    assert all(each.resident_mb > 0.1 for each in found.values())
    assert found["soak-resize"].cpu_s > 0
    assert processes.of(engine.pid) == []
