"""Reading the catalogue: by id, by key, by status, by day. Every question has an index; nothing scans."""

import heapq
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from brigade.console import OperatorError
from services.catalog.record import Status, view
from services.catalog.records import read_item
from services.catalog.table import BY_DAY, BY_SOURCE, BY_STATUS, KEY, Index

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
_BATCH = 100


class Catalogue:
    """The catalogue's readers; records come as ``services.catalog.record.view`` gives them."""

    def __init__(self, dynamodb: Any, table: str, source_bucket: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._source_bucket = source_bucket

    def get(self, image_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the records that exist, by id."""
        wanted = list(image_ids)
        found: dict[str, dict[str, Any]] = {}
        while wanted:
            batch, wanted = wanted[:_BATCH], wanted[_BATCH:]
            keys = [{KEY: {"S": image_id}} for image_id in batch]
            answer = self._dynamodb.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            for item in answer["Responses"].get(self._table, []):
                record = view(read_item(item))
                found[record["image_id"]] = record
            unread = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            wanted += [key[KEY]["S"] for key in unread]
        return found

    def find(self, key_or_id: str) -> dict[str, Any]:
        """Return a picture's record by its id, or the newest of a source key; raises OperatorError for neither."""
        try:
            found = self.get([str(uuid.UUID(key_or_id))])
            if found:
                return next(iter(found.values()))
        except ValueError:
            pass
        newest = next(self.by_key(key_or_id), None)
        if newest is None:
            raise OperatorError(f"the catalogue knows no picture {key_or_id!r}", "`brigade ls` shows those it knows")
        return newest

    def by_key(self, key: str) -> Iterator[dict[str, Any]]:
        """Yield every version of a source key, newest first."""
        return self._query(BY_SOURCE, f"{self._source_bucket}/{key}")

    def by_status(self, status: Status) -> Iterator[dict[str, Any]]:
        """Yield the pictures of one status, newest first."""
        return self._query(BY_STATUS, status.value)

    def by_day(self, day: str) -> Iterator[dict[str, Any]]:
        """Yield the pictures uploaded on one day (YYYY-MM-DD, UTC), newest first."""
        return self._query(BY_DAY, day)

    def newest(self) -> Iterator[dict[str, Any]]:
        """Yield all pictures, newest first: the statuses' lists, merged."""
        lists = [self.by_status(status) for status in Status]
        return heapq.merge(*lists, key=lambda record: str(record["entered_at"]), reverse=True)

    def _query(self, index: Index, value: str) -> Iterator[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=index.name,
            KeyConditionExpression="#partition = :value",
            ExpressionAttributeNames={"#partition": index.partition},
            ExpressionAttributeValues={":value": {"S": value}},
            ScanIndexForward=False,
            PaginationConfig={"PageSize": _BATCH},
        )
        for page in pages:
            for item in page["Items"]:
                yield view(read_item(item))
