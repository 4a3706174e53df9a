"""resize, straightforward."""

import os
from typing import Any

import boto3
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from benchmarks.straightforward.events import ImageResized, Normalized, StoredRendition
from benchmarks.straightforward.tools import announce, logger, processor, tracer
from imaging.formats import WRITTEN
from imaging.recipes import load
from services.resize.renditions import Made, make

s3 = boto3.client("s3")
recipes = load()


@tracer.capture_method
def work(record: SQSRecord) -> None:
    """Store one picture's renditions."""
    event = Normalized.model_validate_json(record.body).data
    content = s3.get_object(Bucket=event.master.bucket, Key=event.master.key)["Body"].read()
    made = list(make(content, recipes.named(event.recipe)))
    stored = [store(rendition, event.image.id) for rendition in made]
    announce("image-resized", ImageResized(image=event.image, recipe=event.recipe, renditions=stored), event.image.id)


def store(made: Made, image_id: str) -> StoredRendition:
    """Store one rendition."""
    bucket, written = os.environ["BRIGADE_TARGET_BUCKET"], WRITTEN[made.format]
    key = f"renditions/{image_id}/{made.name}.{written.extension}"
    s3.put_object(Bucket=bucket, Key=key, Body=made.content, ContentType=written.media_type)
    return StoredRendition(
        name=made.name,
        bucket=bucket,
        key=key,
        format=made.format,
        width=made.width,
        height=made.height,
        bytes=len(made.content),
        method=made.method,
    )


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handle(event: dict[str, Any], context: LambdaContext) -> Any:
    """Work through a batch."""
    return process_partial_response(event=event, record_handler=work, processor=processor, context=context)
