"""The processes of a local cloud: its engine and the functions' workers; their memory and CPU, read from Linux's /proc.

https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

PROC = Path("/proc")
ENGINE = "engine"
_TICKS_S = os.sysconf("SC_CLK_TCK")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
# A worker's script lies in a folder that the engine names after the function.
_WORKER = re.compile(r"ministack-lambda-(.+)-[^/-]+/_worker\.")


@dataclass(frozen=True)
class Process:
    """One process: the function that it works for, or ENGINE; its resident megabytes and its CPU seconds so far.

    ``born`` is what tells it from a later one with the same number.
    """

    pid: int
    born: int
    function: str
    resident_mb: float
    cpu_s: float


def of(cloud: int) -> list[Process]:
    """Return the cloud's process, whose pid is given, and all below it. ``describe: perl`` is what a worker started."""
    found, children = {}, defaultdict(list)
    for parent, each in _every():
        found[each.pid] = each
        children[parent].append(each.pid)
    tree, open_ = [], [(cloud, ENGINE)]
    while open_:
        pid, function = open_.pop()
        if pid in found:
            tree.append(replace(found[pid], function=function))
            open_ += [(child, _function(child) or f"{function}: {found[child].function}") for child in children[pid]]
    return tree


def _every() -> Iterator[tuple[int, Process]]:
    """Yield the parent's number and the process, with its program's name for a function's, of all there are."""
    for folder in PROC.glob("[0-9]*"):
        try:
            # The name before the fields stands in brackets and may hold anything; state is field 3.
            name, _, rest = Path(folder, "stat").read_text(encoding="utf-8").partition("(")[2].rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        fields = rest.split()
        if fields[0] not in "ZX":
            cpu_s = (int(fields[11]) + int(fields[12])) / _TICKS_S
            mb = int(fields[21]) * _PAGE_MB
            yield int(fields[1]), Process(int(folder.name), int(fields[19]), name, mb, cpu_s)


def _function(pid: int) -> str:
    try:
        found = _WORKER.search(Path(PROC, str(pid), "cmdline").read_text(encoding="utf-8", errors="replace"))
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return found[1] if found else ""
