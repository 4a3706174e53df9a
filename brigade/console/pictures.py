"""Pictures as the console shows them: page by page from the index, one with all that is known, and judged."""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from brigade.console import structs
from brigade.console.console import Console
from brigade.pictures import camera, search, timeline
from brigade.pictures import moderation_review as judging
from brigade.pictures.moderation_review import waits_in_vain, why_held, why_left
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

_MOST = 1_000  # records that are read for one page where a filter has no index
_MASTER = "master"


def listed(console: Console, asked: structs.PicturesAsked) -> structs.Pictures:
    """Return a page, the newest first; it leaves off after 1,000 records, with what it has found by then."""
    given: dict[str, Any] = {name: getattr(asked, name) for name in search.Filters.__dataclass_fields__}
    given |= {name: search.time(given[name]) for name in ("taken_from", "taken_to") if given[name]}
    filters = search.Filters(**given)
    plan = search.plan(filters, datetime.now(UTC).date())
    at, _, image = asked.cursor.rpartition(" ")
    after = (at, image) if asked.cursor else None
    found, more = search.page(console.pipeline.catalog, filters, plan, asked.limit, after, _MOST)
    pictures = [structs.Picture(**facts(each)) for each in found]
    return structs.Pictures(pictures, " ".join(more) if more else None, plan.remark)


def known(console: Console, image: str) -> structs.Picture | None:
    """Return what has become of a picture, as far as the catalog knows and this operator may read it."""
    try:
        record = console.pipeline.catalog.get([image]).get(image) if image else None
    except (ClientError, BotoCoreError, OperatorError):
        return None
    return structs.Picture(**facts(record)) if record else None


def show(console: Console, picture: str) -> structs.WholePicture:
    """Return a picture by its key or id; raises OperatorError where there is none."""
    pipeline = console.pipeline
    record = pipeline.catalog.find(picture)
    master_at = pipeline.unheard_master(record)
    renditions = [] if record.is_retired else [_file(record, each.name, each) for each in record.renditions]
    return structs.WholePicture(
        **facts(record),
        recipe=record.recipe,
        origin=record.origin,
        stages=timeline.moments(record, master_at),
        trace=_trace(console, record),
        camera=camera.lines(record.camera),
        moderation=str(record.moderation or ""),
        master=_file(record, _MASTER, record.master) if record.master and not record.is_retired else None,
        renditions=renditions,
        failures=list(record.failures.values()),
        acts=_acts(record),
        judgeable=not why_left(record),
    )


def judge(console: Console, picture: str, asked: structs.Judged) -> dict[str, str]:
    """Let a picture pass that moderation holds back, or remove it; raises OperatorError where it is not held back."""
    pipeline = console.pipeline
    record = pipeline.catalog.find(picture)
    if why := why_left(record, delete_original=asked.delete_original):
        raise OperatorError(f"{record.key}: {why}", "nothing was changed")
    command = next(name for name, judgement in judging.JUDGEMENTS.items() if judgement == asked.judgement)
    publisher = SnsPublisher({ImageJudged.kind: pipeline.output(names.topic(ImageJudged))})
    with judging.recorded(console.history, command, [record]) as operation:
        for each in judging.judge(publisher, [record], asked.judgement, operation):
            if asked.delete_original and command == "reject":
                judging.delete_original(pipeline.s3, each)
    return {"operation": operation.id}


def file(console: Console, image: str, name: str) -> tuple[bytes, str]:
    """Return a master's or a rendition's bytes and media type; raises Refused (404)."""
    record = console.pipeline.catalog.get([image]).get(image)
    if record and not record.is_retired:
        for called, made in [(_MASTER, record.master), *((each.name, each) for each in record.renditions)]:
            if made and called == name:
                answer = console.pipeline.s3.get_object(Bucket=made.bucket, Key=made.key)
                return answer["Body"].read(), FORMATS[made.format].media_type
    raise Refused(404, "the picture has no such file")


def facts(record: PictureRecord) -> dict[str, Any]:
    """Return the fields of a structs.Picture."""
    failed, size = failure(record), record.original
    held = record.status is Status.QUARANTINED or waits_in_vain(record)
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
        "held": why_held(record) if held else None,
        "thumbnail": _thumbnail(record),
    }


def _thumbnail(record: PictureRecord) -> str | None:
    if record.is_retired:
        return None
    return thumbnail(record).name if record.renditions else _MASTER if record.master else None


def _file(record: PictureRecord, name: str, made: StoredImage) -> Rendition:
    media_type = FORMATS[made.format].media_type
    url = f"/api/files/{record.image_id}/{name}"
    return Rendition(url, made.width, made.height, name, made.bytes or 0, media_type)


def _trace(console: Console, record: PictureRecord) -> list[dict[str, Any]] | None:
    if not (trace := traces.trace_id(record.trace_id)):
        return None
    try:
        return waterfall.as_json(traces.find(console.pipeline.target, trace, record.image_id))
    except (OperatorError, ClientError):  # not sampled, too old, or not this operator's to read
        return None


def _acts(record: PictureRecord) -> list[dict[str, str]]:
    def act(done: Handled | Judged, what: str, actor: str = "") -> dict[str, str]:
        return {"at": done.at, "by": done.by, "operation": done.operation, "act": what, "actor": actor}

    handled = [act(each, each.action, actor) for actor, each in record.handled.items()]
    judged = [act(each, judgement) for judgement, each in record.judged.items()]
    return sorted([*handled, *judged], key=lambda act: act["at"])
