"""Deploying: the same way on every engine, nothing twice, and a failure that says what failed."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import troposphere
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from troposphere import cloudwatch, s3

from brigade.__main__ import main
from brigade.console import OperatorError
from brigade.deploy import artifacts, deployment, kept
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.change_set import STACK_TYPE, Change, Events, StackEvent
from brigade.deploy.deployment import Listener, deploy, destroy, preview
from brigade.deploy.stack import Stack
from brigade.target import Target
from infra import names
from infra.packaging import libraries
from infra.packaging.libraries import Platform
from infra.packaging.package import package
from infra.template import template
from kit.chain import Chain
from services.chain import CHAIN

RECIPES = Path(__file__).parents[3] / "recipes.toml"


class Heard(Listener):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.changed: list[Change] | None = None
        self.events: list[StackEvent] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def changes(self, changes: list[Change]) -> None:
        self.changed = changes

    def event(self, event: StackEvent) -> None:
        self.events.append(event)


def bring_up(target: Target, name: str, heard: Listener | None = None, **settings: str) -> Stack:
    return deploy(target, name, recipes=RECIPES, version="1", settings=settings, listener=heard)


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

    def install(requirements: Path, into: Path, platform: Platform) -> None:
        installed.add(str(platform))
        into.mkdir()
        (into / "library.py").write_text("")

    monkeypatch.setattr(libraries, "install", install)
    return installed


def holds(target: Target, made: Stack, name: str) -> set[str]:
    """The actors whose deployed zip holds that file."""
    bucket = made.parameters["CodeBucket"]
    found = set()
    for actor in CHAIN.actors:
        key = made.parameters[names.code_key(actor)]
        code = target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        if name in zipfile.ZipFile(BytesIO(code)).namelist():
            found.add(actor.name)
    return found


def codes(made: Stack) -> list[str]:
    """The keys of a stack's zips."""
    return [made.parameters[names.code_key(actor)] for actor in CHAIN.actors]


def code(target: Target, made: Stack) -> set[str]:
    """The keys of all zips in a stack's bucket."""
    listed = target.client("s3").list_objects_v2(Bucket=made.parameters["CodeBucket"])["Contents"]
    return {each["Key"] for each in listed if each["Key"].endswith(".zip")}


@pytest.fixture
def with_resource(monkeypatch: pytest.MonkeyPatch) -> Callable[[troposphere.AWSObject], None]:
    """Puts one more resource into the template."""

    def arrange(resource: troposphere.AWSObject) -> None:
        def more(chain: Chain, tags: Mapping[str, str]) -> troposphere.Template:
            whole = template(chain, tags)
            whole.add_resource(resource)
            return whole

        monkeypatch.setattr("brigade.deploy.deployment.template", more)

    return arrange


@pytest.fixture
def name_taken(here: Target, with_resource: Callable[[troposphere.AWSObject], None]) -> Iterator[None]:
    """A template that asks for a bucket that is somebody's already."""
    client = here.client("s3")
    client.create_bucket(Bucket="taken-already")
    with_resource(s3.Bucket("Broken", BucketName="taken-already"))
    yield
    client.delete_bucket(Bucket="taken-already")


def buckets(target: Target, stack: str) -> list[str]:
    return [each["Name"] for each in target.client("s3").list_buckets()["Buckets"] if each["Name"].startswith(stack)]


@pytest.mark.journey
class TestDeploying:
    def test_makes_everything_and_tells_how_it_goes(self, here: Target, stack: Callable[[], str]) -> None:
        heard, name = Heard(), stack()
        made = bring_up(here, name, heard)
        assert {f"{actor.name.capitalize()}Queue" for actor in CHAIN.actors} < set(made.outputs)
        assert here.client("sqs").get_queue_attributes(QueueUrl=made.outputs["IngestQueue"])
        assert heard.changed
        assert {change.action for change in heard.changed} == {"Add"}
        # What only an address for the alarms brings is announced, and left out.
        expected = {
            change.resource for change in heard.changed if not change.resource.startswith(("Summary", "AlarmEm"))
        }
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
        monkeypatch.setattr(artifacts, "_KEPT", 0)
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
        assert holds(here, made, "library.py") == {actor.name for actor in CHAIN.actors}
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
        (replica,) = (json.loads(body) if isinstance(body, str) else body)["Resources"]["Table"]["Properties"][
            "Replicas"
        ]
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
        declared = [each for each in template(CHAIN).resources.values() if isinstance(each, cloudwatch.Alarm)]
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


