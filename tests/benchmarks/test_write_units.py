"""DynamoDB's arithmetic, on items in its own notation."""

from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from benchmarks.write_units import UNIT_BYTES, item_bytes, written
from records.table import BY_SOURCE, BY_STATUS

serialize = TypeSerializer().serialize


def item(**attributes: Any) -> dict[str, Any]:
    return {name: serialize(value) for name, value in attributes.items()}


PROCESSING = item(image_id="i", status="PROCESSING", entered_at="2026", source_key="a", upload_order="01")
READY = PROCESSING | item(status="READY")
RETIRED = PROCESSING | item(stage_retire={"at": "2027"})


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("Käse", 5),
        (0, 1),
        (7, 2),
        (12, 2),
        (123, 3),
        (-123, 4),
        (4_000, 2),
        (True, 1),
        (None, 1),
        ([], 3),
        (["ab", 7], 3 + (2 + 1) + (2 + 1)),
        ({"ab": "cd"}, 3 + (2 + 2 + 1)),
    ],
)
def test_a_value_has_its_size_and_its_name_beside_it(value: Any, size: int) -> None:
    assert item_bytes(item(name=value)) == len("name") + size


def test_a_kind_of_value_that_the_catalog_has_not_is_refused() -> None:
    with pytest.raises(TypeError, match="SS"):
        item_bytes({"a": {"SS": ["b"]}})


@pytest.mark.parametrize(("size", "units"), [(UNIT_BYTES, 1), (UNIT_BYTES + 1, 2), (4 * UNIT_BYTES, 4)])
def test_the_table_takes_a_unit_for_each_kilobyte_begun(size: int, units: int) -> None:
    assert written(None, {"a": {"S": "x" * (size - 1)}})["table"] == units


def test_an_item_that_shrinks_costs_what_it_was() -> None:
    assert written(item(a="x" * 3_000), item(a="x"))["table"] == 3


def paid(before: Any, after: Any) -> dict[str, int]:
    """Return the units of a write where there are any."""
    return {place: units for place, units in written(before, after).items() if units}


def test_a_new_record_is_put_into_every_index() -> None:
    assert paid(None, PROCESSING) == {"table": 1, BY_SOURCE.name: 1, BY_STATUS.name: 1}


def test_a_change_of_status_is_a_deletion_and_a_put_in_its_index_alone() -> None:
    assert paid(PROCESSING, READY) == {"table": 1, BY_STATUS.name: 2}


def test_what_an_index_does_not_hold_costs_nothing_there() -> None:
    assert paid(PROCESSING, PROCESSING | item(master={"width": 4})) == {
        "table": 1,
    }


def test_what_an_index_includes_costs_there_too() -> None:
    assert written(PROCESSING, RETIRED)[BY_SOURCE.name] == 1


def test_an_item_without_an_indexs_keys_is_not_in_it() -> None:
    assert paid(None, item(image_id="newest#a", upload_order="01")) == {
        "table": 1,
    }


def test_a_refused_write_costs_the_table_and_nobody_else() -> None:
    assert paid(READY, READY) == {"table": 1}
