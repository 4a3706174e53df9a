"""Messages on their way: what waits in a queue, as Lambda hands it over, and as a story tells of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from kit.envelope import Envelope
from kit.queue import Message


@dataclass
class Parcel:
    """A message in a queue: not seen before ``seen_at``, received ``attempts`` times."""

    id: str
    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    seen_at: float = 0
    sent_at: float = 0
    attempts: int = 0

    @property
    def message(self) -> Message:
        """What is received."""
        return Message(id=self.id, body=self.body, attempts=self.attempts, attributes=dict(self.attributes))


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
