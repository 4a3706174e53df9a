"""`brigade rerun`, as the operator reads it."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from brigade.__main__ import main
from kit.envelope import decode
from kit.events import ImageNormalized, ImageRemoved, ImageUploaded
from services.ingest.actor import INGEST
from services.resize.actor import RESIZE
from tests.support import story
from tests.support.deployed import Deployed, heard, operations, way
from tests.support.moto import ACTING

Said = pytest.CaptureFixture[str]


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch, deployed: Deployed) -> None:
    """A queue that takes only the first message of every batch."""

    def send(QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        fault = {"SenderFault": True, "Code": "InvalidMessageContents", "Message": "No."}
        return {"Failed": [{"Id": entry["Id"]} | fault for entry in Entries[1:]]}

    monkeypatch.setattr(deployed.sqs, "send_message_batch", send)


class TestRerun:
    def test_pictures_go_back_to_that_actor_alone_and_it_is_recorded(self, deployed: Deployed, capsys: Said) -> None:
        pictures = [deployed.ready(f"in/{number}.jpg") for number in range(12)]
        assert main(["rerun", "--prefix", "in/", "--from", "resize", "--yes"]) == 0
        messages = deployed.received(RESIZE)
        events = [decode(message["Body"], [ImageNormalized])[1] for message in messages]
        assert {event.image.id for event in events} == {picture.id for picture in pictures}
        assert len(messages) == 12
        assert deployed.received(INGEST) == []
        said = capsys.readouterr().err
        assert "to send to resize: 12 pictures, about 0 s of its work, 50 at a time" in said
        assert "sent to resize: 12 of 12 pictures (operation " in said
        assert operations(deployed) == [("rerun", "resize", {"sent": 12})]

    def test_a_picture_that_is_named_twice_goes_once(self, deployed: Deployed) -> None:
        picture = deployed.ready("in/a.jpg")
        assert main(["rerun", "in/a.jpg", picture.id, "--from", "resize", "--yes"]) == 0
        assert len(deployed.received(RESIZE)) == 1

    def test_those_that_lack_something(self, deployed: Deployed) -> None:
        deployed.ready("in/whole.jpg")
        half = deployed.ready("in/half.jpg", stored=[])
        deployed.ready("in/other/half.jpg", stored=[])
        assert main(["rerun", "--missing", "--prefix", "in/h", "--from", "resize", "--yes"]) == 0
        [message] = deployed.received(RESIZE)
        assert half.id in message["Body"]
        assert main(["rerun", "--missing", "--from", "resize", "--limit", "1", "--yes"]) == 0
        assert len(deployed.received(RESIZE)) == 1

    @pytest.mark.parametrize("arguments", [["--prefix", "in/"], ["--missing"], ["in/a.jpg"]], ids=str)
    def test_ingest_is_told_of_what_it_has_never_heard_of(self, deployed: Deployed, arguments: list[str]) -> None:
        picture = deployed.upload("in/a.jpg")
        assert main(["rerun", *arguments, "--from", "ingest", "--yes"]) == 0
        [uploaded] = heard(deployed)
        assert isinstance(uploaded, ImageUploaded)
        assert (uploaded.image.id, uploaded.image.source.size) == (picture.id, 1)

    def test_what_s3_shows_again_is_made_again_in_the_place_of_what_hid_it(self, deployed: Deployed) -> None:
        old = deployed.ready("in/a.jpg")
        new = deployed.upload("in/a.jpg", sequencer="02")
        deployed.catalog(*way(new))
        deployed.pipeline.s3.delete_object(Bucket="source", Key="in/a.jpg", VersionId=new.source.version)
        assert main(["rerun", "in/a.jpg", "--from", "ingest", "--yes"]) == 0
        [again] = heard(deployed)
        assert (again.image.id, again.image.source.order > new.source.order) == (old.id, True)
        deployed.catalog(story.said(story.ingested(again.image), "ingest"), *way(again.image)[1:])
        found = deployed.pipeline.catalog.find("in/a.jpg")
        assert (found.image_id, found.status) == (old.id, "READY")

    @pytest.mark.parametrize("whole_key", [True, False])
    def test_ingest_is_told_of_a_removal_that_it_has_never_heard_of(self, deployed: Deployed, whole_key: bool) -> None:
        picture = deployed.ready("in/a.jpg")
        version = {} if whole_key else {"VersionId": str(picture.source.version)}
        deployed.pipeline.s3.delete_object(Bucket="source", Key="in/a.jpg", **version)
        assert main(["rerun", "--missing", "--from", "ingest", "--yes"]) == 0
        [removed] = heard(deployed)
        assert isinstance(removed, ImageRemoved)
        assert (removed.whole_key, removed.image.id == picture.id) == (whole_key, not whole_key)
        deployed.catalog(story.said(removed, "ingest"))
        assert deployed.pipeline.catalog.get([picture.id])[picture.id].status == "REMOVED"

    def test_what_is_lost_has_to_begin_at_the_beginning(self, deployed: Deployed, capsys: Said) -> None:
        deployed.upload("in/a.jpg")
        assert main(["rerun", "--missing", "--from", "resize", "--yes"]) == 0
        said = capsys.readouterr().err
        assert "left: in/a.jpg: the catalog does not know it: rerun it from ingest" in said
        assert deployed.received(RESIZE) == []

    def test_what_is_left_is_said_with_an_example(self, deployed: Deployed, capsys: Said) -> None:
        old = deployed.ready("in/b.jpg")
        deployed.catalog(*way(deployed.upload("in/b.jpg", sequencer="02")))
        for number in range(3):
            deployed.catalog(*way(deployed.upload(f"in/new/{number}.jpg"))[:1])
        assert main(["rerun", old.id, "--from", "resize", "--yes"]) == 0
        assert capsys.readouterr().err.splitlines() == [
            ACTING,
            "left: in/b.jpg: superseded: a newer upload has taken its place",
            "nothing to send to resize",
        ]
        assert main(["rerun", "--prefix", "in/new/", "--from", "resize", "--yes"]) == 0
        said = capsys.readouterr().err
        assert "left: 3 pictures, for example in/new/0.jpg: it has no master: rerun it from normali" in said
        assert operations(deployed) == []

    def test_a_dry_run_sends_nothing(self, deployed: Deployed, capsys: Said) -> None:
        deployed.ready("in/a.jpg")
        assert main(["rerun", "in/a.jpg", "--from", "ingest", "--dry-run"]) == 0
        assert "to send to ingest: 1 picture, about 0 s of its work" in capsys.readouterr().err
        assert deployed.received(INGEST) == []
        assert operations(deployed) == []

    def test_what_the_estimate_leaves_out_is_said(self, deployed: Deployed, capsys: Said) -> None:
        picture = deployed.ready("in/a.jpg")
        deployed.catalog(story.said(story.normalized(picture, "flag"), "normalize"))
        assert main(["rerun", "in/a.jpg", "--from", "normalize", "--dry-run"]) == 0
        said = capsys.readouterr().err
        assert re.search("then moderate, resize.* do their work on them again: the estimate leaves that out", said)
        assert "Rekognition" not in said
        for moderator, bills in (("rekognition", True), ("open-nsfw", False)):
            deployed.pipeline.stack.parameters["Moderator"] = moderator
            assert main(["rerun", "in/a.jpg", "--from", "moderate", "--dry-run"]) == 0
            said = capsys.readouterr().err
            assert ("Amazon Rekognition is asked about 1 picture of these, and bills each" in said) is bills

    def test_a_dead_letter_that_stays_is_pointed_out(self, deployed: Deployed, capsys: Said) -> None:
        picture = deployed.upload("in/a.jpg")
        deployed.catalog(*way(picture)[:2], story.said(story.rejected(picture, "resize"), "resize"))
        assert main(["rerun", "in/a.jpg", "--from", "resize", "--dry-run"]) == 0
        said = capsys.readouterr().err
        assert "note: in/a.jpg: resize gave it up, and its dead letter stays: `brigade dlq redrive resize`" in said

    def test_where_nothing_is_known_of_its_work_no_time_is_said(self, deployed: Deployed, capsys: Said) -> None:
        deployed.catalog(*way(deployed.upload("in/a.jpg"))[:2])
        deployed.functions.feed(RESIZE, ScalingConfig={"MaximumConcurrency": 2})
        assert main(["rerun", "in/a.jpg", "--from", "resize", "--dry-run"]) == 0
        assert "how long that takes is not known" in capsys.readouterr().err

    def test_a_paused_actor_is_pointed_out(self, deployed: Deployed, capsys: Said) -> None:
        deployed.ready("in/a.jpg")
        deployed.functions.feed(RESIZE, "Disabled")
        assert main(["rerun", "in/a.jpg", "--from", "resize", "--dry-run"]) == 0
        assert "resize is paused: they will wait in its queue until `brigade resume resize`" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            (["--from", "resize"], "which pictures? — name some, or else give --missing, --prefix or both"),
            (["in/a.jpg", "--missing", "--from", "resize"], "which pictures? — name some, or else give --missing"),
            (["in/a.jpg", "--prefix", "in/", "--from", "resize"], "which pictures? — name some, or else give"),
            (["in/b.jpg", "--from", "resize"], "the catalog knows no picture 'in/b.jpg' — `brigade ls` shows"),
            (["in/a.jpg", "--from", "shrink"], "no actor is named shrink; there are ingest, describe, normalize, "),
            (["in/a.jpg", "--from", "catalog"], "catalog writes the very records that a rerun is made from — name"),
            (
                ["in/a.jpg", "--from", "resize"],
                "Send 1 picture to resize? There is no terminal to answer on — add --y",
            ),
        ],
    )
    def test_what_cannot_be_done_is_one_line_and_nothing_is_sent(
        self, deployed: Deployed, arguments: list[str], line: str, capsys: Said
    ) -> None:
        deployed.ready("in/a.jpg")
        assert main(["rerun", *arguments]) == 1
        assert f"error: {line}" in capsys.readouterr().err
        assert deployed.received(RESIZE) == []

    @pytest.mark.usefixtures("refusing")
    def test_what_sqs_does_not_take_is_said_and_recorded(self, deployed: Deployed, capsys: Said) -> None:
        for number in range(3):
            deployed.ready(f"in/{number}.jpg")
        assert main(["rerun", "--prefix", "in/", "--from", "resize", "--yes"]) == 1
        said = capsys.readouterr().err.splitlines()
        assert said[-2] == "not sent: 2: InvalidMessageContents: No."
        assert said[-1].startswith("error: not all pictures were sent — `brigade history ")
        assert operations(deployed) == [("rerun", "resize", {"sent": 1, "not sent: InvalidMessageContents: No.": 2})]

    def test_a_queue_that_breaks_off_leaves_word_of_how_far_it_came(
        self, deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: Said
    ) -> None:
        for number in range(12):
            deployed.ready(f"in/{number:02}.jpg")
        really, batches = deployed.sqs.send_message_batch, []

        def send(**what: Any) -> Any:
            batches.append(what)
            if len(batches) == 2:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "No more."}}, "SendMessageBatch")
            return really(**what)

        monkeypatch.setattr(deployed.sqs, "send_message_batch", send)
        assert main(["rerun", "--prefix", "in/", "--from", "resize", "--yes"]) == 1
        said = capsys.readouterr().err
        assert "sent to resize: 10 of 12 pictures" in said
        assert "error: not allowed: SendMessageBatch: No more." in said
        assert operations(deployed) == [("rerun", "resize", {"sent": 10, "planned": 2})]


def test_what_operators_did_stands_in_the_pictures_timeline(deployed: Deployed, capsys: Said) -> None:
    picture = deployed.ready("in/a.jpg")
    deployed.ready("in/b.jpg")
    assert main(["rerun", "in/a.jpg", "in/b.jpg", "--from", "resize", "--yes"]) == 0
    assert main(["rerun", "in/b.jpg", "--from", "normalize", "--yes"]) == 0
    [_, operation] = deployed.pipeline.history.newest()
    capsys.readouterr()
    assert main(["show", picture.id]) == 0
    said = "".join(capsys.readouterr().out.split())
    assert f"rerunresize:sent({operation.by},{operation.id})" in said
    assert "rerunnormalize" not in said
