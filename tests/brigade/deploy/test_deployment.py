"""Deploying: the same way on every engine, and nothing twice."""

import json
import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from troposphere import cloudwatch

from brigade.deploy import artifacts
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.change_set import STACK_TYPE
from brigade.deploy.deployment import deploy, preview
from brigade.deploy.stack import Stack
from brigade.target import Target
from infra import names
from infra.packaging import libraries
from infra.packaging.libraries import Platform, pins
from infra.template import template
from services.chain import CHAIN
from tests.brigade.deploy.deploying import RECIPES, Heard, bring_up
from tests.support.wheels import unpack


@pytest.fixture
def localstack(here: Target, machine: str, monkeypatch: pytest.MonkeyPatch) -> Target:
    """A local cloud that is no ministack, on such a machine."""
    monkeypatch.setattr("brigade.target.health", lambda *_: None)
    monkeypatch.setattr("platform.machine", lambda: machine)
    return here


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The platforms that libraries are installed for; nothing is downloaded."""
    installed: set[str] = set()

    def install(requirements: Path, into: Path, platform: Platform, **_: object) -> None:
        installed.add(str(platform))
        for name, release in pins(requirements).items():
            unpack(into, name, release, {"library.py": b""} if name == "botocore" else {})

    monkeypatch.setattr(libraries, "install", install)
    return installed


def holds(target: Target, made: Stack, name: str) -> set[str]:
    """The actors whose deployed zip holds that file."""
    bucket = made.parameters["CodeBucket"]
    found = set()
    for actor in CHAIN.whole.actors:
        key = made.parameters[names.code_key(actor)]
        code = target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        if name in zipfile.ZipFile(BytesIO(code)).namelist():
            found.add(actor.name)
    return found


def codes(made: Stack) -> list[str]:
    """The keys of a stack's zips."""
    return [made.parameters[names.code_key(actor)] for actor in CHAIN.whole.functions]


def code(target: Target, made: Stack) -> set[str]:
    """The keys of all zips in a stack's bucket."""
    listed = target.client("s3").list_objects_v2(Bucket=made.parameters["CodeBucket"])["Contents"]
    return {each["Key"] for each in listed if each["Key"].endswith(".zip")}


