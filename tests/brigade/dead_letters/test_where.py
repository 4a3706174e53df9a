"""Whose dead letters a command is about: an actor's, or any two queues'; and which queues are left alone."""

from collections.abc import Callable
from typing import Any

import pytest

from brigade.commands.dlq_where import Whose
from brigade.dead_letters.where import Where, of_stack
from brigade.operations.storage import FileHistory, S3History
from brigade.terminal import OperatorError
from infra import names
from services.chain import CHAIN
from tests.support.desk import Desk

Make = Callable[..., str]


def one(stack: str, actor: str | None, queue: str | None, dlq: str | None) -> Where:
    return Whose(stack, queue, dlq, actor).one()


@pytest.fixture
def make(desk: Desk) -> Make:
    """Make a queue; returns its URL."""

    def queue(name: str, **attributes: str) -> str:
        return str(desk.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    return queue


def test_an_actor_is_named(desk: Desk) -> None:
    where = one("brigade", "resize", None, None)
    resize = CHAIN.actor("resize")
    assert (where.name, where.actor, where.pipeline) == ("resize", resize, desk.pipeline)
    assert where.queue.url == desk.pipeline.stack.outputs[names.dead_letter_queue(resize)]
    assert where.queue.source_url == desk.pipeline.stack.outputs[names.queue(resize)]
    assert isinstance(where.history, S3History)


def test_or_none_and_it_is_all_of_them_and_what_sns_could_not_deliver(desk: Desk) -> None:
    assert [where.actor for where in Whose("brigade", None, None).every()] == [*CHAIN.actors, None]


def test_any_pair_is_named_by_its_urls_and_keeps_its_history_in_files(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from brigade.deploy.stack import Stack

    monkeypatch.delattr(Stack, "find")  # no stack is needed
    queue, dlq = make("their-queue"), make("their-dead")
    where = one("brigade", None, queue, dlq)
    assert (where.name, where.actor, where.pipeline) == ("their-dead", None, None)
    assert (where.queue.url, where.queue.source_url) == (dlq, queue)
    assert where.words == f"--queue {queue} --dlq {dlq}"
    assert isinstance(where.history, FileHistory)
    assert where.history.place != one("brigade", None, queue, make("other-dead")).history.place


def test_an_actor_that_the_stack_was_deployed_without(desk: Desk) -> None:
    del desk.pipeline.stack.outputs[names.dead_letter_queue(CHAIN.actor("resize"))]
    with pytest.raises(OperatorError, match="has no ResizeDeadLetterQueue — `brigade deploy` brings it up to date"):
        one("brigade", "resize", None, None)


@pytest.mark.parametrize(
    ("actor", "queue", "dlq", "line"),
    [
        (None, None, None, "whose dead letters\\? — name an actor, or any queue by --queue URL"),
        ("resize", "q", "d", "resize has queues of its own — name either an actor, or --queue and --dlq"),
        ("resize", None, "d", "resize has queues of its own"),
        (None, "q", None, "there is no queue q — `aws sqs list-queues`"),
        (None, None, "d", "there is no queue d — `aws sqs list-queues`"),
        (None, "q", "q", "--queue and --dlq name the same queue"),
        (None, "q", "d", "there is no queue q — `aws sqs list-queues`"),
    ],
)
def test_what_is_not_clear_is_asked_for(
    desk: Desk, actor: str | None, queue: str | None, dlq: str | None, line: str
) -> None:
    with pytest.raises(OperatorError, match=line):
        one("brigade", actor, queue, dlq)


def test_a_word_that_is_no_actor_names_those_there_are(brigade: Callable[..., tuple[int, str]]) -> None:
    code, said = brigade("show", "nobody")
    assert code == 1
    assert said.startswith("error: no actor is named nobody; there are ingest, ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("fifo", ["queue", "dlq"])
def test_a_fifo_queue_is_refused(make: Make, fifo: str) -> None:
    ordered, plain = make("ordered.fifo", FifoQueue="true"), make("plain")
    queue, dlq = (ordered, plain) if fifo == "queue" else (plain, ordered)
    with pytest.raises(OperatorError, match=r"ordered.fifo is a FIFO queue — only standard queues"):
        one("brigade", None, queue, dlq)


def test_a_dead_letter_queue_with_one_of_its_own_is_refused(make: Make, desk: Desk) -> None:
    """Above all the two URLs the wrong way round: redriving would then kill what is alive."""
    dlq = make("dead")
    arn = desk.sqs.get_queue_attributes(QueueUrl=dlq, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    queue = make("work", RedrivePolicy=f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": "5"}}')
    with pytest.raises(OperatorError, match=r"work has a dead-letter queue itself: .* the wrong way round\?"):
        one("brigade", None, dlq, queue)
    assert one("brigade", None, queue, dlq).name == "dead"


def test_a_pair_that_does_not_belong_together_is_refused_and_the_right_one_named(make: Make, desk: Desk) -> None:
    dlq, other = make("dead"), make("other-dead")
    arn = desk.sqs.get_queue_attributes(QueueUrl=dlq, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    queue = make("work", RedrivePolicy=f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": "5"}}')
    with pytest.raises(OperatorError) as caught:
        one("brigade", None, queue, other)
    assert caught.value.message == f"{other} is not the dead-letter queue of {queue}: that is {arn}"
    assert caught.value.hint == "`aws sqs get-queue-url --queue-name dead` gives the URL for --dlq"


def test_other_errors_of_sqs_are_as_they_are(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import ClientError

    def forbidden(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "No."}}, "GetQueueAttributes")

    monkeypatch.setattr("brigade.commands.dlq_where.here", lambda: desk.pipeline.target)
    monkeypatch.setattr(desk.sqs, "get_queue_attributes", forbidden)
    with pytest.raises(ClientError):
        one("brigade", None, "q", "d")


def test_only_where_many_servers_answer_an_empty_answer_is_waited_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brigade.dead_letters.queue.LONG_POLL_S", 1)
    for is_one_server, waits in ((True, 0), (False, 1)):
        monkeypatch.setitem(vars(desk.pipeline.target), "is_ministack", is_one_server)
        assert {where.queue.long_poll_s for where in of_stack(desk.pipeline)} == {waits}
