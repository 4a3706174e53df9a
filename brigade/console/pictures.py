"""Pictures as the console shows them: page by page from the index, one with all that is known, and judged."""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from brigade.console import structs
from brigade.console.console import Console
from brigade.pictures import camera, search, timeline
from brigade.pictures import moderation_review as judging
from brigade.pictures.moderation_review import is_held, why_held, why_left
from brigade.terminal import OperatorError
from brigade.traces import traces, waterfall
from imaging.formats import FORMATS
from infra import names
from kit.events import ImageJudged, StoredImage
from kit.publisher import SnsPublisher
from records.picture import Handled, Judged, PictureRecord
from records.rules import failure
from records.status import MEANING, Status
from services.portal import words
from services.portal.pictures import listed as thumbnail
from services.portal.problems import Refused
from services.portal.structs import Rendition

Facts = dict[str, Any]
_MOST = 500  # records that are read for one page where a filter has no index


def listed(console: Console, asked: structs.PicturesAsked) -> Facts:
    """Return a page, the newest first; with a ``next`` and few pictures, only a part was looked through as yet.

    ``remark``: what the operator must know of how it was looked for, or empty.
    """
    for time in filter(None, (asked.taken_from, asked.taken_to)):
        search.time(time)
    plan = search.plan(asked, datetime.now(UTC).date())
    at, _, image = asked.cursor.rpartition(" ")
    after = (at, image) if asked.cursor else None
    found, more = search.page(console.pipeline.catalog, asked, plan, asked.limit, after, _MOST)
    return {
        "pictures": [facts(each) for each in found],
        "next": " ".join(more) if more else None,
        "remark": plan.remark,
    }


def known(console: Console, image: str) -> Facts | None:
    """Return what has become of a picture, as far as the catalog knows and this operator may read it."""
    try:
        record = console.pipeline.catalog.get([image]).get(image) if image else None
    except (ClientError, BotoCoreError, OperatorError):
        return None
    return facts(record) if record else None


def show(console: Console, picture: str) -> Facts:
    """Return a picture by its key or id; raises OperatorError where there is none.

    ``stages`` are its timeline's moments; ``acts`` what operators did; ``trace`` is as ``brigade trace --json`` has it.
    """
    record = console.pipeline.catalog.find(picture)
    done = console.pipeline.history.about(record.image_id, record.entered_at)
    return facts(record) | {
        "recipe": record.recipe,
        "origin": record.origin,
        "stages": timeline.moments(record, console.pipeline.unheard_master(record), done),
        "trace": _trace(console, record),
        "camera": camera.lines(record.camera),
        "moderation": str(record.moderation or ""),
        "master": next((_file(record, *each) for each in _files(record)[:1]), None),
        "renditions": [_file(record, *each) for each in _files(record)[1:]],
        "failures": list(record.failures.values()),
        "acts": _acts(record),
        "judgeable": not why_left(record),
    }


def judge(console: Console, picture: str, asked: structs.Judged) -> dict[str, str]:
    """Let a picture pass that moderation holds back, or remove it; raises OperatorError where it is not held back."""
    pipeline = console.pipeline
    record = pipeline.catalog.find(picture)
    command = next(name for name, judgement in judging.JUDGEMENTS.items() if judgement == asked.judgement)
    delete = asked.delete_original and command == "reject"
    if why := why_left(record, delete_original=delete):
        raise OperatorError(f"{record.key}: {why}", "nothing was changed")
    publisher = SnsPublisher({ImageJudged.kind: pipeline.output(names.topic(ImageJudged))})
    with judging.recorded(pipeline.history, command, [record]) as operation:
        for each in judging.judge(publisher, [record], asked.judgement, operation):
            if delete:
                judging.delete_original(pipeline.s3, each)
    return {"operation": operation.id}


def file(console: Console, image: str, name: str) -> tuple[bytes, str]:
    """Return the bytes and the media type of a picture's master or rendition; raises Refused (404)."""
    record = console.pipeline.catalog.get([image]).get(image)
    for called, made in _files(record) if record else []:
        if called == name:
            answer = console.pipeline.s3.get_object(Bucket=made.bucket, Key=made.key)
            return answer["Body"].read(), FORMATS[made.format].media_type
    raise Refused(404, "the picture has no such file")


def facts(record: PictureRecord) -> Facts:
    """Return what a list says of a picture; ``held``: why moderation holds it back; ``thumbnail``: a file's name."""
    failed, size, files = failure(record), record.original, _files(record)
    return {
        "image": record.image_id,
        "key": record.key,
        "status": record.status,
        "status_word": words.STATUS[record.status],
        "settled": MEANING[record.status].is_settled,
        "colour": record.colour if record.status is Status.READY else "",
        "uploaded_at": record.entered_at,
        "reason": failed.reason if failed else None,
        "width": size.width if size else None,
        "height": size.height if size else None,
        "held": why_held(record) if is_held(record) else None,
        "thumbnail": (thumbnail(record).name if record.renditions else files[0][0]) if files else None,
    }


def _files(record: PictureRecord) -> list[tuple[str, StoredImage]]:
    """Return the files that there are, by name, the master first."""
    if record.is_retired or not record.master:
        return []
    return [("master", record.master), *((each.name, each) for each in record.renditions)]


def _file(record: PictureRecord, name: str, made: StoredImage) -> Rendition:
    url, media_type = f"/api/files/{record.image_id}/{name}", FORMATS[made.format].media_type
    return Rendition(url, made.width, made.height, name, made.bytes or 0, media_type)


def _trace(console: Console, record: PictureRecord) -> list[Facts] | None:
    if not (trace := traces.trace_id(record.trace_id)):
        return None
    try:
        return waterfall.as_json(traces.find(console.pipeline.target, trace, record.image_id))
    except (OperatorError, ClientError, BotoCoreError):  # not sampled, too old, or not this operator's to read
        return None


def _acts(record: PictureRecord) -> list[dict[str, str]]:
    def act(done: Handled | Judged, what: str, actor: str = "") -> dict[str, str]:
        return {"at": done.at, "by": done.by, "operation": done.operation, "act": what, "actor": actor}

    handled = [act(each, each.action, actor) for actor, each in record.handled.items()]
    judged = [act(each, judgement) for judgement, each in record.judged.items()]
    return sorted([*handled, *judged], key=lambda act: act["at"])
