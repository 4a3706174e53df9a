"""`brigade missing`, as the operator reads it."""

import json

import pytest
from msgspec.structs import replace

from brigade.__main__ import main
from kit.events import Image
from services.ingest.actor import INGEST
from tests.support import story
from tests.support.deployed import RENDITIONS, Deployed, way

Said = pytest.CaptureFixture[str]


def uploaded_long_ago(deployed: Deployed) -> Image:
    picture = deployed.upload("in/slow.jpg")
    return replace(picture, source=replace(picture.source, uploaded_at="2026-01-01T08:00:00.000Z"))


class TestMissing:
    def test_what_is_missing_is_listed(self, deployed: Deployed, capsys: Said) -> None:
        deployed.ready("in/whole.jpg")
        half = deployed.ready("in/half.jpg", stored=RENDITIONS[:1])
        assert main(["missing"]) == 1
        said = capsys.readouterr()
        assert all(word in said.out for word in ("in/half.jpg", half.id, "large", "READY"))
        assert "whole" not in said.out
        assert "small" not in said.out
        assert said.err == ""

    def test_for_programs(self, deployed: Deployed, capsys: Said) -> None:
        half = deployed.ready("in/half.jpg", stored=[])
        assert main(["missing", "--json"]) == 1
        assert json.loads(capsys.readouterr().out) == [
            {
                "image_id": half.id,
                "key": "in/half.jpg",
                "status": "READY",
                "recipe": "default",
                "recipe_is_gone": False,
                "lost": None,
                "missing": ["small", "large"],
            }
        ]

    def test_a_recipe_that_is_gone_is_said(self, deployed: Deployed, capsys: Said) -> None:
        ingested = replace(story.ingested(uploaded_long_ago(deployed)), recipe="posters")
        deployed.catalog(*way(ingested.image)[1:], story.said(ingested, "ingest"))
        assert main(["missing"]) == 1
        assert "its recipe posters is gone" in capsys.readouterr().out

    def test_pictures_in_work_are_listed_when_they_are_stuck(self, deployed: Deployed, capsys: Said) -> None:
        deployed.catalog(*way(uploaded_long_ago(deployed))[:2])
        assert main(["missing", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == []
        assert main(["missing", "--stuck", "0s", "--json"]) == 1
        assert [each["status"] for each in json.loads(capsys.readouterr().out)] == ["PROCESSING"]

    def test_what_s3_and_the_catalog_see_otherwise_is_listed(self, deployed: Deployed, capsys: Said) -> None:
        unknown = deployed.upload("in/a/unknown.jpg")
        gone = deployed.ready("in/a/gone.jpg")
        deployed.pipeline.s3.delete_object(Bucket="source", Key="in/a/gone.jpg")
        deployed.upload("nobodys.jpg")
        assert main(["missing"]) == 1
        said = capsys.readouterr()
        assert all(word in said.out for word in (unknown.id, gone.id, "the catalog does not know it", "READY"))
        assert said.err.splitlines() == [
            "ignored by name: 1 object, for example nobodys.jpg",
            "`brigade rerun --missing --from ingest` lets the chain hear of what it has not heard",
        ]
        assert main(["missing", "--prefix", "in/a/", "--json"]) == 1
        listed = json.loads(capsys.readouterr().out)
        assert [(each["key"], each["lost"]) for each in listed] == [
            ("in/a/unknown.jpg", "unknown"),
            ("in/a/gone.jpg", "gone"),
        ]

    def test_what_may_be_on_its_way_is_said(self, deployed: Deployed, capsys: Said) -> None:
        deployed.upload("in/a.jpg")
        deployed.sqs.send_message(QueueUrl=deployed.queue_url(INGEST), MessageBody="{}")
        assert main(["missing"]) == 1
        assert "1 message for ingest or the catalog may tell of some of these" in capsys.readouterr().err

    def test_nothing_is_missing(self, deployed: Deployed, capsys: Said) -> None:
        deployed.ready("in/whole.jpg")
        assert main(["missing"]) == 0
        assert capsys.readouterr().out == "nothing is missing\n"

    def test_an_age_that_is_none(self, deployed: Deployed, capsys: Said) -> None:
        assert main(["missing", "--stuck", "long"]) == 1
        assert "'long' is no age — write it as 90s" in capsys.readouterr().err
