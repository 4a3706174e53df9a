"""How an item of the table becomes a record."""

import msgspec
import pytest

from records.picture import PictureRecord
from records.stored import read

ITEM = {"image_id": "i", "status": "READY", "source": {"bucket": "b", "key": "k", "version": "v", "etag": "e"}}


def test_what_a_later_release_writes_is_passed_over() -> None:
    more = {"mood": "cheerful", "stage_resize": {"at": "1", "weather": "rain"}}
    record = read(ITEM | more)
    assert (record.key, record.stages["resize"].at) == ("k", "1")


def test_what_actors_have_done_comes_in_order_of_time() -> None:
    record = read(ITEM | {"stage_resize": {"at": "2"}, "stage_ingest": {"at": "1"}, "stage_catalog": {"at": "3"}})
    assert list(record.stages) == ["ingest", "resize", "catalog"]


def test_the_time_of_the_upload_belongs_to_the_pictures_identity() -> None:
    assert read(ITEM | {"entered_at": "2026"}).image.source.uploaded_at == "2026"


def test_an_index_holds_less_and_is_read_all_the_same() -> None:
    assert read({"image_id": "i"}) == PictureRecord(image_id="i")


def test_what_is_not_what_it_should_be_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="original"):
        read(ITEM | {"original": "large"})
