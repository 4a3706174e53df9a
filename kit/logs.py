"""Structured logs: one JSON object a line, with the facts that the caller passes as ``extra``."""

import logging

import msgspec

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Formats as Lambda's runtime does with LoggingConfig JSON, for engines that do not."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line = {"level": record.levelname, "message": record.getMessage(), **facts}
        if record.exc_info:
            line["stackTrace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


def configure() -> None:
    """Let the actors' log be heard. Where somebody handles logs already, as Lambda's runtime does, it stays so."""
    log = logging.getLogger("brigade")
    log.setLevel(logging.INFO)
    if not log.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
