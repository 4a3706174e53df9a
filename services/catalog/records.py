"""Where records are kept: one protocol, a DynamoDB one and an in-memory one."""

from contextlib import suppress
from threading import RLock
from typing import Any, Protocol, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from kit import aws
from kit.retry import call
from services.catalog.record import PARTS, Record, Status
from services.catalog.table import KEY

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


class Records(Protocol):
    """The catalogue's writes. Every method may raise Retryable and may be repeated."""

    def merge(self, image_id: str, attributes: dict[str, Any]) -> Record:
        """Set attributes on a record, made where there is none; return all of it as it is then."""

    def complete(self, image_id: str, attributes: dict[str, Any], ready_by: str) -> Record | None:
        """Merge and make READY in one write, where only these attributes were missing; None, unwritten, where not."""

    def change_status(self, image_id: str, before: Status, after: Status, ready_by: str) -> bool:
        """Change a status that still reads ``before``; return whether it was this call that did it.

        ``ready_by`` is the id of the event that made the picture ready; it is kept with the status.
        """

    def claim_newest(self, source_key: str, upload_order: str, image_id: str) -> None:
        """Make this upload the key's newest, and the one before it SUPERSEDED; or this one, where it is older."""


def read_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return a DynamoDB item as plain Python; numbers as int."""
    return {name: _plain(_deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | bool) else int(value)


class DynamoRecords:
    """DynamoDB. Beside the pictures' records, one pointer a source key names its newest upload."""

    def __init__(self, table: str) -> None:
        self._table = table

    def merge(self, image_id: str, attributes: dict[str, Any]) -> Record:
        change = f"{_set(attributes)}, #status = if_not_exists(#status, :processing)"
        values = _values(attributes) | {":processing": Status.PROCESSING.value}
        return self._update(image_id, change, values, names=_names(attributes))

    def complete(self, image_id: str, attributes: dict[str, Any], ready_by: str) -> Record | None:
        others = [part for part in PARTS if part not in attributes]
        condition = " AND ".join(["#status = :processing", *(f"attribute_exists({part})" for part in others)])
        change = f"{_set(attributes)}, #status = :ready, ready_by = :by"
        statuses = {":processing": Status.PROCESSING.value, ":ready": Status.READY.value, ":by": ready_by}
        try:
            return self._update(
                image_id, change, _values(attributes) | statuses, names=_names(attributes), condition=condition
            )
        except _Refused:
            return None

    def change_status(self, image_id: str, before: Status, after: Status, ready_by: str) -> bool:
        change = "SET #status = :after, ready_by = :by"
        values = {":before": before.value, ":after": after.value, ":by": ready_by}
        try:
            self._update(image_id, change, values, condition="#status = :before")
        except _Refused:
            return False
        return True

    def claim_newest(self, source_key: str, upload_order: str, image_id: str) -> None:
        mine = {":me": image_id, ":order": upload_order}
        seen = self._point(source_key, f"attribute_not_exists({KEY}) OR newest = :me", mine)
        while seen is not None:
            if seen["upload_order"] >= upload_order:
                self._supersede(image_id, by=seen["newest"])
                return
            # Mark before pointing: a crash in between is mended when this message comes again.
            self._supersede(seen["newest"], by=image_id)
            condition = "newest = :seen OR newest = :me"
            seen = self._point(source_key, condition, mine | {":seen": seen["newest"]})

    def _point(self, source_key: str, condition: str, values: dict[str, Any]) -> Record | None:
        """Make the key's pointer name this upload; return None when it does, else the pointer as it is."""
        change = "SET newest = :me, upload_order = :order"
        try:
            self._update(f"newest#{source_key}", change, values, names={}, condition=condition)
        except _Refused as refused:
            return refused.item
        return None

    def _supersede(self, image_id: str, by: str) -> None:
        values = {":by": by, ":superseded": Status.SUPERSEDED.value}
        change = "SET superseded_by = :by, #status = :superseded"
        with suppress(_Refused):  # the record was deleted by hand: nothing to mark
            self._update(image_id, change, values, condition=f"attribute_exists({KEY})")

    def _update(
        self,
        key: str,
        change: str,
        values: dict[str, Any],
        *,
        names: dict[str, str] | None = None,
        condition: str = "",
    ) -> Record:
        """Update one item and return it as it is then. Raises _Refused with the item when the condition fails."""
        names = {"#status": "status"} if names is None else names
        optional = {"ExpressionAttributeNames": names, "ConditionExpression": condition}
        more: dict[str, Any] = {name: value for name, value in optional.items() if value}
        try:
            answer = call(
                aws.client("dynamodb").update_item,
                TableName=self._table,
                Key={KEY: _serialize(key)},
                UpdateExpression=change,
                ExpressionAttributeValues={name: _serialize(value) for name, value in values.items()},
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **more,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise _Refused(error) from error
        return read_item(answer["Attributes"])


class _Refused(Exception):
    """The condition of an update did not hold; ``item`` is what was there."""

    def __init__(self, error: ClientError) -> None:
        self.item = read_item(cast(dict[str, Any], error.response.get("Item", {})))
        super().__init__(str(error))


def _set(attributes: dict[str, Any]) -> str:
    return "SET " + ", ".join(f"#{i} = :{i}" for i in range(len(attributes)))


def _names(attributes: dict[str, Any]) -> dict[str, str]:
    return {f"#{i}": name for i, name in enumerate(attributes)} | {"#status": "status"}


def _values(attributes: dict[str, Any]) -> dict[str, Any]:
    return {f":{i}": value for i, value in enumerate(attributes.values())}


class MemoryRecords:
    """Records by id, in this process; the same promises, under a lock."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self._newest: dict[str, tuple[str, str]] = {}
        self._lock = RLock()

    def merge(self, image_id: str, attributes: dict[str, Any]) -> Record:
        with self._lock:
            record = self.items.setdefault(image_id, {KEY: image_id, "status": Status.PROCESSING})
            record.update(attributes)
            return dict(record)

    def complete(self, image_id: str, attributes: dict[str, Any], ready_by: str) -> Record | None:
        with self._lock:
            record = self.items.get(image_id, {})
            whole = all(part in attributes or part in record for part in PARTS)
            if not whole or record.get("status") != Status.PROCESSING:
                return None
            record.update(attributes, status=Status.READY, ready_by=ready_by)
            return dict(record)

    def change_status(self, image_id: str, before: Status, after: Status, ready_by: str) -> bool:
        with self._lock:
            record = self.items[image_id]
            if record["status"] != before:
                return False
            record.update(status=after, ready_by=ready_by)
            return True

    def claim_newest(self, source_key: str, upload_order: str, image_id: str) -> None:
        with self._lock:
            order, newest = self._newest.get(source_key, ("", image_id))
            if newest == image_id or order < upload_order:
                self._newest[source_key] = (upload_order, image_id)
                loser, winner = newest, image_id
            else:
                loser, winner = image_id, newest
            if loser != winner:
                self.items[loser].update(superseded_by=winner, status=Status.SUPERSEDED)
