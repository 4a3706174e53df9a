"""What release 0.1 has written, as README.md lists it."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.events import Image, Source
from records.attribute_values import read_item

FOLDER = Path(__file__).parent / "release_0_1"
WAITING_FOR = sorted(path.stem for path in (FOLDER / "in_flight").iterdir())


def lines(name: str) -> list[str]:
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(name)]


def records() -> list[dict[str, Any]]:
    return [read_item(item) for item in rows("records.jsonl")]


@dataclass(frozen=True)
class InFlight:
    """One picture on its way. ``items`` are DynamoDB's: its record and its key's pointer, where there are any."""

    image: Image
    original: bytes
    messages: list[dict[str, Any]]
    items: list[dict[str, Any]]
    outputs: Mapping[str, tuple[str, bytes]]  # by key: media type, content


def in_flight(actor: str, names: Mapping[str, str] | None = None) -> InFlight:
    """Return what waits for an actor; ``names`` puts other words in the place of bucket names, version and id."""
    text = (FOLDER / "in_flight" / f"{actor}.json").read_text(encoding="utf-8")
    for old, new in (names or {}).items():
        text = text.replace(old, new)
    found = json.loads(text)
    source = {name: found["image"][name] for name in ("bucket", "key", "version")}
    return InFlight(
        Image(id=found["image"]["id"], source=Source(**source)),
        b64decode(found["original"]),
        found["messages"],
        [item for item in (found["record"], found["pointer"]) if item],
        {key: (each["type"], b64decode(each["base64"])) for key, each in found["outputs"].items()},
    )


TARGET_BUCKET: str = next(record["master"]["bucket"] for record in records() if "master" in record)