@pytest.mark.journey
@pytest.mark.usefixtures("state")
class TestFailing:
    def test_names_the_resource_and_leaves_no_bucket_behind(
        self, here: Target, stack: Callable[[], str], name_taken: None
    ) -> None:
        name = stack()
        with pytest.raises(OperatorError, match=f"stack {name} was not deployed: Broken: .*taken-already.* exists"):
            bring_up(here, name)
        assert buckets(here, name) == [Artifacts(here, name).bucket]
        with pytest.raises(OperatorError, match=r"is not complete \(ROLLBACK_COMPLETE\) — `brigade deploy` completes"):
            Stack.find(here, name)

    def test_the_first_time_is_cleared_away_by_the_next(
        self, here: Target, stack: Callable[[], str], name_taken: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name, heard = stack(), Heard()
        with pytest.raises(OperatorError):
            bring_up(here, name)
        monkeypatch.undo()
        assert bring_up(here, name, heard).status == "CREATE_COMPLETE"
        assert heard.notes[0] == f"removing what a failed first deployment left of stack {name}"

    def test_the_first_time_is_not_previewed_over(
        self, here: Target, stack: Callable[[], str], name_taken: None
    ) -> None:
        name = stack()
        with pytest.raises(OperatorError, match="all that it had made is deleted again; mend that and deploy again"):
            bring_up(here, name)
        with pytest.raises(
            OperatorError, match=r"failed first deployment left stack .* — the next one makes everything"
        ):
            preview(here, name, recipes=RECIPES, version="1", listener=Heard())

    def test_later_leaves_the_stack_as_it_was(
        self,
        here: Target,
        stack: Callable[[], str],
        with_resource: Callable[[troposphere.AWSObject], None],
    ) -> None:
        name = stack()
        before = bring_up(here, name)
        here.client("s3").create_bucket(Bucket=f"{name}-mine")
        with_resource(s3.Bucket("Broken", BucketName=f"{name}-mine"))
        with pytest.raises(OperatorError, match=r"not deployed: Broken.* — everything is as it was before"):
            bring_up(here, name)
        assert Stack.find(here, name).outputs == before.outputs

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            ("UPDATE_IN_PROGRESS", r"somebody is changing stack .* — wait until it is done"),
            (
                "UPDATE_ROLLBACK_FAILED",
                r"is UPDATE_ROLLBACK_FAILED — it is stuck .*`aws cloudformation continue-update-rollback --stack-name",
            ),
        ],
    )
    def test_a_stack_that_cannot_be_changed_now_says_why(
        self, here: Target, stack: Callable[[], str], status: str, words: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = stack()
        made = bring_up(here, name)
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in made.parameters.items()]
        found = {"StackId": made.id, "StackStatus": status, "Parameters": given}
        with monkeypatch.context() as patch:
            patch.setattr("brigade.deploy.stack.describe", lambda *_: found)
            with pytest.raises(OperatorError, match=words):
                bring_up(here, name)

    def test_the_cause_is_the_first_failed_resource_and_not_what_was_cancelled_for_it(self) -> None:
        events = [
            StackEvent("s", STACK_TYPE, "CREATE_IN_PROGRESS", ""),
            StackEvent("Table", "AWS::DynamoDB::GlobalTable", "CREATE_FAILED", "Resource creation cancelled"),
            StackEvent("Queue", "AWS::SQS::Queue", "CREATE_FAILED", "no more queues"),
            StackEvent("s", STACK_TYPE, "ROLLBACK_COMPLETE", ""),
        ]
        heard = Heard()
        found = deployment._first_failure(events, heard)
        assert found
        assert found.resource == "Queue"
        assert heard.events == events

    @pytest.mark.parametrize("name", ["", "Brigade", "1st", "a_b", "x" * 33])
    def test_a_name_that_buckets_cannot_have_is_refused(self, here: Target, name: str) -> None:
        with pytest.raises(OperatorError, match="is no name for a stack — use at most 32 lower-case letters"):
            bring_up(here, name)

    def test_a_setting_that_is_none_is_refused_with_those_that_there_are(self, here: Target) -> None:
        with pytest.raises(OperatorError, match="no setting CodeBucket — there are AlarmEmail, AllowedOrigins,"):
            bring_up(here, "never", CodeBucket="mine")


@pytest.mark.journey
class TestDestroying:
    def test_keeps_pictures_and_catalogue_and_deletes_the_code(self, here: Target, stack: Callable[[], str]) -> None:
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


