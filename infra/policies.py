"""Who may do what: pure functions that return policy documents."""

from collections.abc import Iterable
from typing import Any

from troposphere import AccountId, GetAtt, If, NoValue, Ref, Select, Split, Sub

from infra import names
from kit.actor import Actor, Bucket, Declaration, HttpApi, Place
from kit.chain import says
from kit.errors import ObjectGone
from kit.events import Event

# What a function behind an HTTP API does on its own table.
OWN_TABLE = ("DeleteItem", "GetItem", "PutItem", "UpdateItem")

Statement = dict[str, Any]
Document = dict[str, Any]

# SQS takes 20 statements and "10 conditions", and does not say whether each value of a condition is one:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
# Twenty statements with a condition each are taken (https://github.com/aws/aws-cdk/issues/16303).
TOPICS_A_STATEMENT = 5

# Lambda's poller receives, deletes and counts with the role's rights; the actor postpones.
_RECEIVE = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]


def document(*statements: Statement) -> Document:
    """Return a policy of these statements.

    In a resource's policy each has a Sid of its own, or SNS answers "Every policy statement must have a unique ID". It
    has letters and digits only: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
    """
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: Iterable[str], *resources: Any, **more: Any) -> Statement:
    """Return a statement that allows; ``more`` are its Sid, Principal and Condition."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources), **more}


def tls_only(actions: str, *resources: Any) -> Statement:
    """Return a statement that refuses everybody who comes without TLS."""
    return {
        "Sid": "RefusePlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": list(resources),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def from_source_bucket(topic: str) -> Statement:
    """Let this account's S3 publish to the topic, for buckets of this stack.

    The bucket cannot be named: it is made after this policy, because S3 tests its right to notify.
    """
    return allow(
        ["sns:Publish"],
        Ref(topic),
        Sid="LetS3Announce",
        Principal={"Service": "s3.amazonaws.com"},
        Condition={
            "StringEquals": {"aws:SourceAccount": AccountId},
            "ArnLike": {"aws:SourceArn": Sub("arn:${AWS::Partition}:s3:::" + names.deployed("*"))},
        },
    )


def from_topics(queue: str, events: tuple[type[Event], ...]) -> list[Statement]:
    """Let these events' topics, and nobody else's, send to the queue.

    A topic's ARN names its account, so no other account's topic passes; SNS is not known to send aws:SourceAccount.
    """
    parts = [events[at : at + TOPICS_A_STATEMENT] for at in range(0, len(events), TOPICS_A_STATEMENT)]
    return [
        allow(
            ["sqs:SendMessage"],
            GetAtt(queue, "Arn"),
            Sid=f"LetTopicsSend{number}",
            Principal={"Service": "sns.amazonaws.com"},
            Condition={"ArnEquals": {"aws:SourceArn": [Ref(names.topic(event)) for event in part]}},
        )
        for number, part in enumerate(parts, 1)
    ]


def lambda_trust() -> Document:
    """Let Lambda take the role on."""
    principal = {"Service": "lambda.amazonaws.com"}
    return document({"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": principal})


def scheduler_trust() -> Document:
    """Let EventBridge Scheduler take the role on, for this account's schedules.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    principal = {"Service": "scheduler.amazonaws.com"}
    ours = {"StringEquals": {"aws:SourceAccount": AccountId}}
    return document({"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": principal, "Condition": ours})


def work(actor: Actor, *more: Any) -> Document:
    """Return all that the actor's role may do: what its declaration needs, and no more; and what ``more`` lets it."""
    statements = (
        *_telling(actor),
        allow(_RECEIVE, GetAtt(names.queue(actor), "Arn")),
        allow(["sqs:SendMessage"], GetAtt(names.dead_letter_queue(actor), "Arn")),
        *_follow(actor),
        *_announce(actor),
        *(statement for place in actor.reads for statement in _read(place)),
        # To ask S3 whether it still shows a picture whose object is gone.
        *([allow(["s3:ListBucketVersions"], _bucket_arn(Bucket.SOURCE))] if ObjectGone in actor.rejects else []),
        *(allow(["s3:PutObject"], _objects(place)) for place in actor.writes),
        *(statement for place in actor.deletes for statement in _delete(place)),
        *_record(actor),
        *(
            If(names.is_chosen(setting, choice), allow([action], "*"), NoValue)
            for setting in actor.settings
            for choice, action in setting.extra_actions
        ),
        *(
            If(names.is_chosen(setting, choice), allow(["s3:DeleteObjectVersion"], _objects(place)), NoValue)
            for setting in actor.settings
            for choice, place in setting.erases
        ),
        *more,
    )
    # Who reads and deletes in a whole bucket would be let to list it twice.
    return document(*(each for place, each in enumerate(statements) if each not in statements[:place]))


