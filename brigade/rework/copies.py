"""Copies of originals in the archive: which of them can be read, and making them readable for some days."""

import re
from enum import StrEnum

from botocore.exceptions import ClientError

from brigade.pipeline import Pipeline
from brigade.target import Target
from brigade.terminal import OperatorError
from kit.errors import aws_code
from records.picture import Archived, PictureRecord

# How long S3 takes to restore, by class and tier:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
WAITS = {
    "GLACIER": {"Expedited": "1 to 5 minutes", "Standard": "3 to 5 hours", "Bulk": "5 to 12 hours"},
    "DEEP_ARCHIVE": {"Standard": "within 12 hours", "Bulk": "within 48 hours"},
}
TIERS = tuple(WAITS["GLACIER"])
_ON_ITS_WAY = "RestoreAlreadyInProgress"
_OK = 200


class Restored(StrEnum):
    """What came of a request to restore."""

    ASKED = "asked for"
    UNDER_WAY = "under way already"
    READABLE = "readable already, for as many days from now"
    NEVER_COLD = "readable at any time"


def why_cold(pipeline: Pipeline, record: PictureRecord) -> str:
    """Say why an original cannot be read before its copy is restored; empty: it can be, or has no copy."""
    copy = record.archived
    if not (copy and record.original_gone and copy.storage_class in WAITS):
        return ""
    found = _head(pipeline.target, copy)
    if found is None:
        return "its copy in the archive is gone"
    if 'ongoing-request="false"' in found:
        return ""
    how = "it is being restored" if found else "`brigade restore` makes it readable"
    return f"its original is archived in {copy.storage_class}: {how}"


def restore(target: Target, copy: Archived, days: int, tier: str) -> Restored:
    """Ask S3 to make a copy readable for so many days. Raises OperatorError where that cannot be."""
    if copy.storage_class not in WAITS:
        return Restored.NEVER_COLD
    if tier not in WAITS[copy.storage_class]:
        raise OperatorError(f"{copy.storage_class} knows no {tier}", f"use {' or '.join(WAITS[copy.storage_class])}")
    request = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
    try:
        answer = target.client("s3").restore_object(Bucket=copy.bucket, Key=copy.key, RestoreRequest=request)
    except ClientError as error:
        if aws_code(error) == _ON_ITS_WAY:
            return Restored.UNDER_WAY
        raise
    is_there = answer["ResponseMetadata"]["HTTPStatusCode"] == _OK
    return Restored.READABLE if is_there else Restored.ASKED


def _head(target: Target, copy: Archived) -> str | None:
    """Return what S3 says of a copy's restoration, empty where nobody asked for one; None: there is no copy."""
    try:
        return str(target.client("s3").head_object(Bucket=copy.bucket, Key=copy.key).get("Restore", ""))
    except ClientError as error:
        if re.fullmatch("404|NoSuchKey", aws_code(error)):
            return None
        raise
