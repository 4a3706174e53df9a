"""Where records are kept: the protocol, and DynamoDB."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast

from botocore.exceptions import ClientError

from kit import aws
from kit.errors import aws_code
from kit.retry import call
from records.attribute_values import read_item, write
from records.status import SETTLED, Status
from records.stored import Item, settlements
from records.table import BY_SOURCE, KEY, pointer_key, right_padded
from services.catalog import expressions
from services.catalog.attributes import APPROVAL, MARKS, PARTS, Attributes
from services.catalog.reasons import RecordTooLarge


@dataclass(frozen=True)
class Place:
    """An upload's place among those of its key; ``taken_from`` is the id of the one that was the newest before."""

    is_newest: bool
    taken_from: str | None = None


class Records(Protocol):
    """The catalog's writes. Every method may raise Retryable and may be repeated.

    The write that settles a picture adds 1 to the record's number ``settled``: its status becomes another one of
    SETTLED, or it is READY and gets other renditions.
    """

    def merge(self, image_id: str, *parts: Attributes) -> Item:
        """Set attributes on a record, made where there is none; return all of it as it is then.

        Nothing of a part is set where the record has something newer of that kind, see
        ``services.catalog.attributes.clocks``.
        """

    def complete(self, image_id: str, attributes: Attributes, ready_by: str, *more: Attributes) -> Item | None:
        """Merge and make READY in one write, where only these attributes were missing; None, unwritten, where not.

        A record that is READY already becomes it again by a part that is another one than its own.
        """

    def change_status(self, image_id: str, before: Status, after: Status, ready_by: str) -> bool:
        """Change a status that still reads ``before``; return whether it was this call that did it.

        ``ready_by`` is the id of the event that made the picture ready; it is kept with the status.
        """

    def claim_newest(self, source_key: str, upload_order: str, image_id: str, *, removal: bool = False) -> Place:
        """Make this upload the key's newest, and the one before it SUPERSEDED; or this one, where it is older.

        A removal takes part like an upload, but what is older than it becomes REMOVED.
        """

    def outdate(self, image_id: str, order: str, *, by: str, removal: bool) -> bool:
        """Mark an upload as replaced or removed by what has that order; return whether it is marked so.

        One that was removed stays so; one that S3 has shown again since that order is left alone. One that was
        replaced after its removal is removed all the same: a broken replacement must not keep it.
        """

    def recall(self, image_id: str, order: str) -> Item:
        """Take those marks away from an upload that S3 shows again since that order; return its record as it is then.

        What was marked later, and a version that was itself removed, stay as they are.
        """

    def newest(self, source_key: str) -> tuple[str, bool] | None:
        """Return the id of a key's newest upload, and whether that is a removal."""

    def uploads(self, source_key: str, before: str) -> list[Item]:
        """Return a key's uploads that are older than ``before``: what the index holds of them, and a bit late."""

    def get(self, image_id: str) -> Item | None:
        """Return a record as it is now, or None."""

    def remove(self, image_id: str, by: str) -> Item:
        """Make a record REMOVED, made where there is none; return all of it as it is then."""

    def withdraw(self, image_id: str, approval: Attributes) -> None:
        """Take this approval away from a record; another one stays."""

    def forget(self, image_id: str, attributes: Attributes, names: list[str]) -> None:
        """Set attributes on a record that is outdated, and drop those of these names; else change nothing."""


# Of an update that settles a picture.
_COUNT, _ONE = "ADD settled :one", {":one": 1}


