"""Letting the catalogue know what an operator did to dead letters."""

from collections.abc import Iterable
from typing import Any

from brigade.console import counted, explain, say
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.operation import Recording
from brigade.pipeline import Pipeline
from infra import names
from kit.chain import OPERATOR
from kit.envelope import Envelope, encode, wrap
from kit.events import DeadLetterHandled
from kit.tracing import Trace

# https://docs.aws.amazon.com/sns/latest/dg/sns-batch-api-actions.html
_BATCH = 10


def tell(pipeline: Pipeline, letters: Iterable[DeadLetter], action: str, operation: Recording) -> None:
    """Announce what was done, ``redriven`` or ``discarded``, about every picture of these letters.

    Called when it is done. Where it fails the operator is warned, no more: the messages are where they should be,
    and the catalogue learns of a picture that was redriven from its next event too.
    """
    envelopes = [envelope for letter in letters for envelope in _announcements(letter, action, operation)]
    if not envelopes:
        return
    try:
        untold = _publish(pipeline.target.client("sns"), pipeline.output(names.topic(DeadLetterHandled)), envelopes)
    except Exception as error:  # noqa: BLE001 - whatever it is, what the operator asked for is done
        say(f"warning: the catalogue was not told of {counted(len(envelopes), 'picture')}: {explain(error)}")
        return
    if untold:
        say(f"warning: the catalogue was not told of {counted(untold, 'picture')}: SNS did not take the announcements")


def _announcements(letter: DeadLetter, action: str, operation: Recording) -> list[Envelope]:
    trace = Trace.read(letter.trace)
    return [
        wrap(
            DeadLetterHandled(
                image=image,
                actor=letter.actor or operation.where,
                action=action,
                failed_at=letter.failed_at,
                operation=operation.id,
                by=operation.by,
            ),
            OPERATOR,
            trace,
        )
        for image in letter.images()
    ]


def _publish(sns: Any, topic: str, envelopes: list[Envelope]) -> int:
    """Publish on the topic; return how many announcements it did not take."""
    untold = 0
    for start in range(0, len(envelopes), _BATCH):
        entries = [
            {
                "Id": str(number),
                "Message": encode(envelope),
                "MessageAttributes": {"type": {"DataType": "String", "StringValue": envelope.type}},
            }
            for number, envelope in enumerate(envelopes[start : start + _BATCH])
        ]
        untold += len(sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries).get("Failed", []))
    return untold
