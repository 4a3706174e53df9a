"""Who comes from outside is refused: by plain HTTP, from another account, or through a service that was talked into it.

The deployed policies of buckets, topics, queues and roles decide, as the local cloud evaluates them.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from msgspec import structs

from brigade.pipeline import Pipeline
from brigade.target import Target
from infra import names, policies
from kit.actor import Actor, Bucket
from kit.events import Event, Image, ImageNormalized, StoredMaster
from services.chain import CHAIN
from tests.security.stage import Stage
from tests.support import pictures, story
from tests.support.guard import Guard, over_tls
from tests.support.site import body, notification

STRANGER = "666666666666"
PATIENCE_S = 20
every_actor = pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)
every_topic = pytest.mark.parametrize("event", CHAIN.events, ids=lambda event: event.kind)
both_buckets = pytest.mark.parametrize("bucket", Bucket)
both_queues = pytest.mark.parametrize("queue", [names.queue, names.dead_letter_queue], ids=["queue", "dead-letters"])

NameOf = Callable[[Actor], str]


@pytest.fixture(scope="module")
def keys(guard: Guard) -> tuple[str, str]:
    """A user of this account, with all rights that an identity can have."""
    iam = guard.target.client("iam")
    iam.create_user(UserName="administrator")
    everything = json.dumps(policies.document(policies.allow(["*"], "*")))
    iam.put_user_policy(UserName="administrator", PolicyName="everything", PolicyDocument=everything)
    key = iam.create_access_key(UserName="administrator")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


@pytest.fixture
def administrator(guard: Guard, keys: tuple[str, str]) -> Target:
    return over_tls(Target(guard.target.region, guard.endpoint, keys))


@pytest.fixture
def plain(guard: Guard, keys: tuple[str, str]) -> Target:
    """The administrator, by plain HTTP."""
    return Target(guard.target.region, guard.endpoint, keys)


@pytest.fixture
def stranger(guard: Guard) -> Target:
    """Another account, with all rights that it can have."""
    return over_tls(Target(guard.target.region, guard.endpoint, (STRANGER, "test")))


@pytest.fixture
def outsiders(plain: Target, stranger: Target) -> list[Target]:
    return [plain, stranger]


def refused(operation: Callable[..., Any], **arguments: Any) -> str:
    """Return the code with which something is refused."""
    with pytest.raises(ClientError) as caught:
        operation(**arguments)
    return str(caught.value.response["Error"]["Code"])


@both_buckets
def test_pictures_are_for_this_account_and_over_tls_only(
    resting: Pipeline, administrator: Target, outsiders: list[Target], bucket: Bucket
) -> None:
    where = {"Bucket": resting.output(names.bucket(bucket)), "Key": "a.jpg"}
    administrator.client("s3").put_object(**where, Body=b"x")
    assert administrator.client("s3").get_object(**where)["ContentLength"] == 1
    for nobody in (outsider.client("s3") for outsider in outsiders):
        assert refused(nobody.get_object, **where) == "AccessDenied"
        assert refused(nobody.put_object, **where, Body=b"y") == "AccessDenied"
        assert refused(nobody.list_objects_v2, Bucket=where["Bucket"]) == "AccessDenied"


@every_topic
def test_announcing_is_for_this_account_and_over_tls_only(
    resting: Pipeline, administrator: Target, outsiders: list[Target], event: type[Event]
) -> None:
    said = {"TopicArn": resting.output(names.topic(event)), "Message": "{}"}
    assert administrator.client("sns").publish(**said)["MessageId"]
    assert [refused(outsider.client("sns").publish, **said) for outsider in outsiders] == ["AuthorizationError"] * 2


@every_topic
def test_no_other_account_listens(resting: Pipeline, stranger: Target, event: type[Event]) -> None:
    queue = f"arn:aws:sqs:{stranger.region}:{STRANGER}:ear"
    topic = resting.output(names.topic(event))
    said = refused(stranger.client("sns").subscribe, TopicArn=topic, Protocol="sqs", Endpoint=queue)
    assert said == "AuthorizationError"


@every_actor
@both_queues
def test_queues_are_for_this_account_and_over_tls_only(
    resting: Pipeline, administrator: Target, outsiders: list[Target], actor: Actor, queue: NameOf
) -> None:
    url = resting.output(queue(actor))
    administrator.client("sqs").send_message(QueueUrl=url, MessageBody="x", DelaySeconds=0)
    for nobody in (outsider.client("sqs") for outsider in outsiders):
        assert refused(nobody.send_message, QueueUrl=url, MessageBody="x") == "AccessDenied"
        assert refused(nobody.receive_message, QueueUrl=url) == "AccessDenied"


@every_actor
def test_no_topic_but_those_that_an_actor_hears_reaches_its_queue(
    resting: Pipeline, administrator: Target, stranger: Target, actor: Actor
) -> None:
    sqs, url = administrator.client("sqs"), resting.output(names.queue(actor))
    sqs.purge_queue(QueueUrl=url)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for somebody in (stranger, administrator):
        sns = somebody.client("sns")
        topic = sns.create_topic(Name=f"forged-{actor.name}")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
        sns.publish(TopicArn=topic, Message="forged")
    if not actor.hears:  # its stream's changes come without a topic, and what it puts into its queue itself
        assert not sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages")
        return
    attributes = {skip.attribute: {"DataType": "String", "StringValue": "other"} for skip in actor.skips}
    told = {"TopicArn": resting.output(names.topic(actor.hears[0])), "MessageAttributes": attributes}
    administrator.client("sns").publish(**told, Message="genuine")

    heard: list[str] = []
    deadline = time.monotonic() + PATIENCE_S
    while "genuine" not in heard and time.monotonic() < deadline:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        heard += [message["Body"] for message in found.get("Messages", [])]
    assert heard == ["genuine"]


def test_s3_announces_no_other_bucket(resting: Pipeline, administrator: Target, stranger: Target) -> None:
    topic = resting.output(names.topic(CHAIN.origin))
    events = {"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]}
    name = resting.stack.name
    ours, theirs = administrator.client("s3"), stranger.client("s3")
    for s3, bucket in ((theirs, f"{name}-of-a-stranger"), (ours, "of-another-stack")):
        s3.create_bucket(Bucket=bucket)
        notify = s3.put_bucket_notification_configuration
        assert refused(notify, Bucket=bucket, NotificationConfiguration=events) == "InvalidArgument"
    ours.create_bucket(Bucket=f"{name}-of-this-stack")
    ours.put_bucket_notification_configuration(Bucket=f"{name}-of-this-stack", NotificationConfiguration=events)


@every_actor
def test_nobody_but_lambda_takes_a_role_on(resting: Pipeline, administrator: Target, actor: Actor) -> None:
    stacks, iam = administrator.client("cloudformation"), administrator.client("iam")
    found = stacks.describe_stack_resource(StackName=resting.stack.name, LogicalResourceId=names.role(actor))
    arn = iam.get_role(RoleName=found["StackResourceDetail"]["PhysicalResourceId"])["Role"]["Arn"]
    assume = administrator.client("sts").assume_role
    assert refused(assume, RoleArn=arn, RoleSessionName="administrator") == "AccessDenied"


@pytest.mark.parametrize("name", ["ingest", "normalize", "resize"])
def test_an_event_that_names_another_bucket_opens_nothing(
    guard: Guard, resting: Pipeline, administrator: Target, name: str
) -> None:
    stage, s3 = Stage(guard, resting, CHAIN.actor(name)), administrator.client("s3")
    s3.create_bucket(Bucket=f"private-{name}")
    s3.put_object(Bucket=f"private-{name}", Key="a.jpg", Body=pictures.jpeg())
    source = stage.source("forged")
    elsewhere = structs.replace(source, bucket=f"private-{name}", key="a.jpg")
    master = StoredMaster(bucket=elsewhere.bucket, key="a.jpg", format="JPEG", width=1, height=1, bytes=1, method="m")
    forged = {
        "ingest": notification(elsewhere),
        "normalize": body(story.ingested(Image.of(elsewhere))),
        "resize": body(ImageNormalized(image=Image.of(source), recipe="default", master=master)),
    }
    assert stage.work(forged[name]) == 0
    assert (stage.said(), stage.why()) == (["image-rejected"], ["access-denied"])
    assert {asked.action for asked in guard.record.asked if asked.refused} == {"s3:GetObject"}
