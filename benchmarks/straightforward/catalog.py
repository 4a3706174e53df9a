"""catalog, straightforward: the write that completes a picture's record."""

import os
from typing import Any

import boto3
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from boto3.dynamodb.types import TypeSerializer

from benchmarks.straightforward.events import Resized
from benchmarks.straightforward.tools import logger, processor, tracer

dynamodb = boto3.client("dynamodb")
serialize = TypeSerializer().serialize
CONDITION = "#status = :processing AND attribute_exists(original)"


@tracer.capture_method
def work(record: SQSRecord) -> None:
    """Complete one record."""
    envelope = Resized.model_validate_json(record.body)
    event = envelope.data
    attributes = written(envelope)
    names = {f"#{number}": name for number, name in enumerate(attributes)}
    values = {f":{number}": value for number, value in enumerate(attributes.values())}
    values |= {":processing": "PROCESSING", ":ready": "READY", ":by": envelope.id}
    dynamodb.update_item(
        TableName=os.environ["BRIGADE_TABLE"],
        Key={"image_id": serialize(event.image.id)},
        UpdateExpression=f"SET {', '.join(f'#{n} = :{n}' for n in range(len(attributes)))}, "
        "#status = :ready, ready_by = :by",
        ConditionExpression=CONDITION,
        ExpressionAttributeNames={**names, "#status": "status"},
        ExpressionAttributeValues={name: serialize(value) for name, value in values.items()},
        ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


def written(envelope: Resized) -> dict[str, Any]:
    """Return what the record gets of the event."""
    event, source = envelope.data, envelope.data.image.source
    made = event.normalized.model_dump() if event.normalized else {}
    passed_on = {name: made.pop(name) for name in ("master", "frames") if made}
    return {
        **passed_on,
        **({"stage_normalize": made} if made else {}),
        "source": source.model_dump(include={"bucket", "key", "version", "etag", "sequencer"}),
        "source_key": f"{source.bucket}/{source.key}",
        "upload_order": (source.sequencer or "").zfill(32).upper(),
        "entered_at": source.uploaded_at,
        "region": os.environ["AWS_REGION"],
        "environment": os.environ["BRIGADE_ENVIRONMENT"],
        "renditions": [rendition.model_dump() for rendition in event.renditions],
        "recipe": event.recipe,
        "stage_resize": {
            "queued_ms": envelope.queuedms,
            "worked_ms": envelope.workedms,
            "attempts": envelope.attempts,
            "version": envelope.actorversion,
            "at": envelope.time,
        },
    }


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handle(event: dict[str, Any], context: LambdaContext) -> Any:
    """Work through a batch."""
    return process_partial_response(event=event, record_handler=work, processor=processor, context=context)
