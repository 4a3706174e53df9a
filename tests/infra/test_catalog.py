"""The table: as the catalog declares it, encrypted, restorable, kept."""

from infra import names
from infra.template import template
from records.table import INDEXES, KEY
from tests.support.stack import WHOLE, Stack, ref

STACK = Stack()
TABLE = STACK.properties(names.TABLE)
RESTORABLE = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}


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
    assert "SSESpecification" not in TABLE  # else under a key that is paid for: docs/decisions/0013
    assert TABLE["Replicas"][0] == {"Region": ref("AWS::Region"), **RESTORABLE}


def test_the_table_can_be_read_in_a_second_region_where_one_is_given() -> None:
    _, second = TABLE["Replicas"]
    condition, replica, otherwise = second["Fn::If"]
    assert replica == {"Region": ref("ReplicaRegion"), **RESTORABLE}
    assert otherwise == ref("AWS::NoValue")
    assert STACK.body["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [ref("ReplicaRegion"), ""]}]}
    assert STACK.body["Parameters"]["ReplicaRegion"]["Default"] == ""


def test_the_stream_tells_what_a_record_was_and_is() -> None:
    assert TABLE["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_stacks_tags_stand_at_the_replica_which_takes_them_nowhere_else() -> None:
    properties = template(WHOLE, {"team": "photos"}).to_dict()["Resources"][names.TABLE]["Properties"]
    here, elsewhere = properties["Replicas"]
    for replica in (here, elsewhere["Fn::If"][1]):
        assert replica["Tags"] == [{"Key": "team", "Value": "photos"}]
    assert "Tags" not in properties


def test_the_records_outlive_the_stack_under_a_name_of_their_own() -> None:
    assert STACK.resources[names.TABLE]["DeletionPolicy"] == "Retain"
    assert STACK.resources[names.TABLE]["UpdateReplacePolicy"] == "Retain"
    assert "TableName" not in TABLE
