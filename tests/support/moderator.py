"""A Rekognition that follows a script: the darker a picture, the surer it is of nudity.

It stands where the function's own AWS client looks for the service, so that all of the function's code is at work.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageStat

from infra import names
from services.moderate import rekognition
from services.moderate.actor import MODERATE, MODERATOR
from tests.support.journey import Journey
from tests.support.proxy import Answer, Forward, Request, between

# botocore's own variable: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
ENDPOINT = "AWS_ENDPOINT_URL_REKOGNITION"


@dataclass
class Moderator:
    """The script; while it is ``away`` it answers as a service that fails, and counts how often."""

    away: bool = False
    failures: int = 0

    def __call__(self, request: Request, _: Forward) -> Answer:
        assert request.operation == "DetectModerationLabels"
        if self.away:
            self.failures += 1
            return _answer(503, {"__type": "InternalServerError", "message": "away"})
        picture = Image.open(BytesIO(base64.b64decode(json.loads(request.body)["Image"]["Bytes"])))
        [light] = ImageStat.Stat(picture.convert("L")).mean
        label = {"Name": "Explicit", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 100 - light / 2.55}
        return _answer(200, {"ModerationLabels": [label], "ModerationModelVersion": "7.0"})


def _answer(status: int, said: dict[str, Any]) -> Answer:
    return Answer(status, [("Content-Type", "application/x-amz-json-1.1")], json.dumps(said).encode())


@contextmanager
def moderating(journey: Journey) -> Iterator[Moderator]:
    """Let the script be what the moderate function asks, for as long as the block runs."""
    moderator, functions = Moderator(), journey.pipeline.target.client("lambda")
    name = journey.pipeline.output(names.function(MODERATE))
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    with between(journey.cloud.port) as proxy:
        proxy.rule = moderator
        chosen = {MODERATOR.variable: rekognition.NAME, ENDPOINT: proxy.endpoint}
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": before | chosen})
        yield moderator
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})
