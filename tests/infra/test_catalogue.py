"""The table: as the catalogue declares it, encrypted, restorable, kept."""

from infra import names
from services.catalog.table import INDEXES, KEY
from tests.infra.stack import Stack

STACK = Stack()
TABLE = STACK.properties(names.TABLE)


def test_the_table_has_the_declared_key_and_indexes() -> None:
    assert TABLE["KeySchema"] == [{"AttributeName": KEY, "KeyType": "HASH"}]
    assert [
        (index["IndexName"], *(part["AttributeName"] for part in index["KeySchema"]))
        for index in TABLE["GlobalSecondaryIndexes"]
    ] == [(index.name, index.partition, index.sort) for index in INDEXES]


def test_an_index_holds_its_keys_and_what_is_declared() -> None:
    held = {index["IndexName"]: index["Projection"] for index in TABLE["GlobalSecondaryIndexes"]}
    for index in INDEXES:
        assert held[index.name].get("NonKeyAttributes", []) == list(index.includes)
        assert held[index.name]["ProjectionType"] == ("INCLUDE" if index.includes else "KEYS_ONLY")


def test_every_attribute_of_a_key_is_defined_once_and_no_other() -> None:
    keys = {KEY} | {name for index in INDEXES for name in (index.partition, index.sort)}
    defined = [attribute["AttributeName"] for attribute in TABLE["AttributeDefinitions"]]
    assert sorted(defined) == sorted(keys)


def test_the_table_costs_by_the_request_is_encrypted_and_can_be_restored() -> None:
    assert TABLE["BillingMode"] == "PAY_PER_REQUEST"
    assert TABLE["SSESpecification"] == {"SSEEnabled": True}
    assert TABLE["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_records_outlive_the_stack_under_a_name_of_their_own() -> None:
    assert STACK.resources[names.TABLE]["DeletionPolicy"] == "Retain"
    assert STACK.resources[names.TABLE]["UpdateReplacePolicy"] == "Retain"
    assert "TableName" not in TABLE
