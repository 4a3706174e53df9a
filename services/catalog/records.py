"""Where records are kept: one protocol, a DynamoDB one and an in-memory one."""

from threading import RLock
from typing import Any, Protocol, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from kit import aws
from kit.retry import call
from services.catalog.record import Record, Status
from services.catalog.table import KEY

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


class Records(Protocol):
    """The catalogue's writes. Every method may raise Retryable and may be repeated."""

    def merge(self, image_id: str, attributes: dict[str, Any]) -> Record:
        """Set attributes on a record, made where there is none; return all of it as it is then."""

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
        names = {f"#{i}": name for i, name in enumerate(attributes)} | {"#status": "status"}
        values = {f":{i}": _serialize(value) for i, value in enumerate(attributes.values())}
        sets = ", ".join(f"#{i} = :{i}" for i in range(len(attributes)))
        answer = call(
            aws.client("dynamodb").update_item,
            TableName=self._table,
            Key=_key(image_id),
            UpdateExpression=f"SET {sets}, #status = if_not_exists(#status, :new)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values | {":new": _serialize(Status.PROCESSING.value)},
            ReturnValues="ALL_NEW",
        )
        return read_item(answer["Attributes"])

    def change_status(self, image_id: str, before: Status, after: Status, ready_by: str) -> bool:
        changed = self._update(
            image_id,
            "SET #status = :after, ready_by = :by",
            "#status = :before",
            {":before": before.value, ":after": after.value, ":by": ready_by},
        )
        return changed is None

    def claim_newest(self, source_key: str, upload_order: str, image_id: str) -> None:
        pointer = f"newest#{source_key}"
        mine = {":me": image_id, ":order": upload_order}
        seen = self._update(
            pointer,
            "SET newest = :me, upload_order = :order",
            f"attribute_not_exists({KEY}) OR newest = :me",
            mine,
        )
        while seen is not None:
            if seen["upload_order"] >= upload_order:
                self._supersede(image_id, by=seen["newest"])
                return
            # Mark before pointing: a crash in between is mended when this message comes again.
            self._supersede(seen["newest"], by=image_id)
            seen = self._update(
                pointer,
                "SET newest = :me, upload_order = :order",
                "newest = :seen OR newest = :me",
                mine | {":seen": seen["newest"]},
            )

    def _supersede(self, image_id: str, by: str) -> None:
        self._update(
            image_id,
            "SET superseded_by = :by, #status = :superseded",
            f"attribute_exists({KEY})",
            {":by": by, ":superseded": Status.SUPERSEDED.value},
        )

    def _update(self, key: str, change: str, condition: str, values: dict[str, str]) -> Record | None:
        """Update on a condition; return None when it held, else the item as it is."""
        try:
            call(
                aws.client("dynamodb").update_item,
                TableName=self._table,
                Key=_key(key),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues={name: _serialize(value) for name, value in values.items()},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **({"ExpressionAttributeNames": {"#status": "status"}} if "#status" in change else {}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return read_item(cast(dict[str, Any], error.response.get("Item", {})))
        return None


def _key(value: str) -> dict[str, Any]:
    return {KEY: _serialize(value)}


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
