"""Where operations are recorded: one JSON document each, in a stack's target bucket or in a folder."""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from brigade.operations.operation import Entry, Operation, Recording, new_id, who
from brigade.target import Target
from brigade.terminal import OperatorError
from kit.envelope import now
from kit.outputs import OPERATIONS

_SUFFIX = ".json"
# Of a picture's operations: bytes of a document that is read, and how many of those are.
_SMALL, _NEWEST = 1_000_000, 40


class History(ABC):
    """All recorded operations of one stack, or of one pair of queues."""

    def __init__(self, target: Target, place: str) -> None:
        self._target = target
        self.place = place  # where the documents are

    @contextmanager
    def begin(self, command: str, *, where: str, messages: Iterable[Entry]) -> Iterator[Recording]:
        """Record an operation on these messages while the block runs. Raises where that cannot be recorded."""
        operation = Operation(
            id=new_id(), command=command, where=where, by=who(self._target), begun_at=now(), messages=list(messages)
        )
        recording = Recording(operation, self._keep)
        try:
            yield recording
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell
                recording.end()
            raise
        recording.end()

    def newest(self) -> Iterator[Operation]:
        """Yield the operations, newest first; raises OperatorError for a damaged document."""
        for identity in sorted(self._ids(), reverse=True):
            yield self._load(identity)

    def find(self, identity: str) -> Operation:
        """Return the operation whose id begins so; raises OperatorError when there is none, or more than one."""
        found = [each for each in self._ids() if each.startswith(identity)]
        if len(found) != 1:
            what = f"{len(found)} operations begin with" if found else "there is no operation"
            raise OperatorError(f"{what} {identity!r}", "`brigade history` lists them")
        return self._load(found[0])

    def _load(self, identity: str) -> Operation:
        try:
            return msgspec.json.decode(self._get(identity + _SUFFIX), type=Operation)
        except (msgspec.DecodeError, UnicodeError) as error:
            document = f"{self.place}/{identity}{_SUFFIX}"
            raise OperatorError(f"the record {document} is damaged: {error}", "delete it, or mend it") from error

    def _keep(self, operation: Operation) -> None:
        self._put(operation.id + _SUFFIX, msgspec.json.encode(operation))

    def _ids(self) -> list[str]:
        return [name.removesuffix(_SUFFIX) for name in self._names() if name.endswith(_SUFFIX)]

    @abstractmethod
    def _put(self, name: str, content: bytes) -> None:
        """Write a document, whole or not at all."""

    @abstractmethod
    def _get(self, name: str) -> bytes:
        """Read a document."""

    @abstractmethod
    def _names(self) -> list[str]:
        """Return the names of all documents."""


class S3History(History):
    """Below ``operations/`` in a stack's target bucket."""

    def __init__(self, target: Target, bucket: str) -> None:
        super().__init__(target, f"s3://{bucket}/{OPERATIONS.rstrip('/')}")
        self._s3: Any = target.client("s3")
        self._bucket = bucket

    def _put(self, name: str, content: bytes) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=OPERATIONS + name, Body=content, ContentType="application/json")

    def _get(self, name: str) -> bytes:
        content: bytes = self._s3.get_object(Bucket=self._bucket, Key=OPERATIONS + name)["Body"].read()
        return content

    def _names(self) -> list[str]:
        return [name for name, _ in self._documents()]

    def _documents(self, after: str = "") -> Iterator[tuple[str, int]]:
        """Yield the names, those after a name, each with its document's bytes."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=OPERATIONS, StartAfter=OPERATIONS + after
        )
        return ((each["Key"].removeprefix(OPERATIONS), each["Size"]) for p in pages for each in p.get("Contents", []))

    def about(self, image_id: str, since: str) -> list[tuple[Operation, Entry]]:
        """Return what operators did with a picture since a time (ISO 8601, UTC), each with what came of it.

        Of the newest operations, and not those on many thousand pictures: their documents take too long to read.
        """
        begin = re.sub(r"[-:]|\.\d+", "", since)  # an operation's id begins with its time
        small = [name.removesuffix(_SUFFIX) for name, count in self._documents(begin) if count <= _SMALL]
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(self._load, small[-_NEWEST:]))
        return [(each, entry) for each in found for entry in each.messages if entry.image_id == image_id]


class FileHistory(History):
    """Files in a folder, for queues that belong to no stack of ours."""

    def __init__(self, target: Target, folder: Path) -> None:
        super().__init__(target, str(folder))
        self._folder = folder

    def _put(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{name}.{os.getpid()}.draft"
        draft.write_bytes(content)
        draft.replace(self._folder / name)

    def _get(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def _names(self) -> list[str]:
        return [path.name for path in self._folder.glob(f"*{_SUFFIX}")]
