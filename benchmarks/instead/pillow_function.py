"""What people write instead, in Python: one function that S3 invokes, with Pillow. It runs in Lambda's place."""

import json
import os
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import boto3

from benchmarks.peers.measuring import Wanted
from benchmarks.peers.tutorial import saved, shrunk, upright

RENDITIONS = [Wanted(**one) for one in json.loads(os.environ["RENDITIONS"])]
s3: Any = boto3.client("s3")
table: Any = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handle(event: dict[str, Any], _: Any) -> None:
    """Make all renditions of each picture, and keep a record of it."""
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        image, format_ = upright(content)
        stored = []
        for wanted in RENDITIONS:
            body = saved(shrunk(image.copy(), wanted), format_, wanted.quality)
            name = f"{key}/{wanted.name}"
            s3.put_object(Bucket=os.environ["OUTPUTS"], Key=name, Body=body, ContentType=f"image/{format_.lower()}")
            stored.append({"key": name, "bytes": len(body)})
        done_at = datetime.now(UTC).isoformat()
        table.put_item(Item={"key": key, "bytes": len(content), "renditions": stored, "done_at": done_at})
