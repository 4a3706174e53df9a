"""Structured logs: one JSON object a line, each with the facts of the current work."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_facts: ContextVar[Mapping[str, object]] = ContextVar("facts")
# What is true of the whole process, whatever it works on.
_always: dict[str, object] = {}


@contextmanager
def facts(**more: object) -> Iterator[None]:
    """Add these facts to every line that is logged in the block, also to those of outer blocks."""
    token = _facts.set({**_facts.get({}), **more})
    try:
        yield
    finally:
        _facts.reset(token)


def _add_facts(record: logging.LogRecord) -> bool:
    """Set the facts as attributes of the record, where Lambda's formatter and ours find them; never filter a line."""
    vars(record).update({**_always, **_facts.get({}), **vars(record)})
    return True


logging.getLogger("brigade").addFilter(_add_facts)


class JsonLines(logging.Formatter):
    """Formats as Lambda's runtime does with LoggingConfig JSON, for engines that do not."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line = {"level": record.levelname, "message": record.getMessage(), **facts}
        if record.exc_info:
            line["stackTrace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


def configure(**always: object) -> None:
    """Log at INFO, with ``always`` on every line.

    A handler that is there already, as Lambda's, is kept.
    """
    _always.update(always)
    log = logging.getLogger("brigade")
    log.setLevel(logging.INFO)
    if not log.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
