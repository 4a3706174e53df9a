"""`brigade approve` and `brigade reject`, as the operator reads them, and what the chain hears of it."""

import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError

from brigade.__main__ import main
from brigade.operations.storage import S3History
from brigade.pipeline import Pipeline
from infra import names
from kit.envelope import decode
from kit.errors import ServiceUnavailable
from kit.events import Image, ImageJudged, Moderation, Verdict
from kit.publisher import SnsPublisher
from services.catalog.handler import act
from services.catalog.records import DynamoRecords
from services.resize.handler import may_begin
from tests.support import story
from tests.support.deployed import Deployed, deploy, way
from tests.support.moto import ACTING, REGION
from tests.support.site import TABLE, letter, site

Said = pytest.CaptureFixture[str]


@pytest.fixture
def deployed(state: None, cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """A stack in which a queue hears what is judged."""
    made = deploy()
    sns = made.pipeline.target.client("sns")
    topic = sns.create_topic(Name="image-judged")["TopicArn"]
    made.sqs.create_queue(QueueName="ear")
    arn = f"arn:aws:sqs:{REGION}:123456789012:ear"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    made.pipeline.stack.outputs[names.topic(ImageJudged)] = topic
    monkeypatch.setattr(Pipeline, "find", lambda *_: made.pipeline)
    return made


def held(deployed: Deployed, key: str, verdict: Verdict = "refused") -> Image:
    """Have a picture in quarantine."""
    picture = deployed.upload(key)
    said = story.said(story.normalized(picture, "gate"), "normalize")
    deployed.catalog(*way(picture)[:1], said, story.said(story.moderated(picture, "gate", verdict), "moderate"))
    return picture


def heard(deployed: Deployed) -> list[ImageJudged]:
    url = deployed.sqs.get_queue_url(QueueName="ear")["QueueUrl"]
    found = []
    while messages := deployed.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            envelope, event = decode(message["Body"], [ImageJudged])
            assert envelope.source == "brigade/operator"
            assert isinstance(event, ImageJudged)
            found.append(event)
    return found


def status(deployed: Deployed, picture: Image) -> str:
    return str(deployed.pipeline.catalog.find(picture.id).status)


def hear(deployed: Deployed, events: list[ImageJudged]) -> None:
    for event in events:
        list(act(letter(event, "operator"), site=site(), records=DynamoRecords(TABLE)))


def test_an_approved_picture_may_be_resized_and_is_no_longer_held(deployed: Deployed, capsys: Said) -> None:
    picture, other = held(deployed, "in/a.jpg"), held(deployed, "in/b.jpg", "uncertain")
    assert main(["approve", "in/a.jpg", "--yes"]) == 0
    said = capsys.readouterr()
    assert all(word in said.out for word in ("in/a.jpg", picture.id, "refused, nudity 97 %", "Implied Nudity 97 %"))
    [event] = heard(deployed)
    assert (event.image.id, event.judgement, event.master) == (picture.id, "approved", story.MASTER)
    assert may_begin(event)
    hear(deployed, [event])
    assert (status(deployed, picture), status(deployed, other)) == ("PROCESSING", "QUARANTINED")


def test_it_is_recorded_who_did_what(deployed: Deployed, capsys: Said) -> None:
    picture = held(deployed, "in/a.jpg")
    assert main(["reject", picture.id, "--yes"]) == 0
    [operation] = S3History(deployed.pipeline.target, "target").newest()
    assert (operation.command, operation.where, dict(operation.outcomes)) == ("reject", "moderate", {"rejected": 1})
    [entry] = operation.messages
    assert (entry.image_id, entry.key, entry.reason) == (picture.id, "in/a.jpg", "refused, nudity 97 %")
    assert f"rejected: 1 of 1 picture (operation {operation.id})" in capsys.readouterr().err
    [event] = heard(deployed)
    assert (event.operation, event.by) == (operation.id, operation.by)
    hear(deployed, [event])
    record = deployed.pipeline.catalog.find(picture.id)
    assert record.status == "REMOVED"
    assert record.judged["rejected"].by == operation.by


def versions(deployed: Deployed) -> list[str]:
    found = deployed.pipeline.s3.list_object_versions(Bucket="source")
    return [
        f"{each['Key']} {each['VersionId']}" for kind in ("Versions", "DeleteMarkers") for each in found.get(kind, [])
    ]


def test_a_rejected_original_stays_where_it_is(deployed: Deployed) -> None:
    picture = held(deployed, "in/a.jpg")
    main(["reject", picture.id, "--yes"])
    assert versions(deployed) == [f"in/a.jpg {picture.source.version}"]


def test_unless_it_is_to_be_deleted_and_then_that_version_alone_is(deployed: Deployed) -> None:
    picture = held(deployed, "in/a.jpg")
    newer = deployed.upload("in/a.jpg", sequencer="02")
    assert main(["reject", picture.id, "--delete-original", "--yes"]) == 0
    assert versions(deployed) == [f"in/a.jpg {newer.source.version}"]


def test_what_is_not_in_quarantine_is_left_and_said_and_the_others_are_done(deployed: Deployed, capsys: Said) -> None:
    ready, picture = deployed.ready("in/ready.jpg"), held(deployed, "in/a.jpg")
    assert main(["approve", ready.id, picture.id, "in/a.jpg", "--yes"]) == 1
    assert [event.image.id for event in heard(deployed)] == [picture.id]
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == [ACTING, "left: in/ready.jpg: it is READY, not in quarantine"]
    assert lines[-1] == (
        "error: 1 picture of these not judged — `brigade ls --status quarantined` lists those that can be"
    )


def test_a_picture_that_nobody_knows_is_an_error(deployed: Deployed, capsys: Said) -> None:
    assert main(["reject", "in/none.jpg", "--yes"]) == 1
    assert "the catalog knows no picture 'in/none.jpg'" in capsys.readouterr().err
    assert heard(deployed) == []


def test_a_picture_whose_master_the_catalog_does_not_know_yet_waits_for_that(deployed: Deployed, capsys: Said) -> None:
    picture = deployed.upload("in/a.jpg")
    deployed.catalog(*way(picture)[:1], story.said(story.moderated(picture, "gate", "refused"), "moderate"))
    assert main(["approve", "in/a.jpg", "--yes"]) == 1
    said = capsys.readouterr().err
    assert "left: in/a.jpg: the catalog has not heard of its master yet: repeat this in a moment" in said
    assert heard(deployed) == []


def given_up(deployed: Deployed, key: str, mode: Moderation = "gate") -> Image:
    """Have a picture that moderation has given up."""
    picture = deployed.upload(key)
    normalized = story.said(story.normalized(picture, mode), "normalize")
    deployed.catalog(*way(picture)[:1], normalized, story.said(story.rejected(picture, "moderate"), "moderate"))
    return picture


def test_a_gated_picture_that_moderation_gave_up_can_be_let_pass_by_hand(deployed: Deployed, capsys: Said) -> None:
    picture = given_up(deployed, "in/a.jpg")
    assert main(["show", picture.id]) == 0
    assert "no verdict (gate): `brigade dlq redrive moderate`, or `brigade approve` or `reject`" in flat(capsys)
    assert main(["approve", picture.id, "--yes"]) == 0
    said = capsys.readouterr()
    assert "no verdict: corrupt-image" in said.out
    assert "`brigade dlq discard moderate --image ID` removes dead letters" in said.err
    [event] = heard(deployed)
    assert may_begin(event)
    hear(deployed, [event])
    assert status(deployed, picture) == "PROCESSING"
    deployed.catalog(way(picture)[2])
    assert status(deployed, picture) == "READY"
    main(["show", picture.id])
    assert "no verdict" not in flat(capsys)


def test_what_failed_elsewhere_is_not_judged(deployed: Deployed, capsys: Said) -> None:
    picture = given_up(deployed, "in/a.jpg")
    failed = story.said(story.rejected(picture, "resize"), "resize", at="2099-01-01T00:00:00.000Z")
    deployed.catalog(failed)
    assert main(["approve", picture.id, "--yes"]) == 1
    assert "left: in/a.jpg: it is FAILED, not in quarantine" in capsys.readouterr().err


def flat(capsys: Said) -> str:
    """Return what is printed as one line: values may be broken across several."""
    return " ".join(capsys.readouterr().out.split())


def test_a_gated_picture_without_verdict_says_that_it_waits_for_one(deployed: Deployed, capsys: Said) -> None:
    modes: list[tuple[Moderation, bool]] = [("gate", True), ("flag", False), ("off", False)]
    for mode, waits in modes:
        key = f"in/{mode}.jpg"
        picture = deployed.upload(key)
        deployed.catalog(*way(picture)[:1], story.said(story.normalized(picture, mode), "normalize"))
        assert main(["show", key]) == 0
        assert ("moderation waits for a verdict (gate)" in flat(capsys)) is waits


def test_a_rejection_whose_originals_were_not_all_deleted_can_be_repeated(
    deployed: Deployed, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = [held(deployed, f"in/{name}.jpg") for name in "ab"]
    reject = ["reject", *(picture.id for picture in pictures), "--delete-original", "--yes"]
    really, asked = deployed.pipeline.s3.delete_object, []

    def delete(**what: Any) -> Any:
        asked.append(what)
        if len(asked) == 2:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "No more."}}, "DeleteObject")
        return really(**what)

    monkeypatch.setattr(deployed.pipeline.s3, "delete_object", delete)
    assert main(reject) == 1
    assert "rejected: 2 of 2 pictures, 1 original deleted (operation " in capsys.readouterr().err
    hear(deployed, heard(deployed))
    assert [status(deployed, picture) for picture in pictures] == ["REMOVED", "REMOVED"]
    assert len(versions(deployed)) == 1
    assert main(["reject", pictures[1].id, "--yes"]) == 1
    assert "it is REMOVED, not in quarantine" in capsys.readouterr().err
    assert main(reject) == 0
    assert "rejected: 2 of 2 pictures, 2 originals deleted (operation " in capsys.readouterr().err
    assert versions(deployed) == []


