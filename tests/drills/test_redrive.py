"""Dead letters are redriven while new ones arrive in the same queue."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

from brigade.dead_letters.stack_queues import dead_letters
from services.chain import CHAIN
from tests.drills.drill import PATIENCE_S, PICTURES, Drill, patiently
from tests.drills.faults import refusal
from tests.drills.workers import needs_proc, sender
from tests.support.proxy import Answer, Forward, Request

NORMALIZE = CHAIN.actor("normalize")


def redrive(drill: Drill) -> None:
    drill.give("dlq", "redrive", "normalize", "--yes", "--rate", str(max(6, PICTURES // 20)))


@needs_proc
def test_dead_letters_are_redriven_while_new_ones_arrive(drill: Drill) -> None:
    """For a while normalize finds no upload; then none of those that are new; then all."""
    found: set[str] = set()
    redriving = Event()

    def upload_meanwhile() -> None:
        assert redriving.wait(PATIENCE_S)
        drill.upload()

    def rule(request: Request, forward: Forward) -> Answer | None:
        if not request.key.startswith("in/") or not sender(drill.cloud.pid, request).is_of(NORMALIZE):
            return forward()
        if request.key not in found:
            return refusal("s3", 404, "NoSuchKey")
        redriving.set()
        return forward()

    drill.proxy.rule = rule
    drill.upload()
    patiently(drill.waiting, lambda waiting: not any(waiting.values()))
    earlier = {letter.message_id for letter in dead_letters(drill.pipeline, NORMALIZE)}
    found.update(drill.uploads.values())
    with ThreadPoolExecutor() as pool:
        uploading = pool.submit(upload_meanwhile)
        redrive(drill)
        ended = datetime.now(UTC)
        uploading.result()
    letters = dead_letters(drill.pipeline, NORMALIZE)
    assert not earlier & {letter.message_id for letter in letters}
    assert min(letter.since for letter in letters if letter.reason == "object-gone") < ended, "none came in time"

    found.update(drill.uploads.values())
    redrive(drill)
    assert drill.account().wrong == []
