"""The catalog hears of every picture of a letter that an operator has handled; where it cannot, he is warned."""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.notify_catalog import tell, tell_and_wait
from brigade.operations.operation import Entry, Operation, Recording
from brigade.pictures.catalog import Catalog
from brigade.pipeline import Pipeline
from kit.backoff import Policy
from kit.events import Source
from records.picture import Handled, PictureRecord
from tests.support.desk import FAILED_AT, Desk, ingested, uploaded

# SQS itself says nothing beside the message that it moves.
NOTHING = {"reason": "", "detail": "", "attempts": "", "failed_at": ""}
HEADER = "Root=1-6560c4a0-123456789012345678901234;Parent=1234567890123456;Sampled=1"


@pytest.fixture
def operation() -> Recording:
    entries: list[Entry] = []
    record = Operation(id="op", command="redrive", where="ingest", by="ada", begun_at="t", messages=entries)
    return Recording(record, lambda _: None)


def source(key: str) -> Source:
    return Source(bucket="source", key=key, version="v1", uploaded_at="2026-11-21T08:00:00.000Z")


def test_every_picture_of_every_letter_is_told_of(desk: Desk, operation: Recording) -> None:
    two = desk.bury("ingest", uploaded(source("in/a.jpg"), source("in/b.jpg")))
    other = desk.bury("normalize", ingested("in/c.jpg"))
    tell(desk.pipeline, [two, other], "redriven", operation)
    told = desk.told()
    assert sorted((each.image.source.key, each.actor) for each in told) == [
        ("in/a.jpg", "ingest"),
        ("in/b.jpg", "ingest"),
        ("in/c.jpg", "normalize"),
    ]
    assert {(each.action, each.failed_at, each.operation, each.by) for each in told} == {
        ("redriven", FAILED_AT, "op", "ada")
    }


def test_it_belongs_to_the_letters_trace_and_comes_from_an_operator(desk: Desk, operation: Recording) -> None:
    letter = desk.bury("normalize", ingested(), trace=HEADER)
    tell(desk.pipeline, [letter], "discarded", operation)
    [message] = desk.sqs.receive_message(QueueUrl=desk.ear)["Messages"]
    assert '"source":"brigade/operator"' in message["Body"]
    assert f'"awstraceheader":"{HEADER}"' in message["Body"]


def test_a_letter_that_sqs_itself_moved_was_the_actors_whose_queue_it_is(desk: Desk, operation: Recording) -> None:
    silent = desk.bury("ingest", uploaded(source("in/a.jpg")), **NOTHING)
    tell(desk.pipeline, [silent], "redriven", operation)
    [told] = desk.told()
    assert (told.actor, told.failed_at) == ("ingest", "")


def test_a_letter_that_names_no_picture_is_passed_over(desk: Desk, operation: Recording) -> None:
    tell(desk.pipeline, [desk.bury("ingest", "no json")], "redriven", operation)
    assert desk.told() == []


def test_many_letters_are_told_of_in_batches_that_sns_takes(desk: Desk, operation: Recording) -> None:
    at = datetime.now(UTC)
    letters = [DeadLetter(str(number), ingested(f"in/{number}.jpg"), {}, at) for number in range(23)]
    tell(desk.pipeline, letters, "redriven", operation)
    assert len({each.image.id for each in desk.told()}) == 23


def test_an_older_stack_cannot_tell_and_the_operator_is_warned(
    desk: Desk, operation: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = {name: value for name, value in desk.pipeline.stack.outputs.items() if "Handled" not in name}
    pipeline = Pipeline(dataclasses.replace(desk.pipeline.stack, outputs=outputs))
    tell(pipeline, [desk.bury("normalize", ingested())], "redriven", operation)
    said = capsys.readouterr().err
    assert "warning: the catalog was not told of 1 picture: stack brigade has no DeadLetterHandledTopic" in said
    assert "`brigade deploy` brings it up to date" in said


def test_what_sns_does_not_take_is_a_warning_too(
    desk: Desk,
    operation: Recording,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    no_waiting: None,
) -> None:
    sns = desk.pipeline.target.client("sns")
    refusal = {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}
    publish = Mock(return_value=refusal)
    monkeypatch.setattr(sns, "publish_batch", publish)
    tell(desk.pipeline, [desk.bury("normalize", ingested())], "redriven", operation)
    assert publish.call_count == Policy().attempts
    assert "warning: the catalog was not told of 1 picture: SNS did not take" in capsys.readouterr().err


class TestWaiting:
    @pytest.fixture
    def looks(self, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        """What the catalog says of every picture's ``handled``, look by look; then it breaks."""
        looks: list[dict[str, Any]] = []

        def get(_: Catalog, image_ids: Iterable[str]) -> dict[str, PictureRecord]:
            handled = {
                actor: Handled(action="redriven", failed_at="1", at="2", **each) for actor, each in looks.pop(0).items()
            }
            return {image_id: PictureRecord(image_id=image_id, handled=handled) for image_id in image_ids}

        monkeypatch.setattr(Catalog, "get", get)
        monkeypatch.setattr("brigade.dead_letters.notify_catalog.PATIENCE_S", 60)
        return looks

    def test_it_ends_when_the_catalog_knows_of_this_very_operation(
        self, desk: Desk, operation: Recording, looks: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        looks += [{}, {"normalize": {"operation": "an earlier one"}}, {"normalize": {"operation": "op"}}]
        tell_and_wait(desk.pipeline, [desk.bury("normalize", ingested())], "redriven", operation)
        assert looks == []
        assert len(desk.told()) == 1
        assert capsys.readouterr().err == ""

    def test_a_catalog_that_cannot_be_asked_is_a_warning(
        self, desk: Desk, operation: Recording, looks: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        tell_and_wait(desk.pipeline, [desk.bury("normalize", ingested())], "redriven", operation)
        assert "warning: the catalog could not be asked" in capsys.readouterr().err

    def test_what_was_not_told_is_not_waited_for(
        self, desk: Desk, operation: Recording, looks: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        outputs = {name: value for name, value in desk.pipeline.stack.outputs.items() if "Handled" not in name}
        pipeline = Pipeline(dataclasses.replace(desk.pipeline.stack, outputs=outputs))
        tell_and_wait(pipeline, [desk.bury("normalize", ingested())], "redriven", operation)
        assert capsys.readouterr().err.count("warning") == 1
