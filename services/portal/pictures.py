"""A visitor's pictures: uploads that S3 shows below the visitor's prefix, with what the catalog knows of them."""

from contextlib import suppress

import msgspec

from imaging.formats import FORMATS
from kit.errors import Throttled
from kit.events import StoredImage, StoredRendition
from kit.retry import call
from records import markup, stored
from records.attribute_values import read_item
from records.picture import PictureRecord
from records.status import MEANING, Status
from records.table import KEY
from services.portal import uploads, words
from services.portal.problems import Refused
from services.portal.site import Site
from services.portal.structs import File, Markup, Picture, Pictures, Rendition, Stage
from services.portal.uploads import Uploaded
from services.portal.visit import Answer, Visit

_LISTED_WIDTH = 240  # pixels that a list shows
_KEPT = (Status.PROCESSING, Status.READY, Status.QUARANTINED)


def list_(visit: Visit) -> Answer:
    """Return a page of the visitor's pictures."""
    found, after = uploads.page(visit.site, visit.prefix, visit.after)
    records = _records(visit.site, [each.image for each in found])
    listed = [_picture(visit.site, each, records.get(each.image), is_listed=True) for each in found]
    return Answer(200, Pictures(listed, after))


def show(visit: Visit) -> Answer:
    """Return one picture of the visitor's with all that is known; raises Refused (404)."""
    upload, record = _own(visit)
    return Answer(200, _picture(visit.site, upload, record))


def delete(visit: Visit) -> Answer:
    """Delete the upload; the chain removes what was made of it. Raises Refused (404)."""
    upload, _ = _own(visit)
    call(visit.site.s3.delete_object, Bucket=visit.site.source, Key=upload.source.key)
    return Answer(204)


def with_bytes(visit: Visit, sha256: str) -> str | None:
    """Return the visitor's picture that has these bytes, unless nothing could be made of it."""
    for each in uploads.there(visit.site, visit.prefix, sha256):
        record = _records(visit.site, [each.image]).get(each.image)
        if record is None or record.status in _KEPT:
            return each.image
    return None


def _own(visit: Visit) -> tuple[Uploaded, PictureRecord | None]:
    record = _records(visit.site, [visit.image]).get(visit.image)
    if record and record.source.bucket == visit.site.source and record.key.startswith(visit.prefix):
        upload, _, name = record.key.removeprefix(visit.prefix).partition("/")
        return Uploaded(record.source, upload, name), record
    # One that was uploaded a moment ago, of which the catalog has not heard.
    for each in uploads.page(visit.site, visit.prefix)[0]:
        if each.image == visit.image:
            return each, None
    raise Refused(404, "none of your pictures is called so")


def _records(site: Site, images: list[str]) -> dict[str, PictureRecord]:
    """Return the records that there are, by image, of at most a hundred; raises Throttled."""
    if not images:
        return {}
    keys = [{KEY: {"S": image}} for image in images]
    answer = call(site.dynamodb.batch_get_item, RequestItems={site.table: {"Keys": keys}})
    if answer.get("UnprocessedKeys"):
        raise Throttled
    found = {}
    for item in map(read_item, answer["Responses"].get(site.table, [])):
        with suppress(msgspec.ValidationError):  # of a newer release: shown as one that is not heard of yet
            found[item[KEY]] = stored.read(item)
    return found


def _picture(site: Site, upload: Uploaded, record: PictureRecord | None, *, is_listed: bool = False) -> Picture:
    status = record.status if record else Status.PROCESSING
    picture = Picture(
        image=upload.image,
        upload=upload.upload,
        name=upload.name,
        status=status,
        status_word=words.STATUS[status],
        settled=MEANING[status].is_settled,
        reason=words.reason(record) if record else None,
        uploaded_at=upload.source.uploaded_at,
        bytes=upload.source.size or (record and record.original and record.original.bytes) or 0,
    )
    if record and status is Status.READY and record.master and record.renditions and not record.is_retired:
        made = [listed(record)] if is_listed else record.renditions
        picture.renditions = [_rendition(site, each) for each in made]
        picture.colour, picture.lqip = record.colour, record.lqip
        picture.alt = record.camera.alt if record.camera else None
        picture.master = None if is_listed else _file(site, record.master)
        picture.markup = None if is_listed else _markup(site, record)
    if record and not is_listed:
        picture.stages = [Stage(name, each.at, each.worked_ms / 1000) for name, each in record.stages.items()]
    return picture


def listed(record: PictureRecord) -> StoredRendition:
    """Return the rendition for a list: the smallest that is wide enough, or else the widest; effects come last."""
    return min(record.renditions, key=lambda each: (each.width < _LISTED_WIDTH, abs(each.width - _LISTED_WIDTH)))


def _file(site: Site, image: StoredImage) -> File:
    return File(site.address(image.bucket, image.key, delivered=False), image.width, image.height)


def _rendition(site: Site, made: StoredRendition) -> Rendition:
    address = site.address(made.bucket, made.key)
    return Rendition(address, made.width, made.height, made.name, made.bytes, FORMATS[made.format].media_type)


def _markup(site: Site, record: PictureRecord) -> Markup | None:
    """Return it where files are delivered: what is signed for an hour is for no page."""
    forms = markup.forms(record, base=site.delivery) if site.delivery else None
    return Markup(*(forms[form] for form in Markup.__struct_fields__)) if forms else None
