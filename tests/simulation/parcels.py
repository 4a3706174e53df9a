"""Messages on their way: what waits in a queue, as Lambda hands it over, and as a story tells of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kit.envelope import Envelope


@dataclass
class Parcel:
    """A message in a queue: not seen before ``seen_at``, received ``attempts`` times."""

    id: str
    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    seen_at: float = 0
    sent_at: float = 0
    attempts: int = 0


def told(parcel: Parcel) -> str:
    """Say what a message is about: the event, the key and the version."""
    try:
        envelope = msgspec.json.decode(parcel.body, type=Envelope)
    except msgspec.DecodeError:
        s3 = json.loads(parcel.body)["Records"][0]
        what, thing = s3["eventName"], s3["s3"]["object"]
        key, version = thing["key"], thing["versionId"]
    else:
        source = msgspec.json.decode(envelope.data)["image"]["source"]
        what, key, version = envelope.kind, source["key"], source["version"]
    return f"{what} of {key} {version} ({parcel.id})"


def lambda_record(parcel: Parcel) -> dict[str, Any]:
    return {
        "messageId": parcel.id,
        "body": parcel.body,
        "attributes": {"ApproximateReceiveCount": str(parcel.attempts)},
        "messageAttributes": {name: {"stringValue": value} for name, value in parcel.attributes.items()},
    }
