"""What a destroyed stack has kept is found again by its name, and nothing else with it."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from brigade.__main__ import main
from brigade.deploy import deployment, kept
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.kept import Kept
from brigade.target import Target
from imaging.recipes import DEFAULT_PATH
from tests.support.moto import REGION
from tests.support.stack import refuses_plain_http


def make_bucket(name: str, region: str = REGION, **tags: str) -> None:
    s3: Any = boto3.client("s3", region_name=region)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": as_list(tags)})


def make_table(name: str, **tags: str) -> None:
    dynamodb: Any = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=as_list(tags),
    )


def as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


# They name another tag than CloudFormation's, which nobody else may write.
@pytest.mark.usefixtures("cloud")
class TestFinding:
    def test_finds_buckets_and_table_by_the_names_that_cloudformation_gives(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kept, "STACK_TAG", "stack")
        make_bucket("brigade-sourcebucket-1a2b3c4d5e6f", stack="brigade")
        make_bucket("brigade-targetbucket-1a2b3c4d5e6f")
        make_table("brigade-Table-1A2B3C4D5E6F", stack="brigade")
        assert kept.by_destroyed(Target(REGION), "brigade") == [
            Kept("AWS::S3::Bucket", "brigade-sourcebucket-1a2b3c4d5e6f"),
            Kept("AWS::S3::Bucket", "brigade-targetbucket-1a2b3c4d5e6f"),
            Kept("AWS::DynamoDB::GlobalTable", "brigade-Table-1A2B3C4D5E6F"),
        ]

    @pytest.mark.parametrize(
        "name",
        [
            "brigade-staging-sourcebucket-1a2b3c4d5e6f",  # another stage's
            "my-brigade-sourcebucket-1a2b3c4d5e6f",
            "brigade-sourcebucket-of-ann",
            "brigade-code-1a2b3c4d5e6f",
            "brigade-photos",
        ],
    )
    def test_a_bucket_of_another_name_is_not_ours(self, name: str) -> None:
        make_bucket(name)
        assert kept.by_destroyed(Target(REGION), "brigade") == []

    @pytest.mark.parametrize("name", ["brigade-staging-Table-1A2B3C4D5E6F", "brigade-Table", "brigade-Tables-1A2B"])
    def test_a_table_of_another_name_is_not_ours(self, name: str) -> None:
        make_table(name)
        assert kept.by_destroyed(Target(REGION), "brigade") == []

    def test_what_another_stack_has_taken_over_is_not_ours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kept, "STACK_TAG", "stack")
        make_bucket("brigade-sourcebucket-1a2b3c4d5e6f", stack="adopted")
        make_table("brigade-Table-1A2B3C4D5E6F", stack="adopted")
        assert kept.by_destroyed(Target(REGION), "brigade") == []

    def test_a_stack_of_the_same_name_in_another_region_keeps_its_own(self) -> None:
        make_bucket("brigade-sourcebucket-1a2b3c4d5e6f", "eu-central-1")
        assert kept.by_destroyed(Target(REGION), "brigade") == []
        assert len(kept.by_destroyed(Target("eu-central-1"), "brigade")) == 1


def test_the_replica_in_another_region_goes_before_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    # No engine on a laptop replicates: these are the requests, in the order in which DynamoDB takes them.
    dynamodb: Any = boto3.client("dynamodb", region_name=REGION)
    monkeypatch.setattr(Target, "client", lambda *_: dynamodb)
    table = {"TableName": "brigade-Table-1A2B3C4D5E6F"}
    replicas = [{"RegionName": REGION}, {"RegionName": "eu-central-1"}]
    with Stubber(dynamodb) as asked:
        asked.add_response("describe_table", {"Table": {"Replicas": replicas}}, table)
        without = {"ReplicaUpdates": [{"Delete": {"RegionName": "eu-central-1"}}]}
        asked.add_response("update_table", {}, table | without)
        asked.add_response("describe_table", {"Table": {"TableStatus": "ACTIVE"}}, table)
        asked.add_response("delete_table", {}, table)
        kept.delete(Target(REGION), [Kept("AWS::DynamoDB::GlobalTable", table["TableName"])])
        asked.assert_no_pending_responses()


@pytest.mark.journey
class TestTheCommand:
    @pytest.fixture
    def destroyed(self, here: Target, stack: Callable[[], str]) -> str:
        """A stack that is gone, with one picture left."""
        name = stack()
        made = deployment.deploy(here, name, recipes=DEFAULT_PATH, version="1")
        here.client("s3").put_object(Bucket=made.outputs["SourceBucket"], Key="unread.txt", Body=b"x")
        deployment.destroy(made)
        return name

    def test_deletes_what_an_earlier_destroy_has_kept(
        self, here: Target, destroyed: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        left = kept.by_destroyed(here, destroyed)
        assert sorted(each.type for each in left) == ["AWS::DynamoDB::GlobalTable"] + 2 * ["AWS::S3::Bucket"]
        for bucket in (each.name for each in left if each.type == "AWS::S3::Bucket"):
            policy = json.loads(here.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
            assert refuses_plain_http(policy["Statement"], [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"])
        command = ["destroy", "--stack", destroyed, "--delete-pictures"]
        assert main(command) == 1
        assert "Delete that for ever? There is no terminal to answer on — add --yes" in capsys.readouterr().err
        assert kept.by_destroyed(here, destroyed) == left
        assert main([*command, "--yes"]) == 0
        said = capsys.readouterr().err
        assert all(each.name in said for each in left)
        assert kept.by_destroyed(here, destroyed) == []
        assert main([*command, "--yes"]) == 1
        assert "there is nothing to destroy" in capsys.readouterr().err

    def test_goes_on_where_it_was_interrupted(self, here: Target, destroyed: str) -> None:
        Artifacts(here, destroyed).prepare()
        kept.delete(here, kept.by_destroyed(here, destroyed)[:1])
        assert main(["destroy", "--stack", destroyed, "--delete-pictures", "--yes"]) == 0
        assert kept.by_destroyed(here, destroyed) == []
        assert not Artifacts(here, destroyed).exists()

    def test_without_the_option_says_how(
        self, here: Target, destroyed: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["destroy", "--stack", destroyed, "--yes"]) == 1
        hint = f"`brigade destroy --stack {destroyed} --delete-pictures` deletes what it kept, if there was one"
        assert hint in capsys.readouterr().err
        kept.delete(here, kept.by_destroyed(here, destroyed))
