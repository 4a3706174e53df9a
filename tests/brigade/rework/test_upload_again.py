"""`brigade upload` of what is there already: ingest is told of what it has never heard of."""

from pathlib import Path
from typing import Any

import pytest

from brigade.__main__ import main
from brigade.pictures import uploads
from kit.backoff import Policy, under
from services.catalog.actor import CATALOG
from tests.support import story
from tests.support.deployed import Deployed, heard, operations, way

Said = pytest.CaptureFixture[str]


class TestUpload:
    @pytest.fixture
    def photo(self, tmp_path: Path) -> str:
        path = tmp_path / "a.jpg"
        path.write_bytes(b"x")
        return str(path)

    def test_what_is_there_and_was_never_heard_of_is_told_to_ingest(
        self, deployed: Deployed, photo: str, capsys: Said
    ) -> None:
        picture = deployed.upload("in/a.jpg")
        assert main(["upload", photo, "--prefix", "in/", "--yes"]) == 0
        assert [change.image.id for change in heard(deployed)] == [picture.id]
        said = capsys.readouterr().err
        assert "0 uploaded, 1 were already there, 0 not uploaded" in said
        assert "1 picture of these the catalog has not heard of: ingest is told again" in said
        assert operations(deployed) == [("rerun", "ingest", {"sent": 1})]

    def test_what_is_known_or_ignored_is_not(self, deployed: Deployed, photo: str) -> None:
        deployed.ready("in/a.jpg")
        deployed.upload("a.jpg")
        assert main(["upload", photo, "--prefix", "in/", "--yes"]) == 0
        assert main(["upload", photo, "--yes"]) == 0
        assert heard(deployed) == []

    def test_what_s3_shows_again_is_waited_for(
        self, deployed: Deployed, photo: str, monkeypatch: pytest.MonkeyPatch, capsys: Said
    ) -> None:
        deployed.ready("in/a.jpg")
        new = deployed.upload("in/a.jpg", sequencer="02")
        deployed.catalog(*way(new))
        deployed.pipeline.s3.delete_object(Bucket="source", Key="in/a.jpg", VersionId=new.source.version)
        really = uploads.wait_for_recall

        def meanwhile(*arguments: Any) -> None:
            [again] = heard(deployed)
            deployed.catalog(story.said(story.ingested(again.image), "ingest"), *way(again.image)[1:])
            really(*arguments)

        monkeypatch.setattr(uploads, "wait_for_recall", meanwhile)
        assert main(["upload", photo, "--prefix", "in/", "--wait", "--yes"]) == 0
        assert "newer uploads" not in capsys.readouterr().err

    def test_what_may_be_on_its_way_is_given_a_moment(self, deployed: Deployed, photo: str) -> None:
        picture = deployed.upload("in/a.jpg")
        deployed.sqs.send_message(QueueUrl=deployed.queue_url(CATALOG), MessageBody="{}")
        with under(Policy(sleep=lambda _: deployed.catalog(*way(picture)))):
            assert main(["upload", photo, "--prefix", "in/", "--yes"]) == 0
        assert heard(deployed) == []
