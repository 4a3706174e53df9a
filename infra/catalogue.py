"""The catalogue's table, kept when the stack goes."""

from troposphere import AWSObject, dynamodb

from infra import names
from kit.chain import Chain
from services.catalog.table import INDEXES, KEY, Index


def catalogue(chain: Chain) -> list[AWSObject]:
    """Return the table if some actor works on it."""
    return [_table()] if any(actor.table for actor in chain.actors) else []


def _table() -> dynamodb.Table:
    attributes = dict.fromkeys([KEY, *(name for index in INDEXES for name in (index.partition, index.sort))])
    return dynamodb.Table(
        names.TABLE,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            dynamodb.AttributeDefinition(AttributeName=name, AttributeType="S") for name in attributes
        ],
        KeySchema=[dynamodb.KeySchema(AttributeName=KEY, KeyType="HASH")],
        GlobalSecondaryIndexes=[_index(index) for index in INDEXES],
        SSESpecification=dynamodb.SSESpecification(SSEEnabled=True),
        PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
    )


def _index(index: Index) -> dynamodb.GlobalSecondaryIndex:
    return dynamodb.GlobalSecondaryIndex(
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
