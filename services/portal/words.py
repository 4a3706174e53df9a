"""What visitors are told of a picture, in plain words. Operators read the status and the reason themselves."""

from records.picture import PictureRecord
from records.rules import failure
from records.status import Status

STATUS = {
    Status.PROCESSING: "in progress",
    Status.READY: "ready",
    Status.FAILED: "failed",
    Status.QUARANTINED: "held back until somebody has looked at it",
    Status.SUPERSEDED: "replaced",
    Status.REMOVED: "removed",
}
# Reasons that lie in the file, so that its owner can mend them; all others are the operators' affair.
REASONS = {
    "empty-object": "The file is empty.",
    "not-an-image": "The file is not a picture, whatever its name says.",
    "unsupported-format": "This kind of picture is not supported: save it as JPEG, PNG or WebP.",
    "corrupt-image": "The file is damaged.",
    "too-large": "The file is too large.",
    "too-many-pixels": "The picture has too many pixels: make it smaller.",
    "extreme-aspect": "The picture is far too long for its width.",
    "decompression-bomb": "The file unpacks to far more than a picture of its size would.",
    "too-slow": "The picture takes too long to read: save it in another format.",
}
_OURS = "Something went wrong with it here, not with your file. It was noted."


def reason(record: PictureRecord) -> str | None:
    """Return why a picture went no further; None where nothing stops it."""
    failed = failure(record) if record.status is Status.FAILED else None
    return REASONS.get(failed.reason, _OURS) if failed else None
