"""SQS's own move, by the documented shapes of its answers: no local engine knows it."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from brigade.dead_letters.native import MoveTask
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.terminal import OperatorError

DEAD, WORK = "https://sqs.eu-west-1.amazonaws.com/1/dead", "https://sqs.eu-west-1.amazonaws.com/1/work"
ARN = "arn:aws:sqs:eu-west-1:1:"
LIST = {"SourceArn": ARN + "dead", "MaxResults": 1}
EARLIER, NOW = 1795241029000, 1795242000000  # when tasks were started, milliseconds


class Script:
    """What SQS will be asked, and answers, in this order."""

    def __init__(self, stub: Stubber) -> None:
        self.stub = stub

    def arns(self) -> None:
        for url, name in ((DEAD, "dead"), (WORK, "work")):
            self.stub.add_response(
                "get_queue_attributes",
                {"Attributes": {"QueueArn": ARN + name}},
                {"QueueUrl": url, "AttributeNames": ["QueueArn"]},
            )

    def nothing(self) -> None:
        self.stub.add_response("list_message_move_tasks", {"Results": []}, LIST)

    def newest(self, status: str, moved: int = 0, at: int = NOW, **more: Any) -> None:
        result = {"Status": status, "ApproximateNumberOfMessagesMoved": moved, "StartedTimestamp": at} | more
        self.stub.add_response("list_message_move_tasks", {"Results": [result]}, LIST)

    def start(self, **more: Any) -> None:
        asked = {"SourceArn": ARN + "dead", "DestinationArn": ARN + "work"} | more
        self.stub.add_response("start_message_move_task", {"TaskHandle": "handle"}, asked)

    def error(self, code: str) -> None:
        self.stub.add_client_error("list_message_move_tasks", code, "No such thing.", expected_params=LIST)


@pytest.fixture
def sqs(cloud: None) -> Any:
    return boto3.client("sqs")


@pytest.fixture
def script(sqs: Any) -> Iterator[Script]:
    with Stubber(sqs) as stub:
        script = Script(stub)
        script.arns()
        yield script
        stub.assert_no_pending_responses()


def task(sqs: Any) -> MoveTask:
    return MoveTask(DeadLetterQueue(sqs, DEAD, WORK), poll_s=0)


def test_all_is_moved_to_the_queue_that_is_named_and_progress_is_told(sqs: Any, script: Script) -> None:
    script.nothing()
    script.start()
    script.newest("RUNNING", 0, TaskHandle="handle", ApproximateNumberOfMessagesToMove=20)
    script.newest("RUNNING", 7, TaskHandle="handle", ApproximateNumberOfMessagesToMove=20)
    script.newest("COMPLETED", 20)
    assert list(task(sqs).run()) == [0, 7, 20]


def test_a_rate_is_passed_on(sqs: Any, script: Script) -> None:
    script.nothing()
    script.start(MaxNumberOfMessagesPerSecond=5)
    script.newest("COMPLETED", 1)
    assert list(task(sqs).run(rate=5)) == [1]


def test_an_earlier_move_is_not_taken_for_this_one(sqs: Any, script: Script) -> None:
    script.newest("COMPLETED", 500, EARLIER)
    script.start()
    script.newest("COMPLETED", 500, EARLIER)
    script.newest("COMPLETED", 3)
    assert list(task(sqs).run()) == [0, 3]


def test_a_task_that_is_not_listed_yet_is_waited_for(sqs: Any, script: Script) -> None:
    script.nothing()
    script.start()
    script.nothing()
    script.newest("COMPLETED", 1)
    assert list(task(sqs).run()) == [0, 1]


@pytest.mark.parametrize(
    ("status", "more", "why"),
    [
        ("FAILED", {"FailureReason": "AccessDenied"}, "SQS stopped moving: failed: AccessDenied"),
        ("CANCELLED", {}, "SQS stopped moving: cancelled: somebody cancelled it"),
    ],
)
def test_a_task_that_ends_early_says_why(sqs: Any, script: Script, status: str, more: dict[str, Any], why: str) -> None:
    script.nothing()
    script.start()
    script.newest("CANCELLING", 3)
    script.newest(status, 3, **more)
    with pytest.raises(OperatorError, match=f"{why} — `brigade dlq ls` shows what is left"):
        list(task(sqs).run())


@pytest.mark.parametrize("code", ["InvalidAction", "AWS.SimpleQueueService.UnsupportedOperation"])
def test_an_engine_without_it_is_one_clear_line(sqs: Any, script: Script, code: str) -> None:
    script.error(code)
    with pytest.raises(OperatorError, match="no StartMessageMoveTask here: No such thing — leave --native out"):
        task(sqs)


def test_one_move_at_a_time(sqs: Any, script: Script) -> None:
    script.newest("RUNNING")
    with pytest.raises(OperatorError, match=r"SQS is moving messages from .*:dead already — wait"):
        task(sqs)


def test_other_errors_are_as_they_are(sqs: Any, script: Script) -> None:
    script.error("AccessDenied")
    with pytest.raises(Exception, match="AccessDenied"):
        task(sqs)
