"""What an operator sees on a terminal of 80 columns, six screens to the letter, and what programs get of them.

A change of a screen is shown by `SCREENS=write pytest tests/brigade/test_screens.py`, and read in the diff.
"""

import io
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from rich.cells import cell_len

from brigade.__main__ import main
from brigade.commands import dlq_ls, dlq_where
from brigade.dead_letters.groups import Group
from brigade.dead_letters.letter import DeadLetter
from brigade.deploy.stack import Stack
from brigade.flow import vitals
from brigade.flow.vitals import Vitals
from brigade.operations.operation import Entry, Operation
from brigade.pipeline import Pipeline
from brigade.target import Target, local_target
from brigade.traces import traces
from kit.events import Source, StoredMaster, StoredRendition
from records.picture import Described, Failure, Original, PictureRecord, Stage
from records.status import Status
from services.chain import CHAIN
from tests.brigade.conftest import WIDTH
from tests.support.commands import every
from tests.support.desk import ingested
from tools import json_contract

GOLDEN = Path(__file__).parent / "screens"
KEY = "holiday/2026/a photo with quite a long name.jpg"


def _identity(number: int) -> str:
    return f"{number:08x}-129e-5039-8fa1-2c17daa83825"


def _rendition(name: str, width: int) -> StoredRendition:
    key = f"renditions/{_identity(1)}/{name}.478a97ae.jpg"
    return StoredRendition(
        name=name, bucket="target", key=key, format="JPEG", width=width, height=width, bytes=width * 70, method="m"
    )


READY = PictureRecord(
    image_id=_identity(1),
    status=Status.READY,
    source=Source(bucket="brigade-sourcebucket-212fa01333cd4", key=KEY, version="dae1313d-8f12-493c-82a3-7acf61a8573d"),
    recipe="default",
    entered_at="2026-11-28T12:24:22.300Z",
    original=Original(format="JPEG", width=3000, height=2000, bytes=1_150_000),
    master=StoredMaster(
        bucket="target",
        key=f"renditions/{_identity(1)}/master.478a97ae.jpg",
        format="JPEG",
        width=2000,
        height=2000,
        bytes=140_000,
        method="m",
    ),
    renditions=(_rendition("thumbnail", 1080), _rendition("square600", 600)),
    camera=Described(make="RECONYX", model="HyperFire 2", serial="P800", extractor="exiftool", version="13.59"),
    stages={
        "ingest": Stage(queued_ms=1_480, worked_ms=20, at="2026-11-28T12:24:24.000Z"),
        "normalize": Stage(queued_ms=2_919, worked_ms=71, attempts=2, at="2026-11-28T12:24:27.200Z"),
        "resize": Stage(queued_ms=1_055, worked_ms=825, at="2026-11-28T12:24:29.100Z"),
    },
    trace_id="1-6b0ac7f6-21ea5d69de2fe447dbe0b5d2",
)
FAILED = PictureRecord(
    image_id=_identity(0xC6E55598),
    status=Status.FAILED,
    source=Source(bucket="brigade-sourcebucket-212fa01333cd4", key="水桶/cut off.jpg"),
    original=Original(format="JPEG", width=1500, height=1000, bytes=162_000),
    failures={"normalize": Failure(actor="normalize", reason="corrupt-image", at="2026-11-28T12:24:27.200Z")},
)


def _letter(actor: str, reason: str, key: str, detail: str) -> DeadLetter:
    sent = datetime.now(UTC) - timedelta(minutes=5)
    return DeadLetter(
        message_id="d74b0267-129e-5039-8fa1-2c17daa83825",
        body=ingested(key),
        sent_at=sent,
        attributes={"actor": actor, "reason": reason, "detail": detail},
    )


def _segment(actor: str, parent: str | None, sent: float, began: float, ended: float, **more: Any) -> traces.Segment:
    facts: dict[str, Any] = {"image_id": _identity(1), "key": KEY, "attempt": 1, "failure": None} | more
    return traces.Segment(
        trace_id=READY.trace_id,
        id=actor,
        parent_id=parent,
        actor=actor,
        began=began,
        ended=ended,
        queued_ms=round((began - sent) * 1000),
        **facts,
    )


SEGMENTS = [
    _segment("ingest", None, 0, 1.48, 1.526),
    _segment("describe", "ingest", 1.526, 4.433, 4.487),
    _segment("normalize", "ingest", 1.526, 4.443, 4.528),
    _segment(
        "resize",
        "normalize",
        4.528,
        5.581,
        6.426,
        attempt=3,
        failure={"reason": "object-gone", "detail": "the master was deleted while it waited for its turn"},
    ),
]


