"""Items about the chain at work: pictures good and bad, removal, pausing, dead letters sent back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from brigade.demo import samples
from brigade.deploy import deployed_recipes
from brigade.prove.item import NotSeen, expect
from brigade.prove.stage import Stage
from brigade.terminal import OperatorError
from infra import names
from kit.chain import OPERATOR
from kit.envelope import encode, now, wrap
from kit.events import Image, ImageIngested, Source
from kit.tracing import Trace

GRACE_S = 3
# Pictures by the way that the camera was held, as Exif counts them.
GOOD = {f"{orientation} ä+.jpg": orientation for orientation in (1, 2, 3, 6, 8)}


def good(orientation: int = 1) -> bytes:
    """Return a photograph, drawn."""
    return samples.photograph((900, 600), samples.NOON, orientation)


# One pixel of a screen whose size is to be filled in: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
_GIF = b"GIF89a%b\0\0\0,\0\0\0\0\1\0\1\0\0\2\0;"
# Uploads that cannot become pictures, with who gives them up and why.
_BAD = {
    "shopping list.jpg": (b"12 buckets\n1 ladder\n", "ingest: not-an-image"),
    "empty.jpg": (b"", "ingest: empty-object"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ingest: unsupported-format"),
    "bomb.gif": (_GIF % b"\xff\xff\xff\xff", "ingest: too-many-pixels"),
    "line.gif": (_GIF % b"\x50\xc3\1\0", "ingest: extreme-aspect"),
    "cut off.jpg": (good()[:30_000], "normalize: corrupt-image"),
}


def _failed(stage: Stage) -> dict[str, str]:
    """Return who gave up and why, by the keys of all pictures that are FAILED."""
    found = {each["source"]["key"]: each["failure"] for each in stage.json("ls", "--status", "failed")}
    return {key: f"{failure['actor']}: {failure['reason']}" for key, failure in found.items()}


def _letters(stage: Stage) -> list[str]:
    """Return who gave up and why, once for each dead letter."""
    found = stage.json("dlq", "ls")
    return sorted(f"{each['actor']}: {each['reason']}" for each in found for _ in range(each["count"]))


def _outputs(stage: Stage, *ids: str) -> int:
    """Return how many outputs these pictures have."""
    pipeline = stage.pipeline  # each asks for the stack
    pages = pipeline.s3.get_paginator("list_objects_v2").paginate(Bucket=pipeline.target_bucket)
    return sum(each_id in each["Key"] for page in pages for each in page.get("Contents", []) for each_id in ids)


def pictures(stage: Stage) -> str:
    """Good pictures become READY, with times for every stage and all outputs: five ways of holding a camera."""
    stage.upload({key: good(orientation) for key, orientation in GOOD.items()}, "--wait")
    renditions = len(deployed_recipes.of(stage.pipeline.stack).named("default").rendition)
    for record in map(stage.record, GOOD):
        timed = {actor for actor, done in record["stages"].items() if done["worked_ms"] is not None}
        expect("stages without times", {"ingest", "normalize", "resize"} - timed, set())
        expect("outputs", _outputs(stage, record["image_id"]) > renditions, True)
    expect("renditions that are missing", stage.json("missing"), [])
    return f"{len(GOOD)} READY, {renditions} renditions each"


def failures(stage: Stage) -> str:
    """What cannot be a picture is FAILED and a dead letter with its reason: bad uploads, unknown recipe, no event."""
    stage.upload({key: content for key, (content, _) in _BAD.items()}, "--wait", code=1)
    source = Source(bucket=stage.pipeline.source_bucket, key="unheard-of.jpg", sequencer="01", uploaded_at=now())
    event = ImageIngested(image=Image.of(source), recipe="none", format="JPEG", width=1, height=1, bytes=1)
    sent = [(encode(wrap(event, OPERATOR, Trace.start())), "normalize: unknown-recipe")]
    sent += [("no event", f"{actor.name}: unreadable-message") for actor in stage.pipeline.chain.actors]
    for body, why in sent:
        queue = stage.pipeline.output(names.queue(stage.pipeline.chain.actor(why.partition(":")[0])))
        stage.target.client("sqs").send_message(QueueUrl=queue, MessageBody=body)
    failed = {key: why for key, (_, why) in _BAD.items()} | {source.key: sent[0][1]}
    stage.until("FAILED", lambda: _failed(stage), failed)
    wanted = sorted([why for _, why in _BAD.values()] + [why for _, why in sent])
    stage.until("dead letters", lambda: _letters(stage), wanted)
    return f"{len(wanted)} dead letters"


def removal(stage: Stage) -> str:
    """Outputs of removed and replaced pictures go, and not before the grace time: one of each."""
    stage.upload({"removed.jpg": good(), "replaced.jpg": good()}, "--wait")
    old = [stage.record(key)["image_id"] for key in ("removed.jpg", "replaced.jpg")]
    began = time.monotonic()
    stage.pipeline.s3.delete_object(Bucket=stage.pipeline.source_bucket, Key="removed.jpg")
    stage.upload({"replaced.jpg": good(3)}, "--wait")
    stage.until("outputs of the old ones", lambda: _outputs(stage, *old), 0)
    took = time.monotonic() - began
    expect(f"gone after {GRACE_S} s or more", took >= GRACE_S, True)
    expect("statuses", [stage.record(each)["status"] for each in old], ["REMOVED", "SUPERSEDED"])
    expect("outputs of the new one", _outputs(stage, stage.record("replaced.jpg")["image_id"]) > 0, True)
    return f"gone after {took:.1f} s"


def archive(stage: Stage) -> str:
    """A READY picture has a copy of the same bytes in the archive, and none when it is removed: one of each."""
    stage.upload({"archived.jpg": good()}, "--wait")
    stage.until("archived", lambda: bool(stage.record("archived.jpg")["archived"]), wanted=True)
    s3, copy = stage.pipeline.s3, stage.record("archived.jpg")["archived"]
    where = {"Bucket": copy["bucket"], "Key": copy["key"]}
    expect("the copy's bytes are the upload's", s3.get_object(**where)["Body"].read() == good(), True)
    s3.delete_object(Bucket=stage.pipeline.source_bucket, Key="archived.jpg")
    listed = {"Bucket": copy["bucket"], "Prefix": copy["key"]}
    stage.until("copies", lambda: s3.list_objects_v2(**listed)["KeyCount"], 0)
    return f"{copy['storage_class']}, and gone again"


@contextmanager
def _paused(stage: Stage) -> Iterator[None]:
    stage.brigade("pause", "resize")
    try:
        yield
    finally:
        stage.brigade("resume", "resize")


def _resize(stage: Stage) -> dict[str, object]:
    return next(each for each in stage.json("status") if each["actor"] == "resize")


def pause(stage: Stage) -> str:
    """What a paused actor has to do waits and is counted, and is done when it goes on: one picture."""
    with _paused(stage):
        stage.upload({"paused.jpg": good()})
        stage.until("waiting", lambda: _resize(stage)["waiting"], 1)
    stage.upload({"paused.jpg": good()}, "--wait")  # it is there: nothing is sent again
    return "1 message waited"


def pause_outlasts_deploy(stage: Stage) -> str:
    """A paused actor stays paused when a deployment changes its mapping: MaximumConcurrency=4."""
    with _paused(stage):
        stage.deploy("MaximumConcurrency=4")
        expect("resize", _resize(stage)["state"], "paused")
    return "paused"


def redrive(stage: Stage) -> str:
    """A dead letter that is sent back succeeds once its cause is mended: a master goes away, and comes back."""
    key, s3, before = min(GOOD), stage.pipeline.s3, _letters(stage)
    master = stage.record(key)["master"]
    where = {"Bucket": master["bucket"], "Key": master["key"]}
    content = s3.get_object(**where)["Body"].read()
    s3.delete_object(**where)
    stage.brigade("rerun", key, "--from", "resize", "--yes")
    stage.until("dead letters", lambda: _letters(stage), sorted([*before, "resize: object-gone"]))
    s3.put_object(**where, Body=content)
    stage.brigade("dlq", "redrive", "resize", "--reason", "object-gone", "--yes")
    stage.until("status", lambda: stage.record(key)["status"], "READY")
    expect("dead letters", _letters(stage), before)
    return "READY again"


def redrive_native(stage: Stage) -> str:
    """SQS itself moves letters back, which fail again: those of normalize."""
    before = _letters(stage)
    try:
        stage.brigade("dlq", "redrive", "normalize", "--native", "--yes")
    except OperatorError as error:
        if "there is no StartMessageMoveTask here" in error.message:
            raise NotSeen("no StartMessageMoveTask on this engine") from error
        raise
    stage.until("dead letters", lambda: _letters(stage), before)
    return "moved"
