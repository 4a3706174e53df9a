"""Why an original stays where it is for now."""

from kit.errors import Retryable


class NotRecorded(Retryable):
    """The record does not name the copy yet, so the original stays."""
