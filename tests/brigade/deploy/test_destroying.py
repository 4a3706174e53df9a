"""What destroying a stack deletes, and what it keeps."""

from collections.abc import Callable

import pytest

from brigade.deploy import artifacts, deployment, kept
from brigade.deploy.change_set import Events, StackEvent
from brigade.deploy.deployment import destroy
from brigade.deploy.stack import Stack
from brigade.target import Target
from brigade.terminal import OperatorError
from tests.brigade.deploy.deploying import bring_up, buckets


@pytest.mark.journey
class TestDestroying:
    def test_keeps_pictures_and_catalog_and_deletes_the_code(self, here: Target, stack: Callable[[], str]) -> None:
        name = stack()
        made = bring_up(here, name)
        left = kept.by(made)
        assert {each.name for each in left} == {made.outputs[n] for n in ("SourceBucket", "TargetBucket", "Table")}
        destroy(made)
        assert Stack.look(here, name) is None
        assert set(buckets(here, name)) == {made.outputs["SourceBucket"], made.outputs["TargetBucket"]}
        kept.delete(here, left)
        assert buckets(here, name) == []
        assert made.outputs["Table"] not in here.client("dynamodb").list_tables()["TableNames"]
        kept.delete(here, left)  # once more does no harm

    def test_deletes_every_version_of_every_picture(self, here: Target, stack: Callable[[], str]) -> None:
        made = bring_up(here, stack())
        source, client = made.outputs["SourceBucket"], here.client("s3")
        for content in (b"one", b"two"):
            client.put_object(Bucket=source, Key="notes.txt", Body=content)
        client.delete_object(Bucket=source, Key="notes.txt")
        artifacts.delete_bucket(client, source)
        assert source not in buckets(here, made.name)

    def test_what_it_does_not_know_stays_and_is_named(self, here: Target) -> None:
        with pytest.raises(OperatorError, match=r"keys \(AWS::KMS::Key\) stays"):
            kept.delete(here, [kept.Kept("AWS::KMS::Key", "keys")])

    def test_that_fails_names_the_resource(
        self, here: Target, stack: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = bring_up(here, stack())
        failed = [StackEvent("Table", "AWS::DynamoDB::GlobalTable", "DELETE_FAILED", "it is protected")]
        with monkeypatch.context() as patch:
            patch.setattr(Events, "follow", lambda _: iter(failed))
            patch.setattr(deployment, "describe", lambda *_: {"StackStatus": "DELETE_FAILED"})
            with pytest.raises(OperatorError, match="could not be deleted: Table: it is protected"):
                destroy(made)
