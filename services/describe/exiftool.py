"""exiftool through PyExifTool: started with the first picture and kept open, with limits of time and memory.

The file is ours: its name, its ending, and its first bytes, so that exiftool takes it for the format that was admitted.
A hostile key or name never reaches a command line.
"""

import atexit
import os
import re
import resource
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from tempfile import NamedTemporaryFile

import msgspec
from exiftool import ExifTool

from imaging.formats import FORMATS
from kit.deadline import seconds_left
from kit.errors import ConfigurationError, OutOfTime
from services.describe.tags import Tags, parse

VARIABLE = "BRIGADE_EXIFTOOL"
NONE = "none"
# Nearly every picture takes milliseconds, the slowest of the corpus a fifth of a second.
SECONDS = 10
# It has 80 MB of its own. A compressed text that unpacks to more than this leaves room for is no camera's.
MEMORY = 256 * 1024 * 1024
MOST_BYTES = 16 * 1024 * 1024  # of an answer
_POLL_S = 0.05

# Earlier releases run what a JPEG tells them to (CVE-2021-22204): https://exiftool.org/history.html
OLDEST = (12, 24)

# No settings of the user's, nothing of the temporary file itself, nothing that exiftool computes from other tags. Raw
# values for what is compared or counted, which words for people round; words for the rest.
_OPTIONS = ["-json", "-G1", "-a", "-q", "-q", "-api", "Composite=0"]
_RAW = """SerialNumber InternalSerialNumber Orientation GPSLatitude GPSLatitudeRef GPSLongitude GPSLongtitude
GPSLongitudeRef ExposureTime FNumber FocalLength ISO PhotographicSensitivity SensitivityType StandardOutputSensitivity
RecommendedExposureIndex ISOSpeed"""
_WANTED = (
    *(f"-{name}#" for name in _RAW.split()),
    "-all",
    "--System:all",
)


# No search for what programs have hung on behind the picture's end; of a GIF it would end the reading at a comment.
_FAST = {name: () if name == "GIF" else ("-fast",) for name in FORMATS}


class ExiftoolFailed(Exception):
    """exiftool could not read this picture; the text says why."""


def find(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the program: what BRIGADE_EXIFTOOL names, or else the one on the PATH; None where there is none.

    Raises ConfigurationError where the variable names no program. ``none`` says to do without.
    """
    named = environment.get(VARIABLE, "")
    if named == NONE:
        return None
    program = shutil.which(named or "exiftool")
    if named and program is None:
        raise ConfigurationError(f"{VARIABLE} names no program: {named}; set it to exiftool's path, or to {NONE}")
    return program


@dataclass
class Exiftool:
    """One exiftool process, started at first use and again after it has ended."""

    program: str
    seconds: float = SECONDS
    memory: int = MEMORY
    version: str = ""
    _process: "_Process | None" = None
    _turn: threading.Lock = field(default_factory=threading.Lock)
    # PyExifTool knows no limit of time; and it has the kernel end exiftool with the thread that started it.
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "exiftool"))

    def __post_init__(self) -> None:
        atexit.register(self.close)

    def read(self, content: bytes, format_: str) -> Tags:
        """Return the tags of a picture of that format. Raises ExiftoolFailed; the next picture may succeed."""
        kind = FORMATS.get(format_)
        if kind is None or not re.match(kind.begins, content, re.DOTALL):
            raise ExiftoolFailed(f"this is no {format_} that exiftool may read")
        with self._turn, NamedTemporaryFile(prefix="brigade-", suffix=f".{kind.extension}") as file:
            file.write(content)
            file.flush()
            answer = self._ask(*_FAST[format_], *_WANTED, file.name)
        if len(answer) > MOST_BYTES:
            raise ExiftoolFailed(f"its answer has {len(answer):,} bytes; the limit is {MOST_BYTES:,}")
        try:
            return parse(answer)
        except (msgspec.DecodeError, ValueError) as error:
            raise ExiftoolFailed(f"its answer cannot be read: {error}") from error

    def close(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None

    def _ask(self, *words: str) -> bytes:
        asked = self._thread.submit(self._execute, words)
        why = self._wait(asked)
        try:
            return asked.result()
        except ExiftoolFailed:  # it is in order, and refused
            raise
        except Exception as error:
            self.close()
            if seconds_left() <= 0:
                raise OutOfTime from error
            raise ExiftoolFailed(why or f"{type(error).__name__}: {error}") from error

    def _execute(self, words: tuple[str, ...]) -> bytes:
        if self._process is None or not self._process.running:
            self.close()
            self._process = _Process(self.program)
            self._process.run()
            self._process.limit(self.memory)
            self.version = str(self._process.version)
        if tuple(map(int, self.version.split("."))) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise ExiftoolFailed(f"exiftool {self.version} has known holes: {oldest} is the oldest that may read")
        answer: bytes = self._process.execute(*words, raw_bytes=True)
        return answer

    def _wait(self, asked: "Future[bytes]") -> str:
        """Wait for the answer; return why none will come, else an empty text."""
        deadline = time.monotonic() + min(self.seconds, seconds_left())
        while not wait([asked], _POLL_S).done:
            if self._process is not None and (why := self._process.why_no_answer(deadline)):
                self._process.wake()
                wait([asked])
                return why
        return ""


class _Process(ExifTool):  # type: ignore[misc]
    """PyExifTool with limits; reading ends when the process has died."""

    _process: subprocess.Popen[bytes] | None
    _running: bool

    def __init__(self, program: str) -> None:
        super().__init__(program, common_args=_OPTIONS, config_file="", encoding="utf-8")

    @property
    def running(self) -> bool:
        return self._running and self._process is not None and self._process.poll() is None

    def limit(self, memory: int) -> None:
        """Limit the process's memory in bytes, and forbid it to write files."""
        for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0)):
            if self._process is not None and hasattr(resource, "prlimit"):  # Linux
                resource.prlimit(self._process.pid, what, (most, most))

    def why_no_answer(self, deadline: float) -> str:
        """Return why no answer can come; empty while one still may."""
        if self._process is None:
            return ""
        if self._process.poll() is not None:
            return f"exiftool ended while it read this picture (exit code {self._process.returncode})"
        if time.monotonic() < deadline:
            return ""
        self._process.kill()
        return "exiftool was not done with this picture in time"

    def wake(self) -> None:
        """Replace the pipes of a dead process with something unreadable, so that reading them fails."""
        if self._process is not None:
            with open(os.devnull, "wb") as unreadable:
                for pipe in (self._process.stdout, self._process.stderr):
                    os.dup2(unreadable.fileno(), pipe.fileno())  # type: ignore[union-attr]

    def end(self) -> None:
        process, self._process, self._running = self._process, None, False
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):  # what was still to be written to it
                pipe.close()  # type: ignore[union-attr]
