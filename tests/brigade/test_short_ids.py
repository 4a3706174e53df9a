"""The first eight characters of a picture's id stand for it, where no key is called so, and no other begins so."""

from collections.abc import Callable

import pytest

from brigade.pictures.catalog import Catalog
from kit.events import Source
from records.picture import PictureRecord
from records.status import Status


def record(begin: str, end: str, key: str) -> PictureRecord:
    return PictureRecord(image_id=f"{begin}-129e-5039-8fa1-2c17daa8382{end}", source=Source(bucket="source", key=key))


READY, FAILED, ALIKE = (
    record("00000001", "5", "beach.jpg"),
    record("c6e55598", "5", "水桶/cut off.jpg"),
    record("c6e55598", "0", "水桶/cut off.jpg"),
)
Find = Callable[[str], PictureRecord]


@pytest.fixture
def find(monkeypatch: pytest.MonkeyPatch) -> Find:
    """The search of a catalog that holds three pictures, two of whose ids begin alike."""
    records = {each.image_id: each for each in (READY, FAILED, ALIKE)}
    catalog = Catalog(None, "table", "source")
    monkeypatch.setattr(catalog, "get", lambda ids: {each: records[each] for each in ids if each in records})
    monkeypatch.setattr(catalog, "by_key", lambda key: iter([READY] if key == "c6e55598" else []))
    monkeypatch.setattr(catalog, "ids", lambda status: iter(records) if status is Status.READY else iter(()))
    return catalog.find


def test_eight_characters_of_an_id_are_enough(find: Find) -> None:
    assert find("00000001") is READY
    assert find(READY.image_id) is READY
    with pytest.raises(Exception, match="knows no picture '0000000'"):
        find("0000000")


def test_a_key_that_looks_like_one_goes_before_it(find: Find) -> None:
    assert find("c6e55598") is READY


def test_where_several_ids_begin_so_none_is_chosen(find: Find) -> None:
    with pytest.raises(Exception, match=r"2 ids begin with c6e55598-: 水桶/cut off.jpg \(c6e55598-.*whole id"):
        find("c6e55598-")
