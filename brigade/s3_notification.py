"""What S3 says of an upload, said by us: of one in memory, or once more of one that is long there."""

import json
from urllib.parse import quote_plus

from kit.events import Source


def notification(source: Source) -> str:
    """Return S3's notification of an upload, as it arrives over SNS with raw delivery."""
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
        "eventName": "ObjectCreated:Put",
        "eventTime": source.uploaded_at,
        "s3": {"bucket": {"name": source.bucket}, "object": known},
    }
    return json.dumps({"Records": [record]})