RERUN = Operation(
    id="20261128T122428Z-0a1b2c", command="rerun", where="resize", by="ann@desk", begun_at="2026-11-28T12:24:28.000Z"
)


class FakeCatalog:
    def find(self, _: str) -> PictureRecord:
        return READY

    def ask(self, *_: object, **__: object) -> list[PictureRecord]:
        return [READY, FAILED]


@pytest.fixture
def stack(terminal: None, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack whose answers are made up."""
    target = local_target("http://127.0.0.1:4566")
    arn = "arn:aws:sns:us-east-1:000000000000:brigade-ImageSettledTopic-2B23CCBE5E643"
    outputs = {"ImageSettledTopic": arn, "IngestFunction": "brigade-ingest"}
    found = Stack(target, "brigade", "id", "CREATE_COMPLETE", outputs, dict.fromkeys(outputs, ""))
    catalog: Any = FakeCatalog()
    monkeypatch.setattr(Target, "is_ministack", True)
    monkeypatch.setattr("brigade.acting.here.resolve", lambda: target)
    monkeypatch.setattr(Stack, "find", lambda *_: found)
    monkeypatch.setattr(Pipeline, "catalog", catalog)
    monkeypatch.setattr(
        Pipeline, "history", SimpleNamespace(about=lambda *_: [(RERUN, Entry(message_id="m", outcome="sent"))])
    )
    monkeypatch.setattr(traces, "find", lambda *_: SEGMENTS)
    actors = [
        Vitals(actor.name, "running", 12_345 * number, number, number * 100, number % 2, 40.0)
        for number, actor in enumerate(CHAIN.actors)
    ]
    undelivered = Vitals("undelivered", "", 0, 0, None, 0, None)
    monkeypatch.setattr(vitals, "look", lambda *_: [*actors, undelivered])
    places: Any = [
        SimpleNamespace(pipeline=None, name=name, queue=SimpleNamespace(saw_all=True)) for name in ("a", "b")
    ]
    monkeypatch.setattr(dlq_where.Whose, "every", lambda _: places)
    monkeypatch.setattr(dlq_ls, "_look", _groups)


def _groups(where: Any) -> list[Group]:
    letters = {
        "a": _letter("ingest", "not-an-image", "shopping list.jpg", "begins with the bytes 31 32 20 62 75 63 6b 65"),
        "b": _letter("normalize", "corrupt-image", KEY, "image file is truncated (67 bytes not processed)"),
    }
    letter = letters[where.name]
    return [Group(letter.actor, 1_234, letter, letter, letter.sent_at + timedelta(days=14, hours=1))]


@pytest.mark.parametrize(
    "command", ["ls", "show 00000001", "status", "dlq ls", "trace 00000001", "outputs"], ids=lambda each: each[:6]
)
@pytest.mark.usefixtures("stack")
def test_a_screen_of_80_columns_is_as_it_was_looked_at(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command.split()) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    golden = GOLDEN / f"{command.removesuffix(' 00000001')}.txt"
    if os.environ.get("SCREENS") == "write":
        golden.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == golden.read_text(encoding="utf-8").splitlines()
    assert max(map(cell_len, lines)) <= WIDTH


@pytest.mark.parametrize(
    "command",
    [
        "cost",
        "dlq ls",
        "get 00000001 --out got",
        "ls",
        "outputs",
        "recipes",
        "show 00000001",
        "status",
        "trace 00000001",
    ],
)
@pytest.mark.usefixtures("stack")
def test_what_programs_get_is_what_its_schema_says_field_by_field(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    s3 = SimpleNamespace(get_object=lambda **_: {"Body": io.BytesIO(b"x")})
    monkeypatch.setattr(Pipeline, "s3", s3)
    assert main([*command.split(), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    name = re.sub(r" (0000|--out).*", "", command)
    jsonschema.Draft202012Validator(json_contract.schema(name)).validate(printed)
    assert printed
    for element in printed:  # none that is not documented
        assert set(element) == set(json_contract.ELEMENTS[name]["properties"])


def test_every_command_that_prints_json_has_a_schema() -> None:
    own = {"dlq history": "history"}
    not_arrays_of_facts = {"process", "html", "dlq replay", "package"}
    printing = {name for name, each in every().items() if any("--json" in one.opts for one in each.params)}
    assert {own.get(name, name) for name in printing} - not_arrays_of_facts == set(json_contract.ELEMENTS)
