"""What the actors do in their lives, told so that every right of their roles is needed for it.

A chapter raises AssertionError where the actor cannot do what it is there for.
"""

import json
from collections.abc import Callable
from hashlib import sha256

import msgspec
from msgspec.structs import replace
from PIL import ExifTags

from infra import names
from kit import outputs
from kit.chain import says
from kit.events import (
    Image,
    ImageArchived,
    ImageNormalized,
    ImageOutdated,
    ImageRejected,
    ImageRemade,
    ImageSettled,
    Moderation,
    Source,
    StoredMaster,
)
from records.attribute_values import write
from records.status import Status
from records.table import KEY
from tests.security.stage import Stage
from tests.support import pictures, story
from tests.support.site import body, notification, s3_event

Chapter = Callable[[Stage], None]


def admits(stage: Stage) -> None:
    """Uploads with a version and without one are admitted, a removal is passed on."""
    upload = stage.upload("good", pictures.jpeg())
    removal = json.dumps(s3_event(upload, name="ObjectRemoved:DeleteMarkerCreated"))
    assert stage.work(notification(upload), notification(_plain(upload)), removal) == 0
    assert stage.said() == ["image-ingested", "image-ingested", "image-removed"]


def refuses_uploads(stage: Stage) -> None:
    """What is no picture is a dead letter, and the catalog is told; of what was removed meanwhile nothing is said."""
    _refuses(stage, {notification(stage.upload("bad", b"no picture")): "not-an-image"})
    _leaves_alone(stage, notification(stage.source("gone")))


def describes(stage: Stage) -> None:
    """What the camera wrote into uploads with a version and without one is said and stored."""
    exif = pictures.exif()
    exif[ExifTags.Base.Make] = "".join(sha256(bytes([n])).hexdigest() for n in range(90))  # too much for the record
    upload = stage.upload("good", pictures.jpeg(exif=exif))
    assert stage.work(*(_ingested(source) for source in (upload, _plain(upload)))) == 0
    assert stage.said() == ["image-described", "image-described"]
    assert len(stage.outputs(Image.of(upload))) == 1


def misses_originals(stage: Stage) -> None:
    """Of what was removed meanwhile nothing is said."""
    _leaves_alone(stage, _ingested(stage.source("gone")))


def reads_copies(stage: Stage) -> None:
    """Of an upload that is gone the copy in the archive is read."""
    upload = stage.upload("archived", pictures.jpeg())
    stage.client("s3").delete_object(Bucket=upload.bucket, Key=upload.key, VersionId=upload.version)
    archive, key = stage.pipeline.archive_bucket, outputs.archived(upload)
    stage.client("s3").put_object(Bucket=archive, Key=key, Body=pictures.jpeg())
    message = notification(upload) if stage.actor.name == "ingest" else _ingested(upload)
    assert stage.work(message) == 0
    assert (stage.why(), len(stage.said())) == ([], 1)


def makes_masters(stage: Stage) -> None:
    """Uploads with a version and without one become masters."""
    upload = stage.upload("good", pictures.jpeg())
    assert stage.work(*(_ingested(source) for source in (upload, _plain(upload)))) == 0
    assert stage.said() == ["image-normalized", "image-normalized"]
    assert len(stage.outputs(Image.of(upload))) == 1


def refuses_originals(stage: Stage) -> None:
    """What is damaged is a dead letter, and the catalog is told; of what was removed meanwhile nothing is said."""
    _refuses(stage, {_ingested(stage.upload("bad", pictures.truncated_jpeg())): "corrupt-image"})
    _leaves_alone(stage, _ingested(stage.source("gone")))


def moderates(stage: Stage) -> None:
    """A master is shown to Rekognition, and the verdict is said."""
    image = Image.of(stage.source("good"))
    stage.store(f"normalized/{image.id}.jpg", pictures.jpeg())
    assert stage.work(_normalized(stage, image, moderation="gate")) == 0
    assert "rekognition:DetectModerationLabels" in {asked.action for asked in stage.guard.record.asked}
    assert stage.said() == ["image-moderated"]


def makes_renditions(stage: Stage) -> None:
    """A master gets the recipe's two renditions, one of which asks where the subject is."""
    image = Image.of(stage.source("good"))
    stage.store(f"normalized/{image.id}.jpg", pictures.jpeg())
    assert stage.work(_normalized(stage, image)) == 0
    assert stage.said() == ["image-resized"]
    assert len(stage.outputs(image)) == 1 + 2


