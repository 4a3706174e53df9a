"""A dead letter as SQS writes it. Pure: knows no cloud.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from brigade.dead_letters.letter import DeadLetter

_TEXT = "String"
_TRACE = "AWSTraceHeader"


def read(message: Mapping[str, Any]) -> DeadLetter:
    """Return what ReceiveMessage gave; it must have been asked for all attributes, SentTimestamp and AWSTraceHeader."""
    attributes, system = message.get("MessageAttributes", {}), message["Attributes"]
    return DeadLetter(
        message_id=message["MessageId"],
        body=message["Body"],
        attributes={name: _text(value) for name, value in attributes.items()},
        types={name: value["DataType"] for name, value in attributes.items() if value["DataType"] != _TEXT},
        sent_at=datetime.fromtimestamp(int(system["SentTimestamp"]) / 1000, UTC),
        trace_header=system.get(_TRACE, ""),
    )


def write(body: str, attributes: Mapping[str, str], types: Mapping[str, str], trace: str) -> dict[str, Any]:
    """Return what SendMessage takes. ``types`` are the data types of those attributes that are not String."""
    written = {name: _typed(value, types.get(name, _TEXT)) for name, value in attributes.items()}
    # Another sender may have meant something else by that word, which SQS would not take.
    system = {_TRACE: _typed(trace, _TEXT)} if trace.startswith("Root=") else {}
    return {"MessageBody": body, "MessageAttributes": written, "MessageSystemAttributes": system}


def _text(value: Mapping[str, Any]) -> str:
    return str(value["StringValue"]) if "StringValue" in value else base64.b64encode(value["BinaryValue"]).decode()


def _typed(value: str, kind: str) -> dict[str, str | bytes]:
    if kind.startswith("Binary"):
        return {"DataType": kind, "BinaryValue": base64.b64decode(value)}
    return {"DataType": kind, "StringValue": value}
