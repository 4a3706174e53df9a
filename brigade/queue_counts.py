"""How many messages a queue has."""

from dataclasses import dataclass
from typing import Any

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass(frozen=True)
class Counts:
    """How many messages a queue has. On AWS the numbers lag, by up to a minute."""

    visible: int
    held: int  # received by somebody, and hidden
    delayed: int

    @property
    def total(self) -> int:
        return self.visible + self.held + self.delayed


def counts(sqs: Any, url: str) -> Counts:
    """Ask a queue how many messages it has."""
    said = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
    return Counts(*(int(said[name]) for name in _COUNTS))