def refuses_masters(stage: Stage) -> None:
    """A master that is gone is a dead letter, and the catalog is told; not so where its picture is gone too."""
    moderation: Moderation = "gate" if stage.actor.name == "moderate" else "off"
    lost = _normalized(stage, Image.of(stage.upload("lost", pictures.jpeg())), moderation)
    _refuses(stage, {lost: "object-gone"})
    _leaves_alone(stage, _normalized(stage, Image.of(stage.source("gone")), moderation))


def keeps_records(stage: Stage) -> None:
    """A picture is ready, and so is its replacement, which outdates it; a third upload was older than both.

    The replacement gets another master. When the replacement is deleted for ever, what S3 shows then is recalled.
    """
    oldest, older, newer = (Image.of(stage.source("good", version=order, sequencer=order)) for order in ("1", "2", "3"))
    said = (story.ingested, story.normalized, story.resized)
    assert stage.work(*(body(say(image)) for image in (older, newer) for say in said)) == 0
    assert stage.said() == ["image-outdated"]
    assert stage.work(body(story.ingested(oldest))) == 0
    key = {KEY: {"S": oldest.id}}
    item = stage.client("dynamodb").get_item(TableName=stage.pipeline.output(names.TABLE), Key=key)["Item"]
    assert item["status"] == {"S": "SUPERSEDED"}
    assert stage.work(body(story.normalized(newer), "normalize")) == 0
    assert stage.said() == ["image-remade"]
    assert stage.work(body(story.uncovered(newer, older, "4"))) == 0
    assert stage.said() == ["image-outdated", "image-recalled"]


def says_what_has_settled(stage: Stage) -> None:
    """A change that the stream brings is said at once; without time for it, it goes into the queue."""
    image = Image.of(stage.source("settled"))
    item = {KEY: image.id, "status": "FAILED", "settled": 1, "source": msgspec.to_builtins(image.source)}
    change = {"OldImage": {}, "NewImage": {name: write(value) for name, value in item.items()}}
    stage.follow(change)
    assert stage.said() == ["image-settled"]
    stage.without_time().follow(change)
    assert (stage.said(), stage.why()) == ([], [])


def deletes_outputs(stage: Stage) -> None:
    """All outputs of an outdated picture go, and old ones of a picture made again; nobody else's."""
    old, other = Image.of(stage.source("old")), Image.of(stage.source("other"))
    for image in (old, other):
        for beginning in outputs.everything(image.id):
            stage.store(f"{beginning}w150.jpg")
    assert stage.work(_outdated(old)) == 0
    assert stage.said() == ["image-retired"]
    made = set(stage.outputs(other))
    assert (len(stage.outputs(old)), len(made)) == (0, len(stage.actor.deletes))
    later = "2126-11-21T08:00:00.000Z"
    kept = f"{outputs.renditions(other.id)}w150.jpg"
    remade = ImageRemade(image=other, masters_before=later, renditions_before=later, kept=(kept,))
    assert stage.work(body(remade)) == 0
    assert stage.said() == ["image-retired"]
    assert set(stage.outputs(other)) == made - {f"{outputs.masters(other.id)}w150.jpg"}


def archives(stage: Stage) -> None:
    """Uploads with a version and without one are copied; the version goes when the record says so, the copy at last."""
    upload = stage.upload("good", pictures.jpeg())
    image, plain = Image.of(upload), Image.of(_plain(upload))
    for each in (image, plain):
        stage.note(each, Status.READY)
    assert stage.work(_settled(plain)) == 0
    assert stage.said() == ["image-archived"]
    assert stage.work(_settled(image)) == 0
    assert stage.said() == ["image-archived"]
    head = stage.client("s3").head_object(Bucket=stage.pipeline.archive_bucket, Key=outputs.archived(upload))
    told = {"bucket": stage.pipeline.archive_bucket, "key": outputs.archived(upload), "bytes": head["ContentLength"]}
    told |= {"storage_class": "GLACIER", "sha256": sha256(pictures.jpeg()).hexdigest(), "original": "unwanted"}
    stage.note(image, Status.READY, archived=told | {"at": "2026-11-28T09:00:00.000Z"})
    assert stage.work(body(ImageArchived(image=image, **told))) == 0
    assert not stage.client("s3").list_object_versions(Bucket=upload.bucket, Prefix=upload.key).get("Versions")
    stage.note(image, Status.REMOVED)
    assert stage.work(_settled(image)) == 0
    there = stage.client("s3").list_objects_v2(Bucket=stage.pipeline.archive_bucket, Prefix=image.id)
    assert there["KeyCount"] == 0