def serve(api: HttpApi) -> Document:
    """Return all that the role of a function behind an HTTP API may do: what it signs it must be allowed to do."""
    prefix = f"${{{api.uploads.name}}}*"
    uploads = Sub(f"${{{names.bucket(Bucket.SOURCE)}.Arn}}/{prefix}")
    below = {"StringLike": {"s3:prefix": Sub(prefix)}}
    sender = f"${{{api.sender.name}}}"
    # SES looks for the address among its identities, then for the address's domain:
    # https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
    domain = {"Domain": Select(1, Split("@", Sub(f"{sender}@")))}  # has a second part also where there is no address
    identity = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/"
    return document(
        *_telling(api),
        allow(["s3:PutObject", "s3:DeleteObject"], uploads),
        allow(["s3:ListBucketVersions"], _bucket_arn(Bucket.SOURCE), Condition=below),
        allow(["s3:GetObject"], *(_objects(place) for place in api.reads)),
        *_record(api),
        allow([f"dynamodb:{each}" for each in OWN_TABLE], GetAtt(names.own_table(api), "Arn")),
        allow(
            ["ses:SendEmail"],
            Sub(identity + sender),
            Sub(identity + "${Domain}", domain),
            Condition={"StringEquals": {"ses:FromAddress": Ref(api.sender.name)}},
        ),
    )


def _telling(declared: Declaration) -> list[Statement]:
    """Let a function of any kind write its log and its traces.

    X-Ray has no resources to name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    """
    return [
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], GetAtt(names.log_group(declared), "Arn")),
        allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
    ]


def _follow(actor: Actor) -> list[Statement]:
    """Let Lambda's poller read the table's stream, and the actor put into its queue what it cannot do at once.

    Streams are listed for a whole account:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
    """
    if not actor.stream:
        return []
    reads = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    return [
        allow(reads, GetAtt(names.TABLE, "StreamArn")),
        allow(["dynamodb:ListStreams"], "*"),
        allow(["sqs:SendMessage"], GetAtt(names.queue(actor), "Arn")),
    ]


def _announce(actor: Actor) -> list[Statement]:
    topics = [Ref(names.topic(event)) for event in says(actor)]
    return [allow(["sns:Publish"], *topics)] if topics else []


def _record(declared: Declaration) -> list[Statement]:
    table = GetAtt(names.TABLE, "Arn")
    actions = [f"dynamodb:{action}" for action in declared.table if action != "Query"]
    queries = [allow(["dynamodb:Query"], Sub(f"${{{names.TABLE}.Arn}}/index/*"))] if "Query" in declared.table else []
    return [allow(actions, table), *queries] if actions else queries


def _read(place: Place) -> list[Statement]:
    # Without the right to list, S3 answers 403 and not 404 for a missing object. That check names no prefix,
    # hence IfExists: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    versions = ["s3:GetObjectVersion"] if place.bucket is Bucket.SOURCE else []  # nothing else has any
    return [
        allow(["s3:GetObject", *versions], _objects(place)),
        _list(place, "StringLikeIfExists"),
    ]


def _delete(place: Place) -> list[Statement]:
    return [allow(["s3:DeleteObject"], _objects(place)), _list(place, "StringLike")]


def _list(place: Place, operator: str) -> Statement:
    below = {"Condition": {operator: {"s3:prefix": f"{place.prefix}*"}}} if place.prefix else {}
    return allow(["s3:ListBucket"], _bucket_arn(place.bucket), **below)


def _bucket_arn(bucket: Bucket) -> GetAtt:
    return GetAtt(names.bucket(bucket), "Arn")


def _objects(place: Place) -> Sub:
    return Sub(f"${{{names.bucket(place.bucket)}.Arn}}/{place.prefix}*")