def test_a_rejected_picture_whose_original_is_known_to_be_gone_is_left(deployed: Deployed, capsys: Said) -> None:
    picture = held(deployed, "in/a.jpg")
    deployed.catalog(
        story.said(story.judged(picture, "rejected"), "operator"),
        story.said(story.removed(picture, whole_key=False), "ingest"),
    )
    assert main(["reject", picture.id, "--delete-original", "--yes"]) == 1
    assert "left: in/a.jpg: it is REMOVED, not in quarantine" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "question"),
    [
        (["approve"], "Approve 1 picture?"),
        (["reject"], "Reject 1 picture?"),
        (["reject", "--delete-original"], "Reject 1 picture, and delete what was uploaded for ever?"),
    ],
)
def test_it_asks_before(command: list[str], question: str, deployed: Deployed, capsys: Said) -> None:
    picture = held(deployed, "in/a.jpg")
    assert not sys.stdin.isatty()
    assert main([*command, picture.id]) == 1
    assert f"error: {question} There is no terminal to answer on — add --yes" in capsys.readouterr().err
    assert heard(deployed) == []
    assert list(S3History(deployed.pipeline.target, "target").newest()) == []


def test_where_it_stops_halfway_the_history_says_how_far_it_came(
    deployed: Deployed, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = held(deployed, "in/a.jpg"), held(deployed, "in/b.jpg")
    real = SnsPublisher({ImageJudged.kind: deployed.pipeline.output(names.topic(ImageJudged))})

    class Failing:
        def publish(self, envelope: Any) -> None:
            if envelope.subject == second.id:
                raise ServiceUnavailable("SNS is away")
            real.publish(envelope)

    monkeypatch.setattr("brigade.commands.approve.SnsPublisher", lambda _: Failing())
    assert main(["approve", first.id, second.id, "--yes"]) == 1
    assert [event.image.id for event in heard(deployed)] == [first.id]
    [operation] = S3History(deployed.pipeline.target, "target").newest()
    assert dict(operation.outcomes) == {"approved": 1, "planned": 1}
    said = capsys.readouterr().err
    assert "approved: 1 of 2 pictures" in said
    assert "error: service-unavailable: SNS is away — try again in a moment" in said


def test_quarantine_shows_in_the_listing_and_in_the_record(deployed: Deployed, capsys: Said) -> None:
    picture = held(deployed, "in/a.jpg", "uncertain")
    deployed.ready("in/ready.jpg")
    assert main(["ls", "--status", "quarantined"]) == 0
    listed = capsys.readouterr().out
    assert "QUARANTINED uncertain" in listed
    assert "in/ready.jpg" not in listed
    hear(deployed, [story.judged(picture, "approved")])
    assert main(["show", picture.id]) == 0
    shown = capsys.readouterr().out
    assert "uncertain, nudity 50 %, Implied Nudity 50 % (gate, rekognition 7.0)" in shown
    assert "done after 1 retry: uncertain, nudity 50 %" in shown
    assert "approved it (ann, 20261121T080000Z-abc)" in shown
    assert "approved by ann" in shown
