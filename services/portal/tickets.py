"""Leave to upload one file: reserved first, then signed. What a ticket was not used for is given back when it ends."""

from pathlib import PurePosixPath
from typing import Any

from imaging.formats import FORMATS
from services.portal import pictures, quotas, uploads
from services.portal.problems import Refused
from services.portal.structs import TYPES, There, Upload, Wanted
from services.portal.visit import Answer, Visit

TICKET_S = 600
# S3 looks at a ticket's end when a file begins to come: whether one has come is certain only later.
_SETTLED_AFTER_S = 2 * TICKET_S
_TICKET = "ticket#"  # of attributes of the visitor's day: bytes, when it is settled, network
_SETTLED_AT_ONCE = 50
# Browsers do not know every picture's type, and phones send HEIC without one.
_BY_SUFFIX = {f".{each.extension}": each.media_type for each in FORMATS.values()} | {
    ".jpeg": "image/jpeg",
    ".tiff": "image/tiff",
    ".heif": "image/heif",
}


def ask(visit: Visit, wanted: Wanted) -> Answer:
    """Return a signed form for exactly this file, or the visitor's picture that has its bytes already.

    Raises Refused: 413 where it is larger than a file may be, 415 where it is of no type that is taken, 429 where a
    quota is exhausted.
    """
    site = visit.site
    if wanted.size > site.limits.bytes_a_file:
        raise Refused(413, f"the file is too large: {site.limits.bytes_a_file} bytes are allowed")
    fixed = {"Content-Type": _type(wanted), "success_action_status": "201"}
    if wanted.sha256 and (image := pictures.with_bytes(visit, wanted.sha256)):
        return Answer(200, There(image))
    settle(visit)
    now = site.items.now()
    upload = uploads.new_upload(now, wanted.sha256)
    counted = quotas.of_uploads(site.limits, visit.visitor, visit.network)
    quotas.reserve(site.items, counted, {"bytes": wanted.size, "files": 1}, "today's uploads are used up")
    ticket = [wanted.size, int(now) + _SETTLED_AFTER_S, visit.network]
    site.items.count(counted[0].key(now), {}, most={}, puts={_TICKET + upload: ticket})
    key = f"{visit.prefix}{upload}/{uploads.cleaned(wanted.name)}"
    size: list[Any] = ["content-length-range", wanted.size, wanted.size]
    conditions = [size, *({name: each} for name, each in fixed.items())]
    signed = site.s3.generate_presigned_post(site.source, key, fixed, conditions, TICKET_S)
    return Answer(201, Upload(signed["url"], signed["fields"], key, upload, uploads.iso(now + TICKET_S)))


def settle(visit: Visit) -> None:
    """Count what was uploaded by tickets that have ended, in place of what was reserved for them.

    Nothing may have been; or the same file several times, for S3 takes a form as often as it is sent while it is good.
    """
    items, now = visit.site.items, visit.site.items.now()
    day = items.get(quotas.of_visitor(visit.site.limits, visit.visitor).key(now)) or {}
    ended = sorted(name for name, ticket in day.items() if name.startswith(_TICKET) and ticket[1] <= now)
    if not ended:
        return
    some = {name.removeprefix(_TICKET): day[name] for name in ended[:_SETTLED_AT_ONCE]}  # the newest
    posted = uploads.sizes(visit.site, visit.prefix, max(some))
    owed: dict[str, list[int]] = {}
    for upload, (size, _, network) in some.items():
        sent = posted.get(upload, [])
        for who in ("", network):
            so_far = owed.get(who, [0, 0])
            owed[who] = [so_far[0] + sum(sent) - size, so_far[1] + len(sent) - 1]
    drops = tuple(_TICKET + upload for upload in some)
    for who, (bytes_, files) in owed.items():
        mine, network, everybody = quotas.of_uploads(visit.site.limits, visit.visitor, who)
        for quota in (network,) if who else (mine, everybody):
            if not items.count(quota.key(now), {"bytes": bytes_, "files": files}, most={}, drops=drops) and drops:
                return  # another request has just done it
            drops = ()


def _type(wanted: Wanted) -> str:
    given = wanted.type.lower()
    found = given if given in TYPES else _BY_SUFFIX.get(PurePosixPath(wanted.name).suffix.lower())
    if not found:
        raise Refused(415, f"the file is no picture of a kind that is taken: {', '.join(TYPES)}")
    return found