class DynamoRecords:
    """DynamoDB. Beside the pictures' records, one pointer a source key names its newest upload."""

    def __init__(self, table: str) -> None:
        self._table = table

    def merge(self, image_id: str, *parts: Attributes) -> Item:
        attributes = _all(parts)
        change = f"{expressions.set_all(attributes)}, #status = if_not_exists(#status, :processing)"
        values = expressions.values(attributes) | {":processing": Status.PROCESSING.value}
        try:
            condition = expressions.unless_newer(attributes)
            return self._update(image_id, change, values, names=expressions.names(attributes), condition=condition)
        except _Refused as refused:
            item: Item = refused.item
        for part in parts if len(parts) > 1 else ():  # one is older than what is there, and the others may not be
            item = self.merge(image_id, part)
        return item

    def complete(self, image_id: str, attributes: Attributes, ready_by: str, *more: Attributes) -> Item | None:
        attributes = _all((attributes, *more))
        others = [part for part in PARTS if part not in attributes]
        there = (f"attribute_exists({part})" for part in others)
        current = expressions.processing_or_other(attributes), expressions.unless_newer(attributes)
        change = f"{expressions.set_all(attributes)}, #status = :ready, ready_by = :by {_COUNT}"
        statuses = {":processing": Status.PROCESSING.value, ":ready": Status.READY.value, ":by": ready_by} | _ONE
        try:
            before = self._update(
                image_id,
                change,
                expressions.values(attributes) | statuses,
                names=expressions.names(attributes),
                condition=expressions.every(*current, *there),
                returns="ALL_OLD",
            )
        except _Refused:
            return None
        ready = {"status": Status.READY.value, "ready_by": ready_by, "settled": settlements(before) + 1}
        return {**before, **attributes, **ready}

    def change_status(self, image_id: str, before: Status, after: Status, ready_by: str) -> bool:
        count, one = (_COUNT, _ONE) if after in SETTLED else ("", {})
        change = f"SET #status = :after, ready_by = :by {count}"
        values = {":before": before.value, ":after": after.value, ":by": ready_by} | one
        try:
            self._update(image_id, change, values, condition="#status = :before")
        except _Refused:
            return False
        return True

    def claim_newest(self, source_key: str, upload_order: str, image_id: str, *, removal: bool = False) -> Place:
        mine = {":me": image_id, ":order": upload_order, ":removal": removal}
        change = "SET newest = :me, upload_order = :order, removal = :removal"
        condition = f"attribute_not_exists({KEY})"
        while True:
            try:
                pointer = self._update(pointer_key(source_key), change, mine, names={}, condition=condition)
            except _Refused as refused:
                seen = refused.item
            else:
                return Place(is_newest=True, taken_from=pointer.get("previous"))
            seen_order = right_padded(seen["upload_order"])
            if seen["newest"] == image_id and seen_order >= upload_order:
                return Place(is_newest=True, taken_from=seen.get("previous"))
            if seen_order >= upload_order:
                self.outdate(image_id, seen_order, by=seen["newest"], removal=seen["removal"])
                return Place(is_newest=False)
            mine |= {":seen": seen["newest"], ":seen_order": seen["upload_order"]}
            change = "SET newest = :me, upload_order = :order, removal = :removal"
            condition = "newest = :seen AND upload_order = :seen_order"
            if seen["newest"] != image_id:
                # Mark before pointing: a crash in between is mended when this message comes again.
                self.outdate(seen["newest"], upload_order, by=image_id, removal=removal)
                change += ", previous = :seen"

    def newest(self, source_key: str) -> tuple[str, bool] | None:
        pointer = self.get(pointer_key(source_key))
        return (pointer["newest"], pointer["removal"]) if pointer else None

    def uploads(self, source_key: str, before: str) -> list[Item]:
        question: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": BY_SOURCE.name,
            "KeyConditionExpression": f"{BY_SOURCE.partition} = :key AND {BY_SOURCE.sort} < :before",
            "ExpressionAttributeValues": {":key": write(source_key), ":before": write(before)},
        }
        found: list[Item] = []
        while True:
            page = call(aws.client("dynamodb").query, **question)
            found += [read_item(item) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return found
            question["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def get(self, image_id: str) -> Item | None:
        key = {KEY: write(image_id)}
        answer = call(aws.client("dynamodb").get_item, TableName=self._table, Key=key, ConsistentRead=True)
        return read_item(answer["Item"]) if "Item" in answer else None

    def remove(self, image_id: str, by: str) -> Item:
        return self._mark(image_id, "removed_by", by, Status.REMOVED)

    def outdate(self, image_id: str, order: str, *, by: str, removal: bool) -> bool:
        # A removal has no record, and one may have been deleted by hand: then there is nothing to mark.
        mark, status = ("removed_by", Status.REMOVED) if removal else ("superseded_by", Status.SUPERSEDED)
        only = f"attribute_exists({KEY}) AND attribute_not_exists(removed_by) AND {_STANDS}"
        record = self._mark(image_id, mark, by, status, only=only, order=order)
        if removal and "superseded_by" in record and "removed_by" not in record:
            only = "attribute_exists(superseded_by) AND attribute_not_exists(removed_by)"
            record = self._mark(image_id, mark, by, status, only=only)
        return record.get(mark) == by

    def _mark(self, image_id: str, mark: str, by: str, status: Status, *, only: str = "", order: str = "") -> Item:
        """Set a mark and the status that follows from it, where ``only`` holds; return the record as it is then.

        An update cannot count by a condition of its own, so a record that has the status already, as one that an
        operator rejected before its key was removed, takes a second one.
        """
        change = f"SET {mark} = :by" + (", standing = :order" if order else "")
        values = {":by": by, ":status": status.value} | ({":order": order} if order else {})
        another = "(attribute_not_exists(#status) OR #status <> :status)"
        try:
            condition = expressions.every(only, another)
            return self._update(image_id, f"{change}, #status = :status {_COUNT}", values | _ONE, condition=condition)
        except _Refused as refused:
            item = refused.item
        is_later = "removed_by" in item or item.get("standing", "") >= order
        if item.get("status") != status or item.get(mark) == by or (only and is_later):
            return item
        try:
            return self._update(image_id, change, values, condition=expressions.every(only, "#status = :status"))
        except _Refused:  # somebody else came in between: look again
            return self._mark(image_id, mark, by, status, only=only, order=order)

    def recall(self, image_id: str, order: str) -> Item:
        change = "SET standing = :order REMOVE superseded_by, removed_by, stage_retire"
        condition = f"(attribute_not_exists(removed_by) OR removed_by <> :me) AND {_STANDS}"
        try:
            return self._update(image_id, change, {":order": order, ":me": image_id}, names={}, condition=condition)
        except _Refused as refused:
            return refused.item

    def withdraw(self, image_id: str, approval: Attributes) -> None:
        change, condition = f"REMOVE {APPROVAL}", f"{APPROVAL} = :approval"
        with suppress(_Refused):
            self._update(image_id, change, {":approval": approval}, names={}, condition=condition)

    def forget(self, image_id: str, attributes: Attributes, names: list[str]) -> None:
        dropped = {f"#d{i}": name for i, name in enumerate(names)}
        change = " REMOVE ".join(filter(None, (expressions.set_all(attributes), ", ".join(dropped))))
        set_ = {f"#{i}": name for i, name in enumerate(attributes)}
        values = {f":{i}": value for i, value in enumerate(attributes.values())}
        condition = " OR ".join(f"attribute_exists({mark})" for mark in MARKS)
        with suppress(_Refused):
            self._update(image_id, change, values, names=set_ | dropped, condition=condition)

    def _update(
        self,
        key: str,
        change: str,
        values: Attributes,
        *,
        names: dict[str, str] | None = None,
        condition: str = "",
        returns: Literal["ALL_NEW", "ALL_OLD"] = "ALL_NEW",
    ) -> Item:
        """Update one item; return it as it is then, or was. Raises _Refused with the item when the condition fails."""
        names = {"#status": "status"} if names is None else names
        optional = {"ExpressionAttributeNames": names, "ConditionExpression": condition}
        more: dict[str, Any] = {name: value for name, value in optional.items() if value}
        try:
            answer = call(
                aws.client("dynamodb").update_item,
                TableName=self._table,
                Key={KEY: write(key)},
                UpdateExpression=change,
                ExpressionAttributeValues={name: write(value) for name, value in values.items()},
                ReturnValues=returns,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **more,
            )
        except ClientError as error:
            if aws_code(error) == "ConditionalCheckFailedException":
                raise _Refused(error) from error
            if "Item size" in str(error):  # of 400 KB, which has no code of its own
                raise RecordTooLarge(str(error)) from error
            raise
        return read_item(answer["Attributes"])


# What has outdated an upload, or has shown it again, counts by S3's order of that, and not by when it is heard.
_STANDS = "(attribute_not_exists(standing) OR standing < :order)"


def _all(parts: Iterable[Attributes]) -> Attributes:
    return {name: value for part in parts for name, value in part.items()}


class _Refused(Exception):
    """The condition of an update did not hold; ``item`` is what was there."""

    def __init__(self, error: ClientError) -> None:
        self.item = read_item(cast(dict[str, Any], error.response.get("Item", {})))
        super().__init__(str(error))
