"""How many write units a change of an item costs: DynamoDB's arithmetic, on items in its own notation. Pure.

Sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
Indexes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

from records.table import INDEXES, KEY, Index

Item = Mapping[str, Any]

UNIT_BYTES = 1024
_COLLECTION_BYTES, _ELEMENT_BYTES = 3, 1
TABLE = "table"


def item_bytes(item: Item) -> int:
    """Return an item's size: the names and values of its attributes."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":  # two digits a byte, one more, and one for a minus
            digits = content.lstrip("-").replace(".", "").strip("0")
            return ceil(len(digits) / 2) + 1 + int(content.startswith("-"))
        case "BOOL" | "NULL":
            return 1
        case "M":
            return _COLLECTION_BYTES + item_bytes(content) + _ELEMENT_BYTES * len(content)
        case "L":
            return _COLLECTION_BYTES + sum(_value_bytes(each) + _ELEMENT_BYTES for each in content)
    raise TypeError(f"the catalog has no values of type {kind}")


def written(before: Item | None, after: Item) -> dict[str, int]:
    """Return the write units of an item's change, by table and index. A write that is refused changes nothing."""
    units = {TABLE: max(_units(before), _units(after))}
    for index in INDEXES:
        units[index.name] = _index_units(_entry(index, before), _entry(index, after), index)
    return units


def _index_units(before: Item | None, after: Item | None, index: Index) -> int:
    if before == after:
        return 0
    if before and after and all(before[name] == after[name] for name in (index.partition, index.sort)):
        return max(_units(before), _units(after))
    return _units(before) + _units(after)  # deleted there, put here


def _entry(index: Index, item: Item | None) -> Item | None:
    """Return what an index holds of an item, which is nothing without both its keys."""
    if item is None or index.partition not in item or index.sort not in item:
        return None
    held = (KEY, index.partition, index.sort, *index.includes)
    return {name: item[name] for name in held if name in item}


def _units(item: Item | None) -> int:
    return ceil(item_bytes(item) / UNIT_BYTES) if item else 0
