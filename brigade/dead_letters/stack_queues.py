"""The dead-letter queues of a stack."""

from typing import TypeVar

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.dead_letters.undelivered import UndeliveredQueue
from brigade.pipeline import Pipeline
from infra import names
from kit.actor import Actor

Queue = TypeVar("Queue", bound=DeadLetterQueue)


def dead_letter_queue(pipeline: Pipeline, actor: Actor) -> DeadLetterQueue:
    """Return an actor's dead-letter queue; raises OperatorError where the stack is older than the actor."""
    urls = pipeline.output(names.dead_letter_queue(actor)), pipeline.output(names.queue(actor))
    return _of(pipeline, DeadLetterQueue(pipeline.target.client("sqs"), *urls))


def dead_letters(pipeline: Pipeline, actor: Actor) -> list[DeadLetter]:
    """Return an actor's dead letters, oldest first, and leave them where they are."""
    return dead_letter_queue(pipeline, actor).look()


def undelivered_queue(pipeline: Pipeline) -> UndeliveredQueue:
    """Return the queue for what SNS could not deliver; raises OperatorError where the stack is older than that."""
    sqs, url = pipeline.target.client("sqs"), pipeline.output(names.UNDELIVERED_QUEUE)
    found = UndeliveredQueue(sqs, url, pipeline.chain, lambda actor: pipeline.output(names.queue(actor)))
    return _of(pipeline, found)


def _of(pipeline: Pipeline, queue: Queue) -> Queue:
    """Wait for no late answers of a ministack: it is one server, which never answers too early."""
    queue.long_poll_s *= not pipeline.target.is_ministack
    return queue
