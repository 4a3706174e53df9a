"""The catalog's table, kept when the stack goes."""

from collections.abc import Mapping

from troposphere import AWSHelperFn, AWSObject, If, NoValue, Ref, Region, Tags, dynamodb

from infra import names
from infra.parameters import REPLICA_IS_WANTED, REPLICA_REGION, keeps_records
from kit.chain import Chain
from records.table import INDEXES, KEY, Index


def catalog(chain: Chain, tags: Mapping[str, str]) -> list[AWSObject]:
    """Return the table, with these tags, if some actor works on it."""
    return [_table(tags)] if keeps_records(chain) else []


def _table(tags: Mapping[str, str]) -> dynamodb.GlobalTable:
    attributes = dict.fromkeys([KEY, *(name for index in INDEXES for name in (index.partition, index.sort))])
    return dynamodb.GlobalTable(
        names.TABLE,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            dynamodb.AttributeDefinition(AttributeName=name, AttributeType="S") for name in attributes
        ],
        KeySchema=[dynamodb.KeySchema(AttributeName=KEY, KeyType="HASH")],
        GlobalSecondaryIndexes=[_index(index) for index in INDEXES],
        StreamSpecification=dynamodb.StreamSpecification(StreamViewType="NEW_AND_OLD_IMAGES"),
        # One region writes: Lambda reads the stream of this one alone.
        Replicas=[_replica(Region, tags), If(REPLICA_IS_WANTED, _replica(Ref(REPLICA_REGION), tags), NoValue)],
    )


def _replica(region: AWSHelperFn, tags: Mapping[str, str]) -> dynamodb.ReplicaSpecification:
    # Tags of the stack may not reach a replica: its own property has them.
    return dynamodb.ReplicaSpecification(
        Region=region,
        PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
        **({"Tags": Tags(**tags)} if tags else {}),
    )


def _index(index: Index) -> dynamodb.GlobalTableGlobalSecondaryIndex:
    return dynamodb.GlobalTableGlobalSecondaryIndex(
        IndexName=index.name,
        KeySchema=[
            dynamodb.KeySchema(AttributeName=index.partition, KeyType="HASH"),
            dynamodb.KeySchema(AttributeName=index.sort, KeyType="RANGE"),
        ],
        Projection=projection(index),
    )


def projection(index: Index) -> dynamodb.Projection:
    """Return what an index holds."""
    if index.includes:
        return dynamodb.Projection(ProjectionType="INCLUDE", NonKeyAttributes=list(index.includes))
    return dynamodb.Projection(ProjectionType="KEYS_ONLY")