def test_a_bucket_that_functions_still_write_to_is_emptied_again() -> None:
    class Busy:
        class exceptions:  # noqa: N801 - as a client names it
            NoSuchBucket = KeyError

        emptied = 0

        def get_paginator(self, _: str) -> Any:
            return self

        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            self.emptied += 1
            return []

        def delete_bucket(self, **_: str) -> None:
            if self.emptied < 3:
                raise ClientError({"Error": {"Code": "BucketNotEmpty", "Message": ""}}, "DeleteBucket")

    busy = Busy()
    artifacts.delete_bucket(busy, "b")
    assert busy.emptied == 3
    busy.emptied = -100
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        artifacts.delete_bucket(busy, "b")


def test_a_bucket_goes_whatever_its_keys_hold() -> None:
    """Played, because neither moto nor the local cloud can list such keys."""
    s3 = Mock()
    s3.get_paginator().paginate.return_value = [{"Versions": [{"Key": k, "VersionId": "1"} for k in ("a", "b\x01")]}]
    s3.delete_objects.return_value = {}
    artifacts.delete_bucket(s3, "b")
    assert s3.delete_objects.call_args.kwargs["Delete"]["Objects"] == [{"Key": "a", "VersionId": "1"}]
    s3.delete_object.assert_called_once_with(Bucket="b", Key="b\x01", VersionId="1")
    s3.delete_bucket.assert_called_once_with(Bucket="b")


@pytest.mark.usefixtures("state")
def test_an_object_that_cannot_be_deleted_is_an_error(cloud: None) -> None:
    class Locked:
        exceptions: Any = type("E", (), {"NoSuchBucket": KeyError})

        def get_paginator(self, _: str) -> Any:
            return self

        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            return [{"Versions": [{"Key": "a", "VersionId": "1"}]}]

        def delete_objects(self, **_: Any) -> dict[str, Any]:
            return {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "locked"}]}

    with pytest.raises(ClientError, match="locked"):
        artifacts.delete_bucket(Locked(), "b")


def test_the_newest_three_of_each_stay_and_whatever_is_in_use(cloud: None) -> None:
    target = Target("eu-west-1")
    mine = Artifacts(target, "brigade")
    days = {"resize": (5, 1, 4, 2, 3), "ingest": (1, 2), "template": (1, 2, 3, 4)}
    listed = [
        {"Key": f"brigade/{what}-{day}.zip", "LastModified": datetime(2026, 11, day, tzinfo=UTC)}
        for what, every in days.items()
        for day in every
    ]
    with Stubber(target.client("s3")) as stub:
        ours = {"Bucket": mine.bucket, "ExpectedBucketOwner": "123456789012"}
        stub.add_response("list_objects_v2", {"Contents": listed}, ours | {"Prefix": "brigade/"})
        for gone in ("resize-1", "template-1"):
            stub.add_response("delete_object", {}, ours | {"Key": f"brigade/{gone}.zip"})
        mine.prune({"brigade/resize-2.zip", "123456789012"})
        stub.assert_no_pending_responses()
        stub.add_response("list_objects_v2", {}, ours | {"Prefix": "brigade/"})
        mine.prune(())


@pytest.mark.journey
def test_code_is_uploaded_once(here: Target) -> None:
    mine = Artifacts(here, "once")
    mine.prepare()
    code = package(CHAIN.actors[0], recipes=RECIPES)
    assert mine.put("brigade/a.zip", code)
    assert not mine.put("brigade/a.zip", code)
    mine.delete()


def test_a_bucket_of_somebody_else_under_our_name_is_never_used() -> None:
    def forbidden(**asked: str) -> None:
        assert asked["ExpectedBucketOwner"] == "111122223333"
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")

    target = Target("eu-west-1")
    target.__dict__["account"] = "111122223333"
    target._clients["s3"] = SimpleNamespace(head_bucket=forbidden)  # and nothing else may be asked of it
    with pytest.raises(ClientError, match="Forbidden"):
        Artifacts(target, "brigade").prepare()


def test_outside_us_east_1_the_bucket_is_made_where_the_stack_is(cloud: None) -> None:
    mine = Artifacts(Target("eu-west-1"), "brigade")
    mine.prepare()
    where = Target("eu-west-1").client("s3").get_bucket_location(Bucket=mine.bucket)
    assert where["LocationConstraint"] == "eu-west-1"
    mine.prepare()  # once more does no harm


