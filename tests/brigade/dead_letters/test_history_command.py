"""`brigade history`: what was done, newest first; of one operation, every message and where its picture stands."""

import json

from brigade.operations.storage import S3History
from kit.envelope import decode
from kit.events import ImageIngested
from services.catalog.handler import act
from services.catalog.records import DynamoRecords
from tests.brigade.dead_letters.conftest import Brigade
from tests.support.desk import Desk, entries, ingested
from tests.support.site import TABLE, site
from tests.support.site import letter as said_by


def catalog(body: str) -> None:
    """Let the catalog hear of a picture."""
    _, event = decode(body, [ImageIngested])
    list(act(said_by(event, "ingest"), site=site(), records=DynamoRecords(TABLE)))


def test_before_anything_was_done_it_says_so(desk: Desk, brigade: Brigade) -> None:
    assert brigade("history") == (0, "nothing was done yet\n")
    assert brigade("history", "--json") == (0, "[]\n")


def test_operations_are_listed_newest_first(desk: Desk, brigade: Brigade) -> None:
    letters = [desk.bury("normalize", ingested(f"in/{name}.jpg")) for name in ("a", "b")]
    history = S3History(desk.pipeline.target, "target")
    ids = []
    for command in ("redrive", "discard", "import"):
        with history.begin(command, where="normalize", messages=entries(letters)) as operation:
            operation.note(letters[0].message_id, "done")
            ids.append(operation.id)
    code, said = brigade("history", "--limit", "2")
    assert code == 0
    assert said.index(sorted(ids)[2]) < said.index(sorted(ids)[1])
    assert sorted(ids)[0] not in said
    assert "1 done, 1 planned" in said
    assert "arn:aws:sts::123456789012:user/moto" in said
    facts = json.loads(brigade("history", "--json")[1])
    assert [each["id"] for each in facts] == sorted(ids, reverse=True)
    assert facts[0]["outcomes"] == {"done": 1, "planned": 1}


def test_one_operation_shows_its_messages_and_where_their_pictures_stand_now(desk: Desk, brigade: Brigade) -> None:
    known, unknown = ingested("in/known.jpg"), ingested("in/unknown.jpg")
    catalog(known)
    letters = [desk.bury("normalize", known), desk.bury("normalize", unknown), desk.bury("normalize", "no json")]
    with S3History(desk.pipeline.target, "target").begin(
        "redrive", where="normalize", messages=entries(letters)
    ) as operation:
        operation.note(letters[0].message_id, "redriven")
    [facts] = json.loads(brigade("history", operation.id, "--json")[1])
    assert [(each["message_id"], each["outcome"], each["status"]) for each in facts["messages"]] == [
        (letters[0].message_id, "redriven", "PROCESSING"),
        (letters[1].message_id, "planned", None),
        (letters[2].message_id, "planned", None),
    ]
    code, said = brigade("history", operation.id)
    assert code == 0
    assert f"redrive normalize by {operation.by}" in said
    [line] = [line for line in said.splitlines() if letters[0].message_id in line]
    for word in ("corrupt-image", "in/known.jpg", "redriven", "PROCESSING"):
        assert word in line


def test_one_that_was_killed_is_seen_to_be_unfinished(desk: Desk, brigade: Brigade) -> None:
    letter = desk.bury("normalize", ingested())
    with S3History(desk.pipeline.target, "target").begin(
        "redrive", where="normalize", messages=entries([letter])
    ) as operation:
        assert "1 planned (still at it, or killed)" in brigade("history")[1]
        assert "and is still at it, or was killed" in brigade("history", operation.id)[1]
    assert "killed" not in brigade("history")[1] + brigade("history", operation.id)[1]


def test_an_operation_that_is_not_there(desk: Desk, brigade: Brigade) -> None:
    code, said = brigade("history", "1999")
    assert code == 1
    assert "there is no operation '1999' — `brigade history` lists them" in said
    assert "there is no queue https://x/y" in brigade("history", "--queue", "https://x/y")[1]
