"""retire, straightforward."""

import os
from typing import Any

import boto3
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from benchmarks.straightforward.events import ImageRetired, Outdated
from benchmarks.straightforward.tools import announce, logger, processor, tracer

s3: Any = boto3.client("s3")


@tracer.capture_method
def work(record: SQSRecord) -> None:
    """Delete one picture's outputs."""
    image = Outdated.model_validate_json(record.body).data.image
    deleted = sum(delete(prefix) for prefix in (f"normalized/{image.id}.", f"renditions/{image.id}/"))
    announce("image-retired", ImageRetired(image=image, deleted=deleted), image.id)


def delete(prefix: str) -> int:
    """Delete what is below a prefix."""
    bucket, deleted = os.environ["BRIGADE_TARGET_BUCKET"], 0
    while found := s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents"):
        objects = [{"Key": each["Key"]} for each in found]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        deleted += len(objects)
    return deleted


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handle(event: dict[str, Any], context: LambdaContext) -> Any:
    """Work through a batch."""
    return process_partial_response(event=event, record_handler=work, processor=processor, context=context)