@pytest.mark.journey
class TestTheCommands:
    def test_as_a_new_user_types_them(
        self, here: Target, stack: Callable[[], str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        name = stack()
        assert main(["deploy", "--stack", name]) == 0
        said = capsys.readouterr()
        assert said.err.startswith(f"deploying stack {name} to {here.describe()}\n")
        assert not said.out
        assert main(["deploy", "--stack", name]) == 0
        assert "nothing to change" in capsys.readouterr().err
        assert main(["outputs", "--stack", name, "--json"]) == 0
        listed = json.loads(capsys.readouterr().out)
        assert {frozenset(each) for each in listed} == {frozenset({"name", "value", "description"})}
        assert main(["outputs", "--stack", name]) == 0
        assert listed[0]["value"] in capsys.readouterr().out
        assert main(["destroy", "--stack", name, "--yes"]) == 0
        said = capsys.readouterr()
        source = next(each["value"] for each in listed if each["name"] == "SourceBucket")
        assert f"destroying stack {name} on {here.describe()}; that keeps:" in said.err
        assert f"  {source} (S3::Bucket)\n" in said.err
        assert f"`brigade destroy --stack {name} --delete-pictures` deletes what it kept\n" in said.err
        assert main(["outputs", "--stack", name]) == 1
        assert f"no stack named {name} on {here.describe()} — `brigade deploy` makes it" in capsys.readouterr().err
        assert main(["destroy", "--stack", name, "--delete-pictures", "--yes"]) == 0
        assert buckets(here, name) == []

    def test_destroying_asks(
        self,
        here: Target,
        stack: Callable[[], str],
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        name = stack()
        bring_up(here, name)
        assert main(["destroy", "--stack", name]) == 1
        assert "There is no terminal to answer on — add --yes" in capsys.readouterr().err
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdin.isatty", lambda: True, raising=False)
            patch.setattr("click.confirm", lambda *_, **__: False)
            assert main(["destroy", "--stack", name]) == 1
            assert "nothing was changed" in capsys.readouterr().err
            assert Stack.look(here, name)
            patch.setattr("click.confirm", lambda *_, **__: True)
            assert main(["destroy", "--stack", name, "--delete-pictures"]) == 0
        assert "that deletes for ever:" in capsys.readouterr().err
        assert buckets(here, name) == []

    def test_destroying_what_was_never_made_clears_its_code_away(
        self, here: Target, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Artifacts(here, "unmade").prepare()
        assert main(["destroy", "--stack", "unmade", "--yes"]) == 0
        assert buckets(here, "unmade") == []
        assert main(["destroy", "--stack", "unmade", "--yes"]) == 1
        assert "no stack named unmade" in capsys.readouterr().err

    def test_a_stage_is_a_stack_of_its_own_with_parameters_and_tags(
        self, here: Target, stack: Callable[[], str], capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        name, file = stack(), tmp_path / "parameters.json"
        settings = {"LogRetentionDays": 7, "Environment": "of the file", "GraceSeconds": 9}
        file.write_text(json.dumps([{"ParameterKey": key, "ParameterValue": v} for key, v in settings.items()]))
        base, _, stage = name.rpartition("-")
        command = ["deploy", "--stack", base, "--stage", stage, "--parameters", str(file), "--set", "GraceSeconds=8"]
        assert main([*command, "--tag", "team=photos", "--dry-run"]) == 0
        [code] = buckets(here, name)
        assert f"nothing was changed, only the code was uploaded to {code};" in capsys.readouterr().err
        assert main([*command, "--tag", "team=photos"]) == 0
        assert f"`brigade outputs --stack {name}`" in capsys.readouterr().err
        made = Stack.find(here, name)
        chosen = {key: made.parameters[key] for key in settings}
        assert chosen == {"LogRetentionDays": "7", "Environment": stage, "GraceSeconds": "8"}
        assert made.tags == {"team": "photos"}
        assert Stack.look(here, base) is None
        assert main(["deploy", "--stack", name, "--stage", stage]) == 0  # as with BRIGADE_STACK
        assert Stack.look(here, f"{name}-{stage}") is None

    def test_a_setting_without_a_value_is_refused(self, here: Target, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["deploy", "--set", "LogRetentionDays"]) == 1
        assert (
            "--set LogRetentionDays has no value — write NAME=VALUE, as --set LogRetentionDays=7"
            in capsys.readouterr().err
        )
