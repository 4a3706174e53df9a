"""Rekognition as a moderation engine, on answers of its documented shape."""

import math
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kit import aws
from kit.errors import ServiceUnavailable, Throttled
from kit.events import ModerationLabel
from services.moderate.reasons import Unviewable
from services.moderate.rekognition import FORMATS, MAX_BYTES, MOST_LABELS, SIDES, acceptable, judge, opinion
from tests.services.moderate.answers import BEACH, FIGHT, NOTHING, NUDE, answer, label
from tests.support import pictures

PHOTO = pictures.jpeg((640, 480))
ASKED = {"Image": {"Bytes": PHOTO}, "MinConfidence": 1}


@pytest.fixture
def rekognition(cloud: None, no_waiting: None) -> Iterator[Stubber]:
    with Stubber(aws.client("rekognition")) as stubbed:
        yield stubbed
        stubbed.assert_no_pending_responses()


def test_a_picture_is_sent_as_it_is_and_labels_come_back_the_surest_first(rekognition: Stubber) -> None:
    rekognition.add_response("detect_moderation_labels", NUDE, ASKED)
    found = judge(PHOTO)
    assert (found.confidence, found.model, found.version) == (100, "rekognition", "7.0")
    assert found.labels == (
        ModerationLabel(name="Exposed Female Nipple", parent="Explicit Nudity", confidence=100),
        ModerationLabel(name="Explicit Nudity", parent="Explicit", confidence=100),
        ModerationLabel(name="Explicit", parent="", confidence=100),
        ModerationLabel(name="Swimwear or Underwear", parent="", confidence=4),
    )


@pytest.mark.parametrize(
    ("said", "confidence"),
    [(NOTHING, 0), (NUDE, 100), (BEACH, 12), (FIGHT, 0)],
    ids=["nothing", "nude", "beach", "fight"],
)
def test_only_nudity_counts_as_nudity(said: dict[str, Any], confidence: int) -> None:
    assert opinion(said).confidence == confidence


def test_a_label_below_a_category_counts_though_the_category_is_not_named() -> None:
    assert opinion(answer(label("Exposed Buttocks or Anus", "Explicit Nudity", 3, 70.4))).confidence == 71


@pytest.mark.parametrize(
    ("confidence", "per_cent"), [(0, 0), (20, 20), (20.01, 21), (20.5, 21), (79.01, 80), (99.99, 100), (100, 100)]
)
def test_just_above_a_threshold_is_above_it(confidence: float, per_cent: int) -> None:
    assert opinion(answer(label("Explicit", "", 1, confidence))).confidence == per_cent


@given(st.lists(st.floats(0, 100), max_size=40))
def test_labels_are_few_sorted_and_whole_per_cents(confidences: list[float]) -> None:
    found = opinion(answer(*(label(f"L{i}", "", 1, each) for i, each in enumerate(confidences)))).labels
    assert len(found) == min(len(confidences), MOST_LABELS)
    assert [each.confidence for each in found] == sorted(map(math.ceil, confidences), reverse=True)[:MOST_LABELS]


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_throttling_is_tried_again_within_the_call(code: str, rekognition: Stubber) -> None:
    for _ in range(2):
        rekognition.add_client_error("detect_moderation_labels", code, "Rate exceeded", 400)
    rekognition.add_response("detect_moderation_labels", NOTHING, ASKED)
    assert judge(PHOTO).confidence == 0


@pytest.mark.parametrize(
    ("code", "status", "raised"),
    [("ThrottlingException", 400, Throttled), ("InternalServerError", 500, ServiceUnavailable)],
)
def test_an_engine_that_stays_away_is_no_fault_of_the_picture(
    code: str, status: int, raised: type[Exception], rekognition: Stubber
) -> None:
    for _ in range(6):
        rekognition.add_client_error("detect_moderation_labels", code, "no", status)
    with pytest.raises(raised):
        judge(PHOTO)


@pytest.mark.parametrize("code", ["InvalidImageFormatException", "ImageTooLargeException"])
def test_a_picture_that_rekognition_refuses_to_see_is_rejected(code: str, rekognition: Stubber) -> None:
    rekognition.add_client_error("detect_moderation_labels", code, "Request has invalid image", 400)
    with pytest.raises(Unviewable, match="Request has invalid image"):
        judge(PHOTO)


def test_a_missing_right_is_a_bug_with_its_name(rekognition: Stubber) -> None:
    rekognition.add_client_error("detect_moderation_labels", "AccessDeniedException", "not authorized", 400)
    with pytest.raises(ClientError, match="not authorized"):
        judge(PHOTO)


def test_what_rekognition_does_not_take_is_sent_as_a_jpeg(rekognition: Stubber) -> None:
    rekognition.add_response("detect_moderation_labels", NOTHING, {"Image": {"Bytes": ANY}, "MinConfidence": 1})
    assert judge(pictures.webp()).confidence == 0


def taken(content: bytes) -> Image.Image:
    """Return the picture that Rekognition gets, which must be one that it takes."""
    sent = acceptable(content)
    assert len(sent) <= MAX_BYTES
    image = Image.open(BytesIO(sent))
    assert image.format in FORMATS
    assert all(side in SIDES for side in image.size)
    image.load()
    return image


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_what_it_takes_is_sent_untouched(format_: str) -> None:
    content = encoded(Image.new("L", (100, 80), 90), format_)
    assert acceptable(content) is content


def test_noise_of_five_megabytes_and_more_is_scaled_until_it_fits() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (2_600, 2_600, 3), np.uint8))
    content = encoded(noise, "JPEG", quality=95)
    assert len(content) > MAX_BYTES
    assert taken(content).size == (1_600, 1_600)


def test_nothing_hides_behind_transparency() -> None:
    clear = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    assert taken(encoded(clear, "PNG")).getpixel((50, 50)) == (255, 255, 255)


def test_a_small_picture_lies_on_white() -> None:
    image = taken(encoded(Image.new("RGB", (20, 200), (200, 0, 0)), "PNG"))
    assert image.size == (80, 200)
    assert image.getpixel((2, 2)) == (255, 255, 255)
    red, green, _ = image.getpixel((40, 100))  # type: ignore[misc]
    assert red > 190
    assert green < 20


@settings(max_examples=25)
@given(
    width=st.integers(1, 12_000),
    height=st.integers(1, 300),
    mode=st.sampled_from(["L", "RGB", "RGBA", "1", "P"]),
    turned=st.booleans(),
)
def test_whatever_its_size_and_colours_a_picture_becomes_one_that_is_taken(
    width: int, height: int, mode: str, turned: bool
) -> None:
    size = (height, width) if turned else (width, height)
    taken(encoded(Image.new(mode, size), "PNG"))
