"""When a process began: what tells it from a later one with the same number.

Not by psutil: its ``create_time`` counts from a boot time that moves when the clock is set.
"""

import subprocess
from pathlib import Path


def process_start_time(pid: int) -> str | None:
    """Return when a process began, in the system's own words; None when it has ended."""
    if not Path("/proc/self/stat").exists():
        return start_time_by_ps(pid)
    try:
        # https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: state is field 3, starttime field 22. The
        # name before them, in brackets, may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def start_time_by_ps(pid: int) -> str | None:
    """Return the same where there is no /proc."""
    done = subprocess.run(
        ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = done.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()
