"""The portal's own table: items that end. DynamoDB deletes them some time later, so times are compared here too."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from kit.errors import aws_code
from kit.retry import call
from records.attribute_values import read_item, write

KEY = "pk"
EXPIRES = "expires_at"  # the table's TTL, seconds since 1970

Item = dict[str, Any]


class Items:
    """Items by their key. Every method may raise kit.errors.Retryable."""

    def __init__(self, dynamodb: Any, table: str, now: Callable[[], float] = time.time) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self.now = now

    def get(self, key: str) -> Item | None:
        """Return an item that has not ended; None where there is none."""
        item = read_item(call(self._dynamodb.get_item, **self._named(key), ConsistentRead=True).get("Item", {}))
        return item if item.get(EXPIRES, 0) > self.now() else None

    def put(self, key: str, seconds: int, item: Item) -> None:
        """Store an item, which ends after so many seconds."""
        whole = {KEY: key, EXPIRES: int(self.now()) + seconds, **item}
        call(self._dynamodb.put_item, TableName=self._table, Item={name: write(each) for name, each in whole.items()})

    def delete(self, key: str) -> bool:
        """Delete an item; return False where it is gone already: another was faster."""
        return self._done(
            self._dynamodb.delete_item, **self._named(key), ConditionExpression=f"attribute_exists({KEY})"
        )

    def count(
        self,
        key: str,
        amounts: Mapping[str, int],
        *,
        most: Mapping[str, int],
        until: int | None = None,
        puts: Mapping[str, Any] | None = None,
        drops: tuple[str, ...] = (),
    ) -> bool:
        """Add to an item's numbers, all or none, in one step; return False, with nothing changed, where it may not be.

        No number may come to exceed ``most``. ``until`` is when the item ends, which is made where it is not there;
        without it, the item must be there, and not have ended. ``puts`` are attributes to set, ``drops`` those that
        must be there and go.
        """
        if any(amount > most.get(name, amount) for name, amount in amounts.items()):
            return False
        said = _Words()
        set_ = dict(puts or {}) | ({EXPIRES: until} if until else {})
        terms = [
            f"(attribute_not_exists({said.name(name)}) OR {said.name(name)} <= {said.value(limit - amounts[name])})"
            for name, limit in most.items()
        ]
        terms += [f"attribute_exists({said.name(name)})" for name in drops]
        terms += [] if until else [f"{said.name(EXPIRES)} > {said.value(int(self.now()))}"]
        clauses = {
            "ADD": [f"{said.name(name)} {said.value(amount)}" for name, amount in amounts.items()],
            "SET": [f"{said.name(name)} = {said.value(value)}" for name, value in set_.items()],
            "REMOVE": [said.name(name) for name in drops],
        }
        return self._done(
            self._dynamodb.update_item,
            **self._named(key),
            UpdateExpression=" ".join(f"{word} {', '.join(parts)}" for word, parts in clauses.items() if parts),
            **({"ConditionExpression": " AND ".join(terms)} if terms else {}),
            ExpressionAttributeNames={short: name for name, short in said.names.items()},
            ExpressionAttributeValues=said.values,
        )

    def _named(self, key: str) -> dict[str, Any]:
        return {"TableName": self._table, "Key": {KEY: {"S": key}}}

    def _done(self, operation: Callable[..., Any], **words: Any) -> bool:
        try:
            call(operation, **words)
        except ClientError as error:
            if aws_code(error) != "ConditionalCheckFailedException":
                raise
            return False
        return True


class _Words:
    """The names and values of an expression, by what stands for them in it."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def name(self, name: str) -> str:
        return self.names.setdefault(name, f"#n{len(self.names)}")

    def value(self, value: Any) -> str:
        short = f":v{len(self.values)}"
        self.values[short] = write(value)
        return short
