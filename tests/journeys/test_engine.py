"""The journeys go wherever a local engine listens, and leave nothing there."""

from pathlib import Path

import pytest

from brigade.local import local_cloud
from brigade.target import ENDPOINT
from imaging.recipes import DEFAULT_PATH
from tests.support.engine import ENGINE, LOCALSTACK, chosen, deployed

ROOT = Path(__file__).parents[2]


def test_without_a_choice_it_is_the_built_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENGINE, raising=False)
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    assert chosen() is None
    monkeypatch.setenv(ENGINE, "ministack")
    assert chosen() is None


def test_an_engine_elsewhere_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENGINE, "localstack")
    monkeypatch.setenv(ENDPOINT, "https://s3.eu-west-1.amazonaws.com")
    with pytest.raises(pytest.UsageError, match="is not on this machine"):
        chosen()


def test_where_nothing_listens_the_command_that_mends_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = f"http://127.0.0.1:{local_cloud.free_port()}"
    monkeypatch.setenv(ENGINE, "localstack")
    monkeypatch.setenv(ENDPOINT, nowhere)
    with pytest.raises(pytest.UsageError, match=f"nothing listens at {nowhere}: `docker compose up --detach --wait`"):
        chosen()


def test_localstack_is_sought_where_the_compose_file_publishes_it() -> None:
    published = LOCALSTACK.removeprefix("http://")
    assert f'"{published}:4566"' in (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def test_journeys_leave_nothing_on_an_engine_that_others_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENGINE, "localstack")
    with local_cloud.running() as cloud:
        monkeypatch.setenv(ENDPOINT, cloud.endpoint)
        target = chosen()
        assert target
        with deployed(target, DEFAULT_PATH) as pipeline:
            pipeline.s3.put_object(Bucket=pipeline.source_bucket, Key="a.jpg", Body=b"x")
        left = [each["StackStatus"] for each in target.client("cloudformation").list_stacks()["StackSummaries"]]
        assert set(left) == {"DELETE_COMPLETE"}
        assert target.client("s3").list_buckets()["Buckets"] == []
        assert target.client("sqs").list_queues().get("QueueUrls", []) == []
        assert target.client("dynamodb").list_tables()["TableNames"] == []
