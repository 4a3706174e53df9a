"""Values as DynamoDB writes them: what is written is read back, and boto3's own reader agrees."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from records.attribute_values import read, read_item, write

SCALARS = st.none() | st.booleans() | st.text() | st.integers(-(10**37), 10**37)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4)
)


@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    assert read(write(value)) == value


@given(VALUES)
def test_it_is_written_as_boto3_writes_it(value: object) -> None:
    theirs: Any = TypeDeserializer()
    assert write(value) == TypeSerializer().serialize(value)
    assert theirs.deserialize(write(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-100, max_value=1e100))
def test_a_float_is_the_same_number_again(value: float) -> None:
    assert read(write(value)) == value
    assert Decimal(write(value)["N"]) == Decimal(str(value))


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("-7", -7), ("1E+2", 100), ("100.0", 100), ("0.5", 0.5)])
def test_whole_numbers_are_int_however_they_are_written(text: str, number: float) -> None:
    found = read({"N": text})
    assert found == number
    assert type(found) is type(number)


def test_bytes_are_read_back() -> None:
    assert (write(b"a"), read(write(b"a"))) == ({"B": b"a"}, b"a")


def test_a_tuple_is_a_list_and_an_item_is_read_by_name() -> None:
    assert read_item({"a": write((1, True)), "b": write(None)}) == {"a": [1, True], "b": None}


def test_what_records_do_not_hold_is_an_error() -> None:
    with pytest.raises(ValueError, match="records hold no SS"):
        read({"SS": ["a"]})
    with pytest.raises(TypeError, match="records hold no set"):
        write({"a"})
