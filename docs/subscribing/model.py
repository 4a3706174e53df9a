"""A function that asks a model what a READY picture shows, and keeps the answer beside nothing of ours.

Its queue, rights and subscription are in model.yaml. A picture is asked about once: its id is the answer's key.
"""

import json
import os
from typing import Any

import boto3
from botocore.exceptions import ClientError

# What Converse takes: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html
FORMATS = {"JPEG": "jpeg", "PNG": "png", "WEBP": "webp"}
LARGEST = 3_750_000  # bytes
QUESTION = "What does this picture show? One sentence."

s3 = boto3.client("s3")
bedrock = boto3.client("bedrock-runtime")


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer for a batch of SQS messages; what fails comes again alone, and at last waits in the dead-letter queue."""
    failures = []
    for record in event["Records"]:
        try:
            judge(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - one bad message must not fail its batch
            print(f"{record['messageId']}: {error!r}")  # noqa: T201 - the function's log
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def judge(envelope: dict[str, Any]) -> None:
    """Ask about one picture and store the answer, unless that is there already."""
    settled = envelope["data"]
    key = f"answers/{settled['image']['id']}.json"
    if exists(key):
        return
    picture = fitting(settled)
    body = s3.get_object(Bucket=picture["bucket"], Key=picture["key"])["Body"].read()
    image = {"format": FORMATS[picture["format"]], "source": {"bytes": body}}
    answer = bedrock.converse(
        modelId=os.environ["MODEL"],
        messages=[{"role": "user", "content": [{"image": image}, {"text": QUESTION}]}],
    )
    said = {"says": answer["output"]["message"]["content"][0]["text"], "of": picture["key"]}
    s3.put_object(Bucket=os.environ["ANSWERS"], Key=key, Body=json.dumps(said).encode())


def fitting(settled: dict[str, Any]) -> dict[str, Any]:
    """Return the master, or the largest rendition where that is too large or in another format."""
    stored = sorted(
        [settled["master"], *settled["renditions"]], key=lambda one: -int(one["width"]) * int(one["height"])
    )
    for picture in stored:
        if picture["bytes"] <= LARGEST and picture["format"] in FORMATS:
            return dict(picture)
    raise ValueError("neither the master nor any rendition is what the model takes")


def exists(key: str) -> bool:
    """Whether the answer is there."""
    try:
        s3.head_object(Bucket=os.environ["ANSWERS"], Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            return False
        raise
    return True
