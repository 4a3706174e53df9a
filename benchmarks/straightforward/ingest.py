"""ingest, straightforward."""

import json
import os
import uuid
from typing import Any
from urllib.parse import unquote_plus

import boto3
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from benchmarks.straightforward.events import ImageIngested, Picture, S3Notification, S3Record, Source
from benchmarks.straightforward.tools import announce, logger, processor, tracer
from imaging.recipes import load
from services.ingest.admission import admit
from services.ingest.head import open_head

s3: Any = boto3.client("s3")
recipes = load()
NAMESPACE = uuid.UUID("0d0f3c0e-9a41-4d1c-8a5b-5a9e3a1f6b27")


@tracer.capture_method
def work(record: SQSRecord) -> None:
    """Admit what one message tells of."""
    for change in S3Notification.model_validate_json(record.body).Records:
        ingest(change)


def ingest(change: S3Record) -> None:
    """Admit one upload."""
    found = change.s3.object
    source = Source(
        bucket=change.s3.bucket.name,
        key=unquote_plus(found.key),
        version=found.versionId,
        etag=found.eTag,
        size=found.size,
        sequencer=found.sequencer,
        uploaded_at=change.eventTime,
    )
    recipe = recipes.match(source.key)
    if recipe is None or source.bucket == os.environ["BRIGADE_TARGET_BUCKET"]:
        return
    name = json.dumps([source.bucket, source.key, source.version or source.etag or ""])
    image = Picture(id=str(uuid.uuid5(NAMESPACE, name)), source=source)

    def fetch(start: int, stop: int) -> bytes:
        where = {"Bucket": source.bucket, "Key": source.key, "VersionId": source.version}
        body: bytes = s3.get_object(**where, Range=f"bytes={start}-{stop - 1}")["Body"].read()
        return body

    size = source.size or 0
    admitted = admit(open_head(fetch, size), size)
    event = ImageIngested(
        image=image,
        recipe=recipe.name,
        format=admitted.format,
        width=admitted.width,
        height=admitted.height,
        bytes=size,
    )
    announce("image-ingested", event, image.id)


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handle(event: dict[str, Any], context: LambdaContext) -> Any:
    """Work through a batch."""
    return process_partial_response(event=event, record_handler=work, processor=processor, context=context)
