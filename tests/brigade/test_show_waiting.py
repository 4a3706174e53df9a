"""`brigade show` of a picture that waits for resize: the catalog has not heard of its master yet, its bucket has it."""

import json

import pytest

from brigade.__main__ import main
from brigade.pipeline import Pipeline
from kit import outputs
from tests.support.deployed import Deployed, deploy, way
from tests.support.moto import go_to_moto

Said = pytest.CaptureFixture[str]
KEY = "in/a.jpg"


@pytest.fixture
def deployed(state: None, cloud: None, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """A stack, as the commands find it."""
    go_to_moto(monkeypatch)
    found = deploy()
    monkeypatch.setattr(Pipeline, "find", lambda *_: found.pipeline)
    return found


def shown(capsys: Said) -> tuple[dict[str, object], str]:
    assert main(["show", KEY, "--json"]) == 0
    [record] = json.loads(capsys.readouterr().out)
    assert main(["show", KEY]) == 0
    return record["stages"], capsys.readouterr().out


def test_a_stored_master_is_told_until_resize_has_told_of_it(deployed: Deployed, capsys: Said) -> None:
    picture = deployed.upload(KEY)
    ingested, normalized, resized = way(picture)
    deployed.catalog(ingested)
    stages, screen = shown(capsys)
    assert "normalize" not in stages
    assert "stored its master" not in screen

    bucket = deployed.pipeline.target_bucket
    deployed.pipeline.s3.put_object(Bucket=bucket, Key=outputs.master(picture.id, "0a1b2c3d", "jpg"))
    stages, screen = shown(capsys)
    told = stages["normalize"]
    assert isinstance(told, dict)
    assert told.pop("at").endswith("Z")
    assert set(told.values()) == {None}, "no more than when it was stored is known"
    assert "stored its master" in screen

    deployed.catalog(normalized, resized)
    stages, screen = shown(capsys)
    assert isinstance(stages["normalize"], dict)
    assert stages["normalize"]["worked_ms"] is not None
    assert "stored its master" not in screen
