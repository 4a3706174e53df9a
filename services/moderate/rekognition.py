"""Amazon Rekognition's DetectModerationLabels as a moderation engine."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from botocore.exceptions import ClientError
from PIL import Image

from imaging.codec import encode, has_transparency, open_image
from kit import aws
from kit.errors import aws_code
from kit.events import ModerationLabel
from kit.retry import call
from services.moderate.opinion import Opinion
from services.moderate.pixels import small
from services.moderate.reasons import Unviewable

NAME = "rekognition"
# https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
FORMATS = ("JPEG", "PNG")
MAX_BYTES = 5 * 1024 * 1024
SIDES = range(80, 10_000 + 1)
# What others are scaled down to, in pixels; even noise then stays below MAX_BYTES.
SCALED_SIDE = 1_600
# Without it nothing below 50 is returned, and a recipe's lower threshold would mean nothing.
LEAST_CONFIDENCE = 1
MOST_LABELS = 10
# The labels that count as nudity, and all below them in the taxonomy's version 7. Other kinds of Non-Explicit Nudity,
# as bare backs and cut-out dresses, do not: https://docs.aws.amazon.com/rekognition/latest/dg/moderation-api.html
NUDITY = {"Explicit", "Explicit Nudity", "Explicit Sexual Activity", "Implied Nudity"}
_UNVIEWABLE = {"ImageTooLargeException", "InvalidImageFormatException"}


def judge(content: bytes) -> Opinion:
    """Ask Rekognition. Raises Retryable, Unviewable, CorruptImage, DecompressionBomb and TooSlow."""
    shown = acceptable(content)
    client = aws.client("rekognition")
    try:
        return opinion(call(client.detect_moderation_labels, Image={"Bytes": shown}, MinConfidence=LEAST_CONFIDENCE))
    except ClientError as error:
        if aws_code(error) in _UNVIEWABLE:
            raise Unviewable(str(error)) from error
        raise


def acceptable(content: bytes) -> bytes:
    """Return the file itself if Rekognition takes it, else a JPEG of it that it takes."""
    image = open_image(content)
    fits = len(content) <= MAX_BYTES and all(side in SIDES for side in image.size)
    if fits and image.format in FORMATS and not has_transparency(image):
        return content
    return encode(_padded(small(image, SCALED_SIDE)), "JPEG", quality=90)


def _padded(picture: Image.Image) -> Image.Image:
    """Return the picture centred on the smallest white background that Rekognition accepts."""
    size = (max(picture.width, SIDES.start), max(picture.height, SIDES.start))
    if size == picture.size:
        return picture
    ground = Image.new(picture.mode, size, "white")
    ground.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return ground


def opinion(answer: Mapping[str, Any]) -> Opinion:
    """Return what Rekognition's answer says."""
    labels = sorted((_label(each) for each in answer["ModerationLabels"]), key=lambda label: -label.confidence)
    nudity = (label.confidence for label in labels if NUDITY & {label.name, label.parent})
    version = answer.get("ModerationModelVersion", "")
    return Opinion(confidence=max(nudity, default=0), labels=tuple(labels[:MOST_LABELS]), model=NAME, version=version)


def _label(said: Mapping[str, Any]) -> ModerationLabel:
    return ModerationLabel(name=said["Name"], parent=said.get("ParentName", ""), confidence=ceil(said["Confidence"]))