def misses_uploads(stage: Stage) -> None:
    """Of an upload that was removed meanwhile nothing is said."""
    gone = Image.of(stage.source("gone", version="v1"))
    stage.note(gone, Status.READY)
    _leaves_alone(stage, _settled(gone))


def buries_what_it_cannot_read(stage: Stage) -> None:
    """What is no event is a dead letter at once."""
    assert stage.work("hello") == 0
    assert stage.why() == ["unreadable-message"]


def settles_at_once_what_came_before(stage: Stage) -> None:
    """A message that was received before is deleted ahead of its batch."""
    assert stage.work(_good(stage), attempts=2) == 0
    assert stage.waiting() == (0, 0)


def postpones_and_gives_up(stage: Stage) -> None:
    """Without time for it a message is postponed; at its last receive it is a dead letter, and that is said."""
    hurried = stage.without_time()
    assert hurried.work(_good(stage)) == 1
    assert stage.postponed() == 1
    assert hurried.work(_good(stage), attempts=stage.actor.attempts) == 0
    assert stage.why() == ["out-of-time"]
    assert stage.said() == (["image-rejected"] if ImageRejected in says(stage.actor) else [])


_OWN: dict[str, tuple[Chapter, ...]] = {
    "ingest": (admits, refuses_uploads, reads_copies),
    "describe": (describes, misses_originals, reads_copies),
    "normalize": (makes_masters, refuses_originals, reads_copies),
    "moderate": (moderates, refuses_masters),
    "resize": (makes_renditions, refuses_masters),
    "catalog": (keeps_records,),
    "relay": (says_what_has_settled,),
    "retire": (deletes_outputs,),
    "archive": (archives, misses_uploads),
}


def live(stage: Stage) -> None:
    """Live through an actor's life, the quickest chapters first; raises LookupError where nobody has told it."""
    own = _OWN.get(stage.actor.name)
    if own is None:
        raise LookupError(f"tell the life of {stage.actor.name} here, so that its role is put to the test")
    for chapter in (buries_what_it_cannot_read, *own, settles_at_once_what_came_before, postpones_and_gives_up):
        chapter(stage)


def _refuses(stage: Stage, reasons: dict[str, str]) -> None:
    assert stage.work(*reasons) == 0
    assert stage.why() == sorted(reasons.values())
    assert stage.said() == ["image-rejected"] * len(reasons)


def _leaves_alone(stage: Stage, message: str) -> None:
    assert stage.work(message) == 0
    assert (stage.why(), stage.said()) == ([], [])


def _good(stage: Stage) -> str:
    """Return a message that the actor settles."""
    image = Image.of(stage.upload("good", pictures.jpeg()))
    if stage.actor.name == "resize":
        stage.store(f"normalized/{image.id}.jpg", pictures.jpeg())
    return {
        "ingest": lambda: notification(image.source),
        "describe": lambda: _ingested(image.source),
        "normalize": lambda: _ingested(image.source),
        "moderate": lambda: _normalized(stage, image),
        "resize": lambda: _normalized(stage, image),
        "catalog": lambda: body(story.ingested(image)),
        "relay": lambda: body(ImageSettled(image=image, status="FAILED", settled=1)),
        "retire": lambda: _outdated(image),
        "archive": lambda: _settled(image),
    }[stage.actor.name]()


def _plain(source: Source) -> Source:
    """Return an upload as S3 names it where versioning was suspended."""
    return Source(bucket=source.bucket, key=source.key, size=source.size, sequencer="06")


def _ingested(source: Source) -> str:
    return body(replace(story.ingested(Image.of(source)), format="JPEG"))


def _normalized(stage: Stage, image: Image, moderation: Moderation = "off") -> str:
    bucket, key = stage.pipeline.target_bucket, f"normalized/{image.id}.jpg"
    master = StoredMaster(bucket=bucket, key=key, format="JPEG", width=1, height=1, bytes=1, method="m")
    return body(ImageNormalized(image=image, recipe="default", master=master, moderation=moderation))


def _settled(image: Image) -> str:
    return body(ImageSettled(image=image, status=Status.READY, settled=1))


def _outdated(image: Image) -> str:
    return body(ImageOutdated(image=image, why="removed"))