@pytest.mark.journey
class TestDeploying:
    def test_makes_everything_and_tells_how_it_goes(self, here: Target, stack: Callable[[], str]) -> None:
        heard, name = Heard(), stack()
        made = bring_up(here, name, heard)
        assert {f"{actor.name.capitalize()}Queue" for actor in CHAIN.actors} < set(made.outputs)
        assert here.client("sqs").get_queue_attributes(QueueUrl=made.outputs["IngestQueue"])
        assert heard.changed
        assert {change.action for change in heard.changed} == {"Add"}
        # What only an address for the alarms or for what is settled brings, an archive, a portal or CloudFront, is
        # announced, and left out.
        left_out = re.compile("Summary|AlarmEmail|SettledEndpoint|Portal|Distribution|.*Archive")
        expected = {change.resource for change in heard.changed if not left_out.match(change.resource)}
        assert expected <= {event.resource for event in heard.events}
        assert (heard.events[-1].type, heard.events[-1].status) == (STACK_TYPE, "CREATE_COMPLETE")
        assert [note for note in heard.notes if note.startswith("uploaded ingest")]

    def test_again_changes_nothing_and_leaves_no_change_set(self, here: Target, stack: Callable[[], str]) -> None:
        heard, name = Heard(), stack()
        first = bring_up(here, name)
        assert bring_up(here, name, heard).outputs == first.outputs
        assert heard.changed == []
        assert not heard.events
        assert not heard.notes  # nothing was uploaded either
        assert not [
            each
            for each in here.client("cloudformation").list_change_sets(StackName=name)["Summaries"]
            if each["Status"] == "FAILED"
        ]

    def test_other_recipes_change_the_functions_that_read_them_and_the_zips_before_the_last_go(
        self, here: Target, stack: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(artifacts, "KEPT", 0)
        heard, name = Heard(), stack()
        first = bring_up(here, name)
        others = tmp_path / "recipes.toml"
        others.write_text(RECIPES.read_text() + "\n# changed\n")
        made = deploy(here, name, recipes=others, version="1", listener=heard)
        readers = {f"{actor.name.capitalize()}Function" for actor in CHAIN.actors if "imaging" in actor.carries}
        assert heard.changed
        assert {change.resource for change in heard.changed if change.type == "AWS::Lambda::Function"} == readers
        assert code(here, made) >= {*codes(first), *codes(made)}
        others.write_text(RECIPES.read_text() + "\n# changed again\n")
        last = deploy(here, name, recipes=others, version="1", listener=heard)
        assert code(here, last) == {*codes(made), *codes(last)}

    def test_code_that_cannot_be_deleted_is_no_failure(
        self, here: Target, stack: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def forbidden(*_: object) -> int:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "No."}}, "DeleteObjects")

        monkeypatch.setattr(Artifacts, "prune", forbidden)
        heard = Heard()
        assert bring_up(here, stack(), heard).status == "CREATE_COMPLETE"
        assert heard.notes[-1].startswith("warning: older code was not deleted: not allowed: DeleteObjects: No.")

    def test_where_pictures_would_wait_for_a_moderator_it_is_said(
        self, here: Target, stack: Callable[[], str], tmp_path: Path
    ) -> None:
        heard, gated = Heard(), tmp_path / "recipes.toml"
        gated.write_text('recipe = [{ name = "r", moderation = "gate", rendition = [{ name = "a", width = 9 }] }]')
        preview(here, stack(), recipes=gated, version="1", settings={"Moderator": "none"}, listener=heard)
        assert [note for note in heard.notes if "no moderation engine (Moderator=none): pictures of recipe r" in note]

    def test_what_was_set_stays_until_it_is_set_anew(self, here: Target, stack: Callable[[], str]) -> None:
        name = stack()
        assert bring_up(here, name).parameters["LogRetentionDays"] == "30"
        assert bring_up(here, name, LogRetentionDays="7").parameters["LogRetentionDays"] == "7"
        assert bring_up(here, name).parameters["LogRetentionDays"] == "7"

    def test_on_a_laptop_starts_few_functions_at_once(
        self, here: Target, stack: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.cpu_count", lambda: 1)
        made = bring_up(here, stack())
        assert (made.parameters["MaximumConcurrency"], made.parameters["Environment"]) == ("2", "local")

    def test_on_aws_puts_the_libraries_into_the_zips(
        self, here: Target, stack: Callable[[], str], monkeypatch: pytest.MonkeyPatch, installed: set[str]
    ) -> None:
        monkeypatch.setattr(Target, "is_local", False)
        monkeypatch.setattr(Target, "poll_s", 0.1)
        made = bring_up(here, stack())
        assert installed == {"python3.13-arm64"}
        assert holds(here, made, "library.py") == {actor.name for actor in CHAIN.whole.actors}
        assert made.parameters["MaximumConcurrency"] == "0"

    @pytest.mark.parametrize("machine", ["x86_64"])
    def test_on_a_local_cloud_that_is_no_ministack_puts_libraries_for_this_machine_into_the_zips(
        self, localstack: Target, stack: Callable[[], str], installed: set[str]
    ) -> None:
        made = bring_up(localstack, stack())
        assert installed == {"python3.13-x86_64"}
        assert made.parameters["Environment"] == "local"

    def test_tags_stay_until_they_are_set_anew_and_reach_what_is_made(
        self, here: Target, stack: Callable[[], str]
    ) -> None:
        name = stack()
        deploy(here, name, recipes=RECIPES, version="1", tags={"team": "photos", "cost": "1"})
        made = deploy(here, name, recipes=RECIPES, version="1", tags={"cost": "2"})
        assert made.tags == {"team": "photos", "cost": "2"}
        tags = here.client("sqs").list_queue_tags(QueueUrl=made.outputs["IngestQueue"])["Tags"]
        assert tags.items() >= made.tags.items()
        body: Any = here.client("cloudformation").get_template(StackName=made.id)["TemplateBody"]
        resources = (json.loads(body) if isinstance(body, str) else body)["Resources"]
        replica, *_ = resources["Table"]["Properties"]["Replicas"]  # that of its own region
        assert {tag["Key"]: tag["Value"] for tag in replica["Tags"]} == made.tags

    def test_a_preview_says_what_would_change_and_changes_nothing(self, here: Target, stack: Callable[[], str]) -> None:
        name, first, later = stack(), Heard(), Heard()
        preview(here, name, recipes=RECIPES, version="1", listener=first)
        assert first.changed
        assert Stack.look(here, name) is None
        made = bring_up(here, name)
        preview(here, name, recipes=RECIPES, version="1", settings={"LogRetentionDays": "7"}, listener=later)
        changed = {change.resource: change for change in later.changed or []}
        assert "RetentionInDays" in changed["IngestLogGroup"].properties
        assert "IngestQueue" not in changed
        assert Stack.find(here, name).parameters == made.parameters
        assert not [*first.events, *later.events]
        left = here.client("cloudformation").list_change_sets(StackName=name)["Summaries"]
        assert not [each for each in left if each["ExecutionStatus"] != "EXECUTE_COMPLETE"]

    def test_sends_alarms_to_the_topic_that_is_set(self, here: Target, stack: Callable[[], str]) -> None:
        name = stack()

        def actions() -> list[list[str]]:
            alarms = here.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
            return [alarm["AlarmActions"] for alarm in alarms if alarm["AlarmName"].startswith(name)]

        bring_up(here, name)
        topic = Stack.find(here, name).outputs["AlarmTopic"]
        every = [each for each in template(CHAIN).resources.values() if isinstance(each, cloudwatch.Alarm)]
        declared = [each for each in every if getattr(each, "Condition", "") not in ("ArchiveIsOn", "PortalIsOn")]
        assert actions() == [[topic]] * sum(not hasattr(each, "Condition") for each in declared)
        assert not here.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        bring_up(here, name, AlarmEmail="ann@example.org")
        (subscription,) = here.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        assert subscription["Endpoint"] == "ann@example.org"
        assert actions() == [[topic]] * len(declared)

    def test_shows_the_alarms_that_there_are_on_the_dashboard(self, here: Target, stack: Callable[[], str]) -> None:
        name, client = stack(), here.client("cloudwatch")
        for address in ("", "ann@example.org"):
            bring_up(here, name, AlarmEmail=address)
            body = json.loads(client.get_dashboard(DashboardName=f"{name}-{here.region}")["DashboardBody"])
            (widget,) = [each for each in body["widgets"] if each["type"] == "alarm"]
            alarms = client.describe_alarms(AlarmNamePrefix=f"{name}-", MaxRecords=100)["MetricAlarms"]
            assert sorted(widget["properties"]["alarms"]) == sorted(alarm["AlarmArn"] for alarm in alarms)

    def test_keeps_the_code_in_a_private_encrypted_bucket_of_its_own(
        self, here: Target, stack: Callable[[], str]
    ) -> None:
        name = stack()
        made = bring_up(here, name)
        bucket, client = made.parameters["CodeBucket"], here.client("s3")
        blocked = client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert all(blocked.values())
        assert client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        [statement] = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert client.head_object(Bucket=bucket, Key=made.parameters["IngestCodeKey"])
