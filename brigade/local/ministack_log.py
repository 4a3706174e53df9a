"""A ministack's log: how many messages each function has settled lately."""

import re
import time
from collections import Counter
from pathlib import Path

_STAMP = re.compile(rb"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ", re.MULTILINE)
# What the pinned release says after each batch; tests/journeys/test_operations.py notices when it says it otherwise.
_BATCH = re.compile(_STAMP.pattern + rb"INFO \[lambda\] ESM: Lambda (\S+) processed (\d+) SQS messages", re.MULTILINE)
BLOCK = 256 * 1024


def settled(log: Path, since: float) -> dict[str, int] | None:
    """Return messages settled since then (seconds since 1970), by function; None where there is no such log."""
    try:
        text = _tail(log, since)
    except FileNotFoundError:
        return None
    counts: Counter[str] = Counter()
    for stamp, function, count in _BATCH.findall(text):
        if _time(stamp) >= since:
            counts[function.decode()] += int(count)
    return counts


def _tail(log: Path, since: float) -> bytes:
    """Return the end of the file, from before ``since`` on: it may be large, and it is read every few seconds."""
    with log.open("rb") as file:
        size, length = log.stat().st_size, BLOCK
        while True:
            file.seek(max(0, size - length))
            text = file.read(length)
            first = _STAMP.search(text)
            if length >= size or (first and _time(first[1]) < since):
                return text
            length *= 4


def _time(stamp: bytes) -> float:
    # In this machine's time zone, which the local cloud was given too.
    return time.mktime(time.strptime(stamp.decode(), "%Y-%m-%d %H:%M:%S"))
