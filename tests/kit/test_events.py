"""A picture's identity and the order of its uploads."""

import uuid

import pytest

from kit.events import Image, ImageUploaded, Source

ONE = Source(bucket="b", key="a.jpg", version="v1", etag="e1")


def test_a_picture_keeps_its_id_for_ever() -> None:
    assert Image.of(ONE).id == Image.of(Source(bucket="b", key="a.jpg", version="v1")).id
    assert uuid.UUID(Image.of(ONE).id).version == 5
    # Written down, because the ids of all stored pictures depend on it.
    assert Image.of(ONE).id == "c1071a11-6fdf-577a-980e-52b0b9980cf8"


@pytest.mark.parametrize(
    "other",
    [
        Source(bucket="b", key="a.jpg", version="v2", etag="e1"),
        Source(bucket="b", key="A.jpg", version="v1", etag="e1"),
        Source(bucket="c", key="a.jpg", version="v1", etag="e1"),
    ],
)
def test_another_version_key_or_bucket_is_another_picture(other: Source) -> None:
    assert Image.of(other).id != Image.of(ONE).id


def test_without_versions_the_content_tells_pictures_apart() -> None:
    ids = {Image.of(Source(bucket="b", key="a.jpg", etag=etag)).id for etag in ("e1", "e2")}
    assert len(ids) == 2


def test_keys_that_only_look_alike_when_joined_are_two_pictures() -> None:
    assert Image.of(Source(bucket="b", key="a/c")).id != Image.of(Source(bucket="b/a", key="c")).id


def test_uploads_sort_as_s3_wrote_them() -> None:
    sequencers = ["0055AED6DCD90281E5", "0062E99A88DC407460", "0062E99A89", "0A", "10000", "9", "a1", "FFFF"]
    orders = [Source(bucket="b", key="k", sequencer=text).order for text in sequencers]
    assert orders == sorted(orders)


def test_zeros_at_the_end_and_case_do_not_change_the_order() -> None:
    same = {Source(bucket="b", key="k", sequencer=text).order for text in ("ab", "AB", "ab00")}
    assert len(same) == 1


def test_without_sequencers_the_time_of_the_upload_decides() -> None:
    early = Source(bucket="b", key="k", uploaded_at="2026-11-21T08:00:00.000Z")
    late = Source(bucket="b", key="k", uploaded_at="2026-11-21T08:00:01.000Z")
    assert early.order < late.order < Source(bucket="b", key="k", sequencer="0").order


def test_an_event_is_called_by_its_name_in_words() -> None:
    assert ImageUploaded.kind == "image-uploaded"
