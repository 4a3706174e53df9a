"""Letting the catalog know what an operator did to dead letters."""

import itertools
import time
from collections.abc import Iterable

from brigade.dead_letters.letter import DeadLetter
from brigade.operations.operation import Recording
from brigade.pipeline import Pipeline
from brigade.terminal import counted, explain, say
from infra import names
from kit.backoff import policy
from kit.chain import OPERATOR
from kit.envelope import Envelope, wrap
from kit.events import DeadLetterHandled
from kit.publisher import publish_batches
from kit.tracing import Trace

# A quiet chain's catalog hears within a second or two.
PATIENCE_S = 10
_LOOK = 100  # pictures in one request to the catalog


def tell_and_wait(pipeline: Pipeline, letters: Iterable[DeadLetter], action: str, operation: Recording) -> None:
    """Do as ``tell``, and return when the catalog agrees, at most PATIENCE_S later: the next command may ask it."""
    letters = list(letters)
    if not tell(pipeline, letters, action, operation):
        return
    unheard = {image.id: letter.actor or operation.where for letter in letters for image in letter.images()}
    try:
        _wait(pipeline, unheard, operation.id)
    except Exception as error:  # noqa: BLE001 - as above
        say(f"warning: the catalog could not be asked: {explain(error)}")


def _wait(pipeline: Pipeline, unheard: dict[str, str], operation: str) -> None:
    """Wait until the records of all pictures name the operation; ``unheard`` maps their ids to actors."""
    deadline = time.monotonic() + PATIENCE_S
    while unheard and time.monotonic() < deadline:
        for image_id, record in pipeline.catalog.get(itertools.islice(unheard, _LOOK)).items():
            handled = record.handled.get(unheard[image_id])
            if handled and handled.operation == operation:
                del unheard[image_id]
        policy().sleep(pipeline.target.poll_s if unheard else 0)


def tell(pipeline: Pipeline, letters: Iterable[DeadLetter], action: str, operation: Recording) -> bool:
    """Announce what was done, ``redriven`` or ``discarded``, about every picture of these letters.

    Called when it is done. Where it fails the operator is warned, no more: the messages are where they should be,
    and the catalog learns of a picture that was redriven from its next event too. Returns whether all were told of.
    """
    envelopes = [envelope for letter in letters for envelope in _announcements(letter, action, operation)]
    if not envelopes:
        return True
    try:
        topic = pipeline.output(names.topic(DeadLetterHandled))
        untold = publish_batches(pipeline.target.client("sns"), topic, envelopes)
    except Exception as error:  # noqa: BLE001 - whatever it is, what the operator asked for is done
        say(f"warning: the catalog was not told of {counted(len(envelopes), 'picture')}: {explain(error)}")
        return False
    if untold:
        say(f"warning: the catalog was not told of {counted(len(untold), 'picture')}: SNS did not take it")
    return not untold


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
