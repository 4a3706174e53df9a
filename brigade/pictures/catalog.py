"""Reading the catalog: by id, by what its indexes list, or all of it.

Every question has an index; only an export, which wants everything, reads the table through.
"""

import heapq
import itertools
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import msgspec

from brigade.pictures.local_files import spellings
from brigade.terminal import OperatorError, counted, say
from kit.batches import Refused, in_full
from records import stored
from records.attribute_values import read_item
from records.picture import PictureRecord
from records.status import Status
from records.stored import Item
from records.table import BY_SOURCE, BY_STATUS, KEY, Index, pointer_key, right_padded

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
_BATCH = 100
_PAGE = 1_000  # an index holds keys: some hundred bytes each
_BEGIN = re.compile(r"[0-9a-f]{8}[0-9a-f-]{0,27}")


# What an index lists of a picture: its sort key, and its id.
Entry = tuple[str, str]


@dataclass(frozen=True)
class Question:
    """A question that one index answers: what it lists under a value, from ``low`` to ``high`` (empty: no limit)."""

    index: Index
    value: str
    low: str = ""
    high: str = ""

    def conditions(self) -> dict[str, Any]:
        """Return the question as DynamoDB takes it."""
        bounds = {":low": ("#sort >= :low", self.low), ":high": ("#sort <= :high", self.high)}
        given = {name: bound for name, bound in bounds.items() if bound[1]}
        range_ = "#sort BETWEEN :low AND :high" if len(given) == len(bounds) else "".join(c for c, _ in given.values())
        names = {"#partition": self.index.partition} | ({"#sort": self.index.sort} if given else {})
        values = {":value": self.value} | {name: value for name, (_, value) in given.items()}
        return {
            "KeyConditionExpression": " AND ".join(filter(None, ("#partition = :value", range_))),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
        }


class Catalog:
    """The catalog's readers."""

    def __init__(self, dynamodb: Any, table: str, source_bucket: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._source_bucket = source_bucket

    def get(self, image_ids: Iterable[str]) -> dict[str, PictureRecord]:
        """Return the records that exist, by id; raises OperatorError where one of them cannot be read."""
        return {image_id: _record(item) for image_id, item in self._read(image_ids).items()}

    def orders(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the order of the newest upload or removal of these source keys, where the catalog knows one."""
        pointers = {pointer_key(f"{self._source_bucket}/{key}"): key for key in keys}
        return {pointers[name]: right_padded(item["upload_order"]) for name, item in self._read(pointers).items()}

    def ids(self, status: Status) -> Iterator[str]:
        """Yield the ids that the index lists under a status, which may have changed by now."""
        return (image_id for _, image_id in self._entries(Question(BY_STATUS, status.value)))

    def _read(self, names: Iterable[str]) -> dict[str, Item]:
        """Return the items that exist, by the table's key."""
        wanted = list(names)
        found: dict[str, Item] = {}

        def read(batch: list[str]) -> list[Refused[str]]:
            keys = [{KEY: {"S": name}} for name in batch]
            answer = self._dynamodb.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            for item in answer["Responses"].get(self._table, []):
                found[item[KEY]["S"]] = read_item(item)
            unread = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            return [Refused(key[KEY]["S"], "UnprocessedKeys") for key in unread]

        for start in range(0, len(wanted), _BATCH):
            if unread := in_full(read, wanted[start : start + _BATCH]):
                raise OperatorError(
                    f"the table did not answer about {counted(len(unread), 'picture')}: it is throttled",
                    "try again in a minute; docs/scaling.md says where the table's limits are",
                )
        return found

    def find(self, key_or_id: str) -> PictureRecord:
        """Return a picture's record by its id, the newest of a source key in either Unicode form, or by an id's begin.

        Eight characters of it are enough. Raises OperatorError for none of these, and where several ids begin so.
        """
        try:
            # Of a removed version that nobody has heard of before, the record says that it was removed, and no more.
            found = next(iter(self.get([str(uuid.UUID(key_or_id))]).values()), None)
            if found and found.is_known:
                return found
        except ValueError:
            pass
        newest = next(itertools.chain.from_iterable(map(self.by_key, spellings(key_or_id))), None)
        if newest is None and _BEGIN.fullmatch(key_or_id):
            newest = self._beginning(key_or_id)
        if newest is None:
            raise OperatorError(f"the catalog knows no picture {key_or_id!r}", "`brigade ls` shows those it knows")
        return newest

    def _beginning(self, begin: str) -> PictureRecord | None:
        """Return the picture whose id begins so. No index knows beginnings: all ids are looked at, 1,000 a request."""
        ids = {image_id for status in Status for image_id in self.ids(status) if image_id.startswith(begin)}
        found = [record for record in self.get(ids).values() if record.is_known]
        if len(found) > 1:
            keys = ", ".join(f"{record.key} ({record.image_id})" for record in found)
            raise OperatorError(f"{len(found)} ids begin with {begin}: {keys}", "give the whole id")
        return found[0] if found else None

    def by_key(self, key: str) -> Iterator[PictureRecord]:
        """Yield every version of a source key, newest first."""
        return self.ask(Question(BY_SOURCE, f"{self._source_bucket}/{key}"))

    def everything(self, unreadable: Callable[[OperatorError], None]) -> Iterator[PictureRecord]:
        """Yield every picture's record as it is when its page of the table is read, in no order.

        That is half the price of asking by an index. ``unreadable`` is called for a record of another release.
        """
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=self._table):
            for item in map(read_item, page["Items"]):
                if "source" in item:  # else bookkeeping: a key's newest upload, or a removal of what was never heard of
                    try:
                        yield _record(item)
                    except OperatorError as error:
                        unreadable(error)

    def ask(self, *questions: "Question", in_turn: bool = False, after: Entry | None = None) -> Iterator[PictureRecord]:
        """Yield the records that the questions find, merged by their entries, the greatest first.

        ``in_turn``: one question's after the other's, none asked before it is needed. ``after`` leaves out the entries
        down to that one. A record is found once, though it may move from one list to another meanwhile. One that cannot
        be read is named, and left out.
        """
        lists = [self._entries(question) for question in questions]
        for entries in lists if in_turn else [heapq.merge(*lists, reverse=True)]:
            ids = (entry[1] for entry, _ in itertools.groupby(entries) if after is None or entry < after)
            while batch := list(itertools.islice(ids, _BATCH)):
                found = self._read(batch)
                yield from filter(None, (_record_or_none(found[image_id]) for image_id in batch if image_id in found))

    def _entries(self, question: "Question") -> Iterator[Entry]:
        """Yield what an index lists, the greatest first, equals by id."""
        index = question.index
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=index.name,
            ScanIndexForward=False,
            PaginationConfig={"PageSize": _PAGE},
            **question.conditions(),
        )
        found = ((item[index.sort]["S"], item[KEY]["S"]) for page in pages for item in page["Items"])
        for _, equals in itertools.groupby(found, key=itemgetter(0)):
            yield from sorted(equals, reverse=True)


def _record(item: Item) -> PictureRecord:
    try:
        return stored.read(item)
    except msgspec.ValidationError as error:
        raise OperatorError(
            f"the record of {item[KEY]} is not one of this release: {error}", "install the release that is deployed"
        ) from error


def _record_or_none(item: Item) -> PictureRecord | None:
    try:
        return _record(item)
    except OperatorError as error:
        say(f"left out: {error}")
        return None
