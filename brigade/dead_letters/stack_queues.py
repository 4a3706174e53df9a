"""The dead-letter queues of a stack."""

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.dead_letters.undelivered import UndeliveredQueue
from brigade.pipeline import Pipeline
from infra import names
from kit.actor import Actor


def dead_letter_queue(pipeline: Pipeline, actor: Actor) -> DeadLetterQueue:
    """Return an actor's dead-letter queue; raises OperatorError where the stack is older than the actor."""
    urls = pipeline.output(names.dead_letter_queue(actor)), pipeline.output(names.queue(actor))
    return DeadLetterQueue(pipeline.target.client("sqs"), *urls)


def dead_letters(pipeline: Pipeline, actor: Actor) -> list[DeadLetter]:
    """Return an actor's dead letters, oldest first, and leave them where they are."""
    return dead_letter_queue(pipeline, actor).look()


def undelivered_queue(pipeline: Pipeline) -> UndeliveredQueue:
    """Return the queue for what SNS could not deliver; raises OperatorError where the stack is older than that."""
    sqs, url = pipeline.target.client("sqs"), pipeline.output(names.UNDELIVERED_QUEUE)
    return UndeliveredQueue(sqs, url, pipeline.chain, lambda actor: pipeline.output(names.queue(actor)))
