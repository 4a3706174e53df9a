"""Steady work for an hour: what becomes of every upload, and whether the memory of any process grows.

Run it with `make soak PICTURES=20000 MINUTES=60`. The pictures come evenly, to a stack with an archive on a local
cloud. Where the machine cannot keep pace, the end waits. It ends with 1 where an upload is not accounted for. What
was measured goes to build/soak.json, the tables to RESULTS.md, a plot to benchmarks/soak.svg.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import account, soak_report
from benchmarks.account import Found
from benchmarks.load import photographs, put_at_pace
from benchmarks.load_watch import Watch
from benchmarks.report import rich
from benchmarks.soak_report import Soak
from brigade.deploy import deployment
from brigade.local import local_cloud
from brigade.pictures import uploads
from brigade.pipeline import Pipeline
from brigade.target import local_target
from imaging.recipes import load
from services.archive.actor import STORAGE_CLASS

PICTURES = int(os.environ.get("PICTURES", "20000"))
MINUTES = float(os.environ.get("MINUTES", "60"))
PATIENCE_S = 300
EVERY_S = 5
STACK = "soak"
RAW = Path("build/soak.json")
_GOOD, _TORN, _TEXT, _IGNORED = "in/", "in/torn/", "in/text/", "elsewhere/"
# Of twenty uploads; the others are good.
_KINDS = {6: _TORN, 13: _TEXT, 19: _IGNORED}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        recipes = account.only_below(Path(folder), _GOOD)
        # Outputs and copies lie on the disk; versions, and so the uploads, the engine keeps in its memory all the same.
        on_disk = {"S3_PERSIST": "1", "S3_DATA_DIR": str(Path(folder, "objects"))}
        with local_cloud.running(environment=on_disk) as cloud:
            target = local_target(cloud.endpoint)
            settings = {STORAGE_CLASS.name: "GLACIER_IR"}
            stack = deployment.deploy(target, STACK, recipes=recipes, version="soak", settings=settings)
            pipeline = Pipeline(stack)
            with Watch(pipeline, cloud.log, cloud.pid, EVERY_S) as watch:
                uploaded, sent_s = upload(pipeline)
                settled(pipeline, uploaded)
            found = account.find(pipeline, uploaded, account.waiting(pipeline, account.queues(pipeline)))
        taken = account.account(found, load(recipes), good=is_good)
    soak = measured(found, taken, watch, sent_s)
    RAW.parent.mkdir(exist_ok=True)
    RAW.write_text(json.dumps(soak.raw(), separators=(",", ":")), encoding="utf-8")
    for table in soak_report.tables(soak):
        Console(width=120).print(rich(table))
    soak_report.write(soak)
    sys.exit("\n".join(taken.wrong[:50]) or 0)


def kind(number: int) -> str:
    """Return what the key of an upload begins with, which tells what it is."""
    return _KINDS.get(number % 20, _GOOD)


def is_good(key: str) -> bool:
    return key.startswith(_GOOD) and not key.startswith((_TORN, _TEXT))


def upload(pipeline: Pipeline) -> tuple[dict[str, str], float]:
    """Upload all pictures evenly; return their keys by image id, and the seconds that it took."""
    drawn = photographs()

    def content(number: int) -> bytes:
        photo = drawn[number % len(drawn)]
        contents = {_TORN: photo[: len(photo) * 2 // 3], _TEXT: b"No picture, whatever I am called.\n" * 20}
        return contents.get(kind(number), photo) + str(number).encode()

    keys = [f"{kind(number)}{number:06}.jpg" for number in range(PICTURES)]
    began = time.monotonic()
    ids = put_at_pace(pipeline, keys, content, PICTURES / MINUTES / 60)
    return dict(zip(ids, keys, strict=True)), time.monotonic() - began


def settled(pipeline: Pipeline, uploaded: Mapping[str, str]) -> None:
    """Wait until every picture that somebody works on has come to rest, as long as any does within PATIENCE_S."""
    ids = [image for image, key in uploaded.items() if not key.startswith(_IGNORED)]
    uploads.wait(pipeline.catalog, ids, PATIENCE_S, lambda _: None)


def measured(found: Found, taken: account.Account, watch: Watch, sent_s: float) -> Soak:
    """Gather what is known."""
    ready = [record for record in found.records.values() if record["status"] == "READY"]
    return Soak(
        sent_s=sent_s,
        drained_s=max((at for at, *depths in zip(watch.at, *watch.backlog.values(), strict=True) if any(depths))),
        outcomes={
            "uploaded": taken.uploads,
            "READY": taken.ready,
            "of these, archived": sum("archived" in record for record in ready),
            **Counter(f"FAILED: {letter.actor}, {letter.reason}" for letter in found.letters),
            "dead letters": len(found.letters),
            "ignored": taken.ignored,
            "unaccounted": taken.uploads - taken.ready - taken.failed - taken.ignored,
            "wrong in any other way": len(taken.wrong),
        },
        took_s=sorted(map(took_s, ready)),
        at_s=watch.at,
        backlog=watch.backlog,
        memory={
            f"{function.removeprefix(f'{STACK}-')} {pid} {born}": sizes
            for (pid, born, function), sizes in watch.memory.items()
        },
    )


def took_s(record: Mapping[str, Any]) -> float:
    """Return the seconds from a picture's upload until all its renditions were stored."""
    began, ended = record["entered_at"], record["stages"]["resize"]["at"]
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()


if __name__ == "__main__":
    main()
