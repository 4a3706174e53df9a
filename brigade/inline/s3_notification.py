"""What S3 says of an upload or a removal, said by us: of one in memory, or once more of what it said long ago."""

import json
from urllib.parse import quote_plus

from kit.events import Source

CREATED, REMOVED, HIDDEN = "ObjectCreated:Put", "ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated"


def notification(source: Source, event: str = CREATED) -> str:
    """Return S3's notification of an upload, or of a removal, as it arrives over SNS with raw delivery."""
    thing = {
        "key": quote_plus(source.key, safe="/"),
        "size": source.size,
        "eTag": source.etag,
        "versionId": source.version,
        "sequencer": source.sequencer,
    }
    known = {name: value for name, value in thing.items() if value is not None}
    record = {
        "eventSource": "aws:s3",
        "eventName": event,
        "eventTime": source.uploaded_at,
        "s3": {"bucket": {"name": source.bucket}, "object": known},
    }
    return json.dumps({"Records": [record]})
