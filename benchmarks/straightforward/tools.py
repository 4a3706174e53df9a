"""What all these handlers have in common: Powertools, and one announcement."""

import json
import os
import uuid
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from pydantic import BaseModel

logger = Logger(service=os.environ["AWS_LAMBDA_FUNCTION_NAME"])
tracer = Tracer(service=os.environ["AWS_LAMBDA_FUNCTION_NAME"])
processor = BatchProcessor(event_type=EventType.SQS)
sns: Any = boto3.client("sns")


def announce(kind: str, event: BaseModel, image_id: str) -> None:
    """Publish one event in its envelope."""
    envelope = {
        "id": str(uuid.uuid4()),
        "type": f"brigade.{kind}",
        "source": f"brigade/{os.environ['AWS_LAMBDA_FUNCTION_NAME']}",
        "subject": image_id,
        "time": datetime.now(UTC).isoformat(),
        "specversion": "1.0",
        "data": event.model_dump(),
    }
    sns.publish(
        TopicArn=os.environ[f"BRIGADE_TOPIC_{kind.upper().replace('-', '_')}"],
        Message=json.dumps(envelope),
        MessageAttributes={"type": {"DataType": "String", "StringValue": envelope["type"]}},
    )
    logger.info(kind, extra={"image_id": image_id})
