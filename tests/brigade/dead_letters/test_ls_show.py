"""Looking at dead letters: by reason with an example, or one by one with all that is known."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from unittest.mock import Mock

import jsonschema
import pytest
from botocore.exceptions import ClientError

from brigade.commands.dlq_ls import _row
from brigade.dead_letters import queue as queues
from brigade.dead_letters.groups import Group
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.pictures.catalog import Catalog
from infra import names
from records.status import Status
from services.catalog.records import DynamoRecords
from services.chain import CHAIN
from tests.support.desk import FAILED_AT, Desk, ingested
from tests.support.site import TABLE, picture
from tools import json_contract

Brigade = Callable[..., tuple[int, str]]
TRACE = "Root=1-6560c4a0-123456789012345678901234;Parent=1234567890123456;Sampled=1"
LINEAGE = '[{"at":"2026-11-21T07:00:00.000Z","by":"ann","operation":"op1","reason":"object-gone"}]'


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """On moto an empty answer is certain at once."""
    monkeypatch.setattr(queues, "LONG_POLL_S", 0)


def found(said: tuple[int, str]) -> list[dict[str, object]]:
    code, text = said
    assert code == 0
    parsed: list[dict[str, object]] = json.loads(text)
    return parsed


def test_nothing_is_there(brigade: Brigade) -> None:
    assert brigade("ls") == (0, "no dead letters\n")
    assert found(brigade("ls", "--json")) == []
    assert brigade("show") == (0, "no dead letters\n")


def test_each_actors_reasons_with_count_and_oldest_example(desk: Desk, brigade: Brigade) -> None:
    oldest = desk.bury("resize", ingested("in/a.jpg"))
    for _ in range(2):
        desk.bury("resize", ingested("in/b.jpg"), reason="object-gone")
    desk.bury("normalize", "no event", reason="unreadable-message")
    desk.bury("resize", ingested("in/c.jpg"))
    desk.bury("resize", ingested("in/d.jpg"))
    groups = found(brigade("ls", "--json"))
    assert [(each["actor"], each["reason"], each["count"]) for each in groups] == [
        ("normalize", "unreadable-message", 1),
        ("resize", "corrupt-image", 3),
        ("resize", "object-gone", 2),
    ]
    assert groups[1]["oldest_at"] == oldest.sent_at.isoformat()
    assert groups[1]["example"] == {
        "message_id": oldest.message_id,
        "image_id": oldest.image_id,
        "key": "in/a.jpg",
        "status": None,
        "detail": "a marker is missing",
    }
    code, text = brigade("ls")
    assert code == 0
    assert text.startswith("6 dead letters\n")
    assert re.search(r"^resize +3 .* corrupt-image\b", text, re.MULTILINE)
    assert re.search(r"^normalize +1 .* unreadable-message\b", text, re.MULTILINE)
    assert "warning" not in text
    [only] = found(brigade("ls", "normalize", "--json"))
    assert only["actor"] == "normalize"


def test_letters_that_are_deleted_soon_are_warned_of(desk: Desk, brigade: Brigade) -> None:
    desk.bury("resize", ingested())
    url = desk.pipeline.stack.outputs[names.dead_letter_queue(CHAIN.actor("resize"))]
    for days, warned in ((4, False), (2, True)):
        desk.sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": str(days * 86_400)})
        [group] = found(brigade("ls", "--json"))
        assert group["days_left"] == days
        lost = datetime.fromisoformat(str(group["deleted_at"])) - datetime.fromisoformat(str(group["oldest_at"]))
        assert lost == timedelta(days=days)
        _, text = brigade("ls")
        assert ("warning: resize loses its oldest dead letter in" in text) == warned


def test_what_is_soon_deleted_is_red() -> None:
    late = DeadLetter("m1", "{}", {}, datetime.now(UTC) - timedelta(days=11))
    early = DeadLetter("m2", "{}", {"reason": "x"}, datetime.now(UTC))
    rows = [_row(Group("resize", 1, each, each, each.sent_at + timedelta(days=14)), {}) for each in (late, early)]
    assert [str(row[3]) for row in rows] == ["3 d", "14 d"]
    assert [getattr(row[3], "style", None) for row in rows] == ["bold red", ""]


def test_all_that_is_known_of_a_letter(desk: Desk, brigade: Brigade) -> None:
    text = ingested("in/a [1].jpg")
    letter = desk.bury("resize", text, trace=TRACE, lineage=LINEAGE)
    [shown] = found(brigade("show", "--json"))
    assert shown == {
        "actor": "resize",
        "message_id": letter.message_id,
        "reason": "corrupt-image",
        "detail": "a marker is missing",
        "attempts": 1,
        "image_id": letter.image_id,
        "key": "in/a [1].jpg",
        "status": None,
        "failed_at": FAILED_AT,
        "sent_at": letter.sent_at.isoformat(),
        "trace": TRACE,
        "lineage": json.loads(LINEAGE),
        "attributes": dict(letter.attributes),
        "body": json.loads(text),
    }
    _, said = brigade("show")
    for known in ("resize  corrupt-image", "in/a [1].jpg", letter.image_id, letter.message_id, TRACE, FAILED_AT):
        assert known in said
    assert "redriven  2026-11-21T07:00:00.000Z  by ann after object-gone" in said


def test_a_body_that_is_no_json_is_shown_as_it_is(desk: Desk, brigade: Brigade) -> None:
    desk.sqs.send_message(
        QueueUrl=desk.pipeline.stack.outputs[names.dead_letter_queue(CHAIN.actor("resize"))], MessageBody="{no json"
    )
    [shown] = found(brigade("show", "--json"))
    assert (shown["body"], shown["reason"], shown["attempts"], shown["lineage"]) == ("{no json", "unknown", None, [])
    code, said = brigade("show")
    assert code == 0
    assert "picture" not in said


def test_a_body_that_is_nested_too_deeply_to_be_parsed_is_shown_as_it_is(desk: Desk, brigade: Brigade) -> None:
    desk.bury("resize", "[" * 100_000)
    [shown] = found(brigade("show", "--json"))
    assert shown["body"] == "[" * 100_000


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        ([], ["in/a.jpg", "in/b.jpg"]),
        (["resize", "--reason", "object-gone"], ["in/b.jpg"]),
        (["--image", picture("in/b.jpg", version="v1").id], ["in/b.jpg"]),
        (["--key", "in/a*"], ["in/a.jpg"]),
        (["--since", "52w"], ["in/b.jpg"]),
        (["normalize"], []),
    ],
)
def test_filters(desk: Desk, brigade: Brigade, filters: list[str], keys: list[str]) -> None:
    long_ago, now = "2020-01-01T00:00:00.000Z", datetime.now(UTC).isoformat()
    desk.bury("resize", ingested("in/a.jpg"), failed_at=long_ago)
    desk.bury("resize", ingested("in/b.jpg"), failed_at=now, reason="object-gone")
    assert sorted(str(each["key"]) for each in found(brigade("show", *filters, "--json"))) == keys


def test_nothing_is_like_that(desk: Desk, brigade: Brigade) -> None:
    desk.bury("resize", ingested())
    assert brigade("show", "--reason", "other") == (0, "no dead letter is like that\n")


def test_an_age_that_is_none(brigade: Brigade) -> None:
    code, said = brigade("show", "--since", "yesterday")
    assert code == 1
    assert said == "error: 'yesterday' is no age — write it as 90s, 30m, 2h, 3d or 1w\n"


def test_control_characters_of_a_letter_do_nothing_to_the_terminal(desk: Desk, brigade: Brigade) -> None:
    desk.bury("resize", ingested("in/\x1b[2J.jpg"), detail="line\nbreak")
    for command in ("ls", "show"):
        _, said = brigade(command)
        assert "\x1b[2J" not in said
        assert r"line\nbreak" in said


@pytest.mark.parametrize("command", ["ls", "show"])
def test_letters_that_could_not_be_seen_are_warned_of(
    desk: Desk, brigade: Brigade, out_of_time: None, command: str
) -> None:
    desk.fill("resize", 12)
    code, said = brigade(command, "resize")
    assert code == 1
    assert "error: not all dead letters were seen: resize has more than can be received in a minute — give the" in said
    assert brigade(command, "resize")[0] == 0


@pytest.mark.parametrize("command", ["ls", "show"])
def test_nobody_says_that_there_are_none_while_another_command_holds_them(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    letter = desk.bury("resize", ingested())
    outputs, resize = desk.pipeline.stack.outputs, CHAIN.actor("resize")
    monkeypatch.setattr(import_module(f"brigade.commands.dlq_{command}"), "LOOK_S", 0.01)
    [_] = DeadLetterQueue(desk.sqs, outputs[names.dead_letter_queue(resize)], outputs[names.queue(resize)]).take(
        [letter.message_id]
    )
    code, said = brigade(command)
    assert code == 1
    assert "error: not all dead letters were seen: 1 of resize are held by another command" in said
    assert "no dead letter" not in said
    assert brigade(command, "--json")[0] == 1


def test_letters_tell_the_status_of_their_picture(desk: Desk, brigade: Brigade) -> None:
    records = DynamoRecords(TABLE)
    for key, mark in (("in/a.jpg", {}), ("in/b.jpg", {"removed_by": "x"})):
        letter = desk.bury("resize", ingested(key), reason=key[3])
        records.merge(letter.image_id, {"source": {"bucket": "source", "key": key, "version": "v1"}} | mark)
    records.change_status(letter.image_id, Status.PROCESSING, Status.REMOVED, "x")
    desk.bury("resize", ingested("in/unheard.jpg"), reason="c")
    desk.bury("resize", "no event", reason="d")
    examples = {str(each["reason"]): each["example"] for each in found(brigade("ls", "--json"))}
    wanted = {"a": "PROCESSING", "b": "REMOVED", "c": None, "d": None}
    assert {reason: example["status"] for reason, example in examples.items()} == wanted  # type: ignore[index]
    assert {str(each["reason"]): each["status"] for each in found(brigade("show", "--json"))} == wanted
    for command in ("ls", "show"):
        _, said = brigade(command)
        assert "PROCESSING" in said
        assert "REMOVED" in said
        assert "unknown" in said


def test_who_may_not_read_the_table_sees_the_letters_all_the_same(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.bury("resize", ingested("in/a.jpg"))
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "BatchGetItem")
    monkeypatch.setattr(Catalog, "get", Mock(side_effect=denied))
    for command in ("ls", "show"):
        code, said = brigade(command)
        assert code == 0
        assert "in/a.jpg" in said
        assert "warning: the statuses of the pictures are unknown: " in said
        assert brigade(command, "--json")[0] == 0


def test_the_operator_hears_once_that_a_command_waits_for_another(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = desk.bury("resize", ingested())
    outputs, resize = desk.pipeline.stack.outputs, CHAIN.actor("resize")
    urls = outputs[names.dead_letter_queue(resize)], outputs[names.queue(resize)]
    other = DeadLetterQueue(desk.sqs, *urls)
    [held] = other.take([letter.message_id])
    steps: list[None] = []

    def let_go() -> None:
        steps.append(None)
        if len(steps) == 2:
            other.release(held)

    monkeypatch.setattr(queues, "_step_aside", let_go)
    code, said = brigade("ls", "resize")
    assert code == 0
    assert said.count("another command holds 1 dead letter of resize; waiting for at most 3 s") == 1
    assert said.startswith("1 dead letter\n")


def test_programs_get_letters_as_the_schema_says(desk: Desk, brigade: Brigade) -> None:
    desk.bury("resize", ingested("in/a.jpg"), trace=TRACE, lineage=LINEAGE)
    for command in ("show", "ls"):
        printed = found(brigade(command, "--json"))
        jsonschema.Draft202012Validator(json_contract.schema(f"dlq {command}")).validate(printed)
        assert set(printed[0]) == set(json_contract.ELEMENTS[f"dlq {command}"]["properties"])
