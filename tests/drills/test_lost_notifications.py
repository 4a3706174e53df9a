"""Notifications never come: `missing` finds what they would have told of, and `rerun` mends it."""

import json
from typing import Any

from brigade.flow import mappings
from services.chain import CHAIN
from tests.drills.drill import PICTURES, Drill, patiently

INGEST = CHAIN.actor("ingest")


def lost(drill: Drill, code: int) -> list[tuple[str, str]]:
    """Return what `brigade missing` lists: ids, and how each is lost."""
    listed: list[dict[str, Any]] = json.loads(drill.give("missing", "--json", code=code))
    return sorted((each["image_id"], each["lost"]) for each in listed)


def test_notifications_that_never_come(drill: Drill) -> None:
    """What waits for ingest is gone, as after the queue's retention: half of the uploads, and one removal."""
    drill.upload(PICTURES // 2)
    drill.account()
    list(mappings.switch(drill.pipeline, [INGEST], on=False))
    heard = dict(drill.uploads)
    drill.upload(PICTURES - PICTURES // 2)
    unheard = {image for image, key in drill.uploads.items() if image not in heard and drill.recipes.match(key)}
    removed = next(image for image, key in heard.items() if drill.is_good(key))
    drill.pipeline.s3.delete_object(Bucket=drill.pipeline.source_bucket, Key=drill.uploads.pop(removed))
    told = PICTURES - PICTURES // 2 + 1
    patiently(drill.waiting, lambda waiting: waiting["ingest"] == told)
    drill.sqs.purge_queue(QueueUrl=drill.queues["ingest"])
    list(mappings.switch(drill.pipeline, [INGEST], on=True))

    assert lost(drill, code=1) == sorted([*((image, "unknown") for image in unheard), (removed, "gone")])
    drill.give("rerun", "--missing", "--from", "ingest", "--yes")
    account = drill.account()
    assert account.wrong == []
    assert lost(drill, code=0) == []
    assert drill.pipeline.catalog.get([removed])[removed].status == "REMOVED"
