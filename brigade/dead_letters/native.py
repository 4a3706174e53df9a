"""Letting SQS itself move a dead-letter queue's messages: all of them, as they are, without a lineage.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from brigade.dead_letters.queue import DeadLetterQueue
from brigade.terminal import OperatorError
from kit.errors import aws_code

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import ListMessageMoveTasksResultEntryTypeDef

# Messages a second, whole ones: the same page, MaxNumberOfMessagesPerSecond.
RATES = range(1, 500 + 1)
_RUNNING = {"RUNNING", "CANCELLING"}
# What engines answer that do not know the request.
_UNKNOWN = ("InvalidAction", "UnsupportedOperation", "UnknownOperation", "NotImplemented")


class MoveTask:
    """SQS's own way from a dead-letter queue to its source queue.

    Raises OperatorError where the engine has none, or is on it already for this queue.
    """

    def __init__(self, queue: DeadLetterQueue, poll_s: float) -> None:
        self._sqs = queue.sqs
        self._source, self._destination = (_arn(queue.sqs, url) for url in (queue.url, queue.source_url))
        self._poll_s = poll_s
        before = self._before()
        if before.get("Status") in _RUNNING:
            raise OperatorError(f"SQS is moving messages from {self._source} already", "wait until that is done")
        self._earlier = before.get("StartedTimestamp")

    def run(self, rate: int | None = None) -> Iterator[int]:
        """Start, and yield how many messages were moved until it is done. ``rate`` is messages a second.

        The destination is named, because a message that an actor itself sent has no recorded source. Raises
        OperatorError when SQS gives up or is told to.
        """
        pace = {"MaxNumberOfMessagesPerSecond": rate} if rate else {}
        self._sqs.start_message_move_task(SourceArn=self._source, DestinationArn=self._destination, **pace)
        while True:
            task = self._newest()
            if task.get("StartedTimestamp") in {None, self._earlier}:  # the new one is not listed yet
                task = {"Status": "RUNNING"}
            yield task.get("ApproximateNumberOfMessagesMoved", 0)
            if task["Status"] not in _RUNNING:
                break
            time.sleep(self._poll_s)
        if task["Status"] != "COMPLETED":
            why = task.get("FailureReason", "somebody cancelled it")
            raise OperatorError(
                f"SQS stopped moving: {task['Status'].lower()}: {why}", "`brigade dlq ls` shows what is left"
            )

    def _before(self) -> "ListMessageMoveTasksResultEntryTypeDef":
        try:
            return self._newest()
        except ClientError as error:
            if any(code in aws_code(error) for code in _UNKNOWN):
                raise OperatorError(
                    f"there is no StartMessageMoveTask here: {error.response['Error']['Message'].rstrip('.')}",
                    "leave --native out: brigade then moves the letters itself",
                ) from error
            raise

    def _newest(self) -> "ListMessageMoveTasksResultEntryTypeDef":
        """Return the newest task of this queue, empty where there was none yet."""
        found = self._sqs.list_message_move_tasks(SourceArn=self._source, MaxResults=1).get("Results", [])
        return found[0] if found else {}


def _arn(sqs: Any, url: str) -> str:
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
