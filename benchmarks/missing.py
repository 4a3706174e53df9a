"""`brigade missing` against 100,000 objects: its memory, its time and its requests. `make bench-missing` prints them.

S3 and DynamoDB are stand-ins in this process: what is measured is our own work, without the wire and its parsing.
"""

import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from brigade.pictures.catalog import Catalog
from brigade.pipeline import Pipeline
from brigade.rework.gaps import Missing
from brigade.rework.survey import Comparison
from imaging.recipes import DEFAULT_PATH, load
from kit.events import Image, Source
from records.attribute_values import write
from records.table import KEY

OBJECTS = 100_000
# So many pictures apart, one is unknown, one has lost a rendition, and one is gone from the bucket.
APART = 1_000
_PAGE = 1_000
_AT = datetime(2026, 11, 28, tzinfo=UTC)
_RECIPES = load(DEFAULT_PATH)


@dataclass
class Cloud:
    """Both buckets and the table, each answer made when it is asked for."""

    count: int
    requests: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._numbers = {image(number).id: number for number in range(self.count)}

    def get_paginator(self, operation: str) -> Any:
        def paginate(**_: Any) -> Iterator[dict[str, Any]]:
            pages = {"list_object_versions": self._versions, "list_objects_v2": self._outputs, "query": self._index}
            for page in pages[operation]():
                self.requests[operation] += 1
                yield page

        def paginate_some(**what: Any) -> Iterator[dict[str, Any]]:
            if what.get("Prefix"):  # one picture's outputs
                self.requests[operation] += 1
                number = self._numbers[what["Prefix"].partition("/")[2][:36]]
                found = [{"Key": key} for key in stored(number) if key.startswith(what["Prefix"])]
                return iter([{"Contents": found}])
            is_empty = what.get("ExpressionAttributeValues", {}).get(":value") not in (None, {"S": "READY"})
            return iter([{"Items": []}]) if is_empty else paginate()

        return SimpleNamespace(paginate=paginate_some)

    def list_object_versions(self, **_: Any) -> dict[str, Any]:  # of a key that is gone
        self.requests["list_object_versions"] += 1
        return {}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's own
        self.requests["batch_get_item"] += 1
        numbers = [self._numbers[key[KEY]["S"]] for key in RequestItems["table"]["Keys"]]
        return {"Responses": {"table": [item(number) for number in numbers if number % APART != 1]}}

    def _versions(self) -> Iterator[dict[str, Any]]:
        some = {"IsLatest": True, "ETag": '"e"', "Size": 9, "LastModified": _AT}
        for start in range(0, self.count, _PAGE):
            numbers = (number for number in range(start, min(start + _PAGE, self.count)) if number % APART != 3)
            yield {"Versions": [{"Key": source(n).key, "VersionId": source(n).version} | some for n in numbers]}

    def _outputs(self) -> Iterator[dict[str, Any]]:
        for start in range(0, self.count, _PAGE // 10):
            numbers = range(start, min(start + _PAGE // 10, self.count))
            yield {"Contents": [{"Key": key} for number in numbers for key in stored(number)]}

    def _index(self) -> Iterator[dict[str, Any]]:
        ids = [image_id for image_id, number in self._numbers.items() if number % APART != 1]
        for start in range(0, len(ids), _PAGE):
            at = {"entered_at": {"S": _AT.isoformat()}}
            yield {"Items": [{KEY: {"S": image_id}} | at for image_id in ids[start : start + _PAGE]]}


def source(number: int) -> Source:
    """Return an upload."""
    return Source(bucket="source", key=f"2026/{number:07}.jpg", version=f"v{number}", size=9)


def image(number: int) -> Image:
    """Return its picture."""
    return Image.of(source(number))


def keys(number: int) -> list[str]:
    """Return the keys of its outputs: the master's first."""
    image_id = image(number).id
    names = [rendition.name for rendition in _RECIPES.recipe[-1].rendition]
    return [f"normalized/{image_id}.png", *(f"renditions/{image_id}/{name}.jpg" for name in names)]


def stored(number: int) -> list[str]:
    """Return those of the keys that are there."""
    return keys(number)[:-1] if number % APART == 2 else keys(number)


def item(number: int) -> dict[str, Any]:
    """Return its record as DynamoDB has it."""
    size = {"format": "JPEG", "width": 600, "height": 400, "bytes": 50_000}
    master, *renditions = ({"bucket": "target", "key": key, "method": "m"} | size for key in keys(number))
    recipe = _RECIPES.recipe[-1]
    named = [each | {"name": rendition.name} for each, rendition in zip(renditions, recipe.rendition, strict=True)]
    upload = {"bucket": "source", "key": source(number).key, "version": source(number).version}
    stage = {"queued_ms": 5, "worked_ms": 50, "attempts": 1, "version": "1", "at": _AT.isoformat()}
    stages = {f"stage_{actor}": stage for actor in ("ingest", "normalize", "resize")}
    facts = {KEY: image(number).id, "status": "READY", "source": upload, "entered_at": _AT.isoformat()}
    record = facts | {"recipe": recipe.name, "original": size, "master": master, "renditions": named} | stages
    return {name: write(value) for name, value in record.items()}


def compare(cloud: Cloud) -> list[Missing]:
    """Return what is missing there."""
    catalog = Catalog(cloud, "table", "source")
    buckets = {"source_bucket": "source", "target_bucket": "target", "archive_bucket": None}
    stand_in = SimpleNamespace(s3=cloud, catalog=catalog, stack=None, **buckets)
    ignore: list[str] = []
    with patch("brigade.deploy.deployed_recipes.of", lambda _: _RECIPES):
        return list(Comparison(cast(Pipeline, stand_in), "", _AT, lambda _: None, ignore.append).missing())


def peak_mb() -> float:
    """Return the greatest memory that this process has had, MB."""
    kib = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * kib / 1e6


def main() -> None:
    """Print the measurement."""
    cloud = Cloud(int(sys.argv[1]) if len(sys.argv) > 1 else OBJECTS)
    before, began = peak_mb(), time.monotonic()
    found = compare(cloud)
    took, grown = time.monotonic() - began, peak_mb() - before
    asked = ", ".join(f"{count:,} {operation}" for operation, count in cloud.requests.items())
    print(f"{cloud.count:,} objects, {len(found)} missing: {took:.0f} s, {grown:.0f} MB more than before; {asked}")


if __name__ == "__main__":
    main()
