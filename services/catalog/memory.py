"""The catalog's records in this process: the chain in memory and the tests keep them here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import RLock

from records.status import SETTLED, Status
from records.stored import Item, settlements
from records.table import KEY
from services.catalog.attributes import APPROVAL, MARKS, PARTS, Attributes, clocks
from services.catalog.records import Place


@dataclass(frozen=True)
class _Newest:
    """A key's pointer."""

    image_id: str
    order: str
    removal: bool
    previous: str | None = None


class MemoryRecords:
    """Records by id, in this process; the same promises, under a lock."""

    def __init__(self) -> None:
        self.items: dict[str, Attributes] = {}
        self._newest: dict[str, _Newest] = {}
        self._lock = RLock()
        # Hears of each record that has settled, as it was and as it is: what matters of the table's stream.
        self.on_settled: Callable[[Item, Item], object] = lambda *_: None

    def merge(self, image_id: str, *parts: Attributes) -> Item:
        with self._lock:
            record = self.items.setdefault(image_id, {KEY: image_id, "status": Status.PROCESSING})
            for attributes in parts:
                if not _is_stale(attributes, record):
                    record.update(attributes)
            return dict(record)

    def complete(self, image_id: str, attributes: Attributes, ready_by: str, *more: Attributes) -> Item | None:
        attributes = {name: value for part in (attributes, *more) for name, value in part.items()}
        with self._lock:
            record = self.items.get(image_id, {})
            whole = all(part in attributes or part in record for part in PARTS)
            other = any(attributes[part] != record.get(part) for part in PARTS if part in attributes)
            current = record.get("status") == Status.PROCESSING or (record.get("status") == Status.READY and other)
            if not (whole and current) or _is_stale(attributes, record):
                return None
            settled = settlements(record) + 1
            self._set(record, {**attributes, "status": Status.READY, "ready_by": ready_by}, settles=True)
            return {**record, "settled": settled}

    def change_status(self, image_id: str, before: Status, after: Status, ready_by: str) -> bool:
        with self._lock:
            record = self.items[image_id]
            if record["status"] != before:
                return False
            self._set(record, {"status": after, "ready_by": ready_by})
            return True

    def claim_newest(self, source_key: str, upload_order: str, image_id: str, *, removal: bool = False) -> Place:
        with self._lock:
            seen = self._newest.get(source_key)
            if seen is None:
                seen = self._newest[source_key] = _Newest(image_id, upload_order, removal)
            if seen.image_id == image_id:
                self._newest[source_key] = replace(seen, order=max(seen.order, upload_order))
                return Place(is_newest=True, taken_from=seen.previous)
            if seen.order >= upload_order:
                self.outdate(image_id, seen.order, by=seen.image_id, removal=seen.removal)
                return Place(is_newest=False)
            self.outdate(seen.image_id, upload_order, by=image_id, removal=removal)
            self._newest[source_key] = _Newest(image_id, upload_order, removal, seen.image_id)
            return Place(is_newest=True, taken_from=seen.image_id)

    def outdate(self, image_id: str, order: str, *, by: str, removal: bool) -> bool:
        with self._lock:
            record = self.items.get(image_id, {})
            status, mark = (Status.REMOVED, "removed_by") if removal else (Status.SUPERSEDED, "superseded_by")
            standing = record.get("standing", "")
            is_said = record.get("status") == status and record.get(mark) == by
            counts = standing < order or (removal and "superseded_by" in record)
            if record and "removed_by" not in record and counts and not is_said:
                self._set(record, {mark: by, "standing": max(order, standing), "status": status})
            return record.get(mark) == by

    def recall(self, image_id: str, order: str) -> Item:
        with self._lock:
            record = self.items[image_id]
            if record.get("removed_by") != image_id and record.get("standing", "") < order:
                record["standing"] = order
                for name in ("superseded_by", "removed_by", "stage_retire"):
                    record.pop(name, None)
            return dict(record)

    def newest(self, source_key: str) -> tuple[str, bool] | None:
        with self._lock:
            seen = self._newest.get(source_key)
            return (seen.image_id, seen.removal) if seen else None

    def uploads(self, source_key: str, before: str) -> list[Item]:
        with self._lock:
            of_key = [record for record in self.items.values() if record.get("source_key") == source_key]
            return [dict(record) for record in of_key if record["upload_order"] < before]

    def get(self, image_id: str) -> Item | None:
        with self._lock:
            return dict(self.items[image_id]) if image_id in self.items else None

    def remove(self, image_id: str, by: str) -> Item:
        with self._lock:
            record = self.items.setdefault(image_id, {KEY: image_id})
            self._set(record, {"removed_by": by, "status": Status.REMOVED})
            return dict(record)

    def withdraw(self, image_id: str, approval: Attributes) -> None:
        with self._lock:
            if self.items[image_id].get(APPROVAL) == approval:
                del self.items[image_id][APPROVAL]

    def forget(self, image_id: str, attributes: Attributes, names: list[str]) -> None:
        with self._lock:
            record = self.items[image_id]
            if any(mark in record for mark in MARKS):
                record.update(attributes)
                for name in names:
                    record.pop(name, None)

    def _set(self, record: Attributes, attributes: Attributes, *, settles: bool = False) -> None:
        """Set attributes, the status among them; ``settles``: it counts even if the status stays."""
        before = dict(record)
        record.update(attributes)
        if settles or (record["status"] in SETTLED and record["status"] != before.get("status")):
            record["settled"] = before.get("settled", 0) + 1
            self.on_settled(before, dict(record))


def _is_stale(attributes: Item, record: Item) -> bool:
    """Whether the record has something newer of that kind."""
    return any(
        name in record and record[name][field] > attributes[name][field] for name, field in clocks(attributes).items()
    )
