"""normalize, straightforward."""

import os
from typing import Any

import boto3
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from benchmarks.straightforward.events import ImageNormalized, Ingested, StoredImage
from benchmarks.straightforward.tools import announce, logger, processor, tracer
from imaging.formats import WRITTEN
from imaging.recipes import load
from services.normalize.pixels import normalize

s3: Any = boto3.client("s3")
recipes = load()


@tracer.capture_method
def work(record: SQSRecord) -> None:
    """Store one master."""
    event = Ingested.model_validate_json(record.body).data
    source = event.image.source
    content = s3.get_object(Bucket=source.bucket, Key=source.key, VersionId=source.version)["Body"].read()
    made = normalize(content, recipes.named(event.recipe).keep)
    bucket, written = os.environ["BRIGADE_TARGET_BUCKET"], WRITTEN[made.format]
    key = f"normalized/{event.image.id}.{written.extension}"
    s3.put_object(Bucket=bucket, Key=key, Body=made.content, ContentType=written.media_type)
    master = StoredImage(
        bucket=bucket,
        key=key,
        format=made.format,
        width=made.width,
        height=made.height,
        bytes=len(made.content),
        method=made.method,
    )
    announced = ImageNormalized(image=event.image, recipe=event.recipe, master=master, frames=made.frames)
    announce("image-normalized", announced, event.image.id)


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handle(event: dict[str, Any], context: LambdaContext) -> Any:
    """Work through a batch."""
    return process_partial_response(event=event, record_handler=work, processor=processor, context=context)
