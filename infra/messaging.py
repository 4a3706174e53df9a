"""Topics, queues, dead-letter queues, and the subscriptions between them."""

from typing import Any

from troposphere import AWSObject, GetAtt, Ref, Sub, sns, sqs

from infra import names, parameters, policies, topics
from kit.actor import Actor
from kit.chain import Chain
from kit.events import Event, ImageSettled

DAY_S = 24 * 60 * 60
# A dead letter keeps the age that it had in the queue, so its queue must hold messages for longer:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
RETENTION_S = 4 * DAY_S
DEAD_LETTER_RETENTION_S = 14 * DAY_S  # the longest there is
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_PER_TIMEOUT = 6


def hidden_s(actor: Actor) -> int:
    """Return for how many seconds a received message is hidden, unless the actor settles or postpones it."""
    return VISIBILITY_PER_TIMEOUT * actor.timeout


def messaging(chain: Chain) -> list[AWSObject]:
    """Return all topics, queues, dead-letter queues and subscriptions, and the queue for undelivered events."""
    return [
        *_undelivered(chain),
        *(resource for event in chain.events for resource in _topic(chain, event)),
        *(resource for actor in chain.actors for resource in _queues(chain, actor)),
        *(_subscription(chain, event, actor) for event in chain.events for actor in chain.subscribers(event)),
    ]


def _topic(chain: Chain, event: type[Event]) -> list[AWSObject]:
    name = names.topic(event)
    fed_by_s3 = [policies.from_source_bucket(name)] if event is chain.origin else []
    # Not encrypted by KMS: S3 cannot publish to a topic under alias/aws/sns, and any other key costs by the month and
    # by the request. A topic keeps an event until it is delivered, as a rule for less than a second.
    #
    # The name is generated: the source bucket outlives the stack, and later uploads must not reach the topic of
    # another stack with this one's name.
    return topics.topic(name, *fed_by_s3)


def _queues(chain: Chain, actor: Actor) -> list[AWSObject]:
    queue, dead_letters = names.queue(actor), names.dead_letter_queue(actor)
    grace = {"DelaySeconds": Ref(parameters.GRACE_SECONDS)} if actor.delayed else {}
    return [
        sqs.Queue(
            queue,
            QueueName=Sub(names.deployed(actor.name)),
            SqsManagedSseEnabled=True,
            VisibilityTimeout=hidden_s(actor),
            MessageRetentionPeriod=RETENTION_S,
            RedrivePolicy=sqs.RedrivePolicy(
                deadLetterTargetArn=GetAtt(dead_letters, "Arn"), maxReceiveCount=actor.attempts
            ),
            **grace,
        ),
        sqs.Queue(
            dead_letters,
            QueueName=Sub(names.deployed(f"{actor.name}-dead-letters")),
            SqsManagedSseEnabled=True,
            MessageRetentionPeriod=DEAD_LETTER_RETENTION_S,
            RedriveAllowPolicy={"redrivePermission": "byQueue", "sourceQueueArns": [_arn(actor)]},
        ),
        _policy(queue, *policies.from_topics(queue, tuple(event for event in actor.hears if event in chain.events))),
        _policy(dead_letters),
    ]


def _undelivered(chain: Chain) -> list[AWSObject]:
    """Return the queue for events that SNS gives up, at once where a queue refuses them or is gone.

    https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    """
    queue = names.UNDELIVERED_QUEUE
    heard = tuple(event for event in chain.events if chain.subscribers(event) or event is ImageSettled)
    return [
        sqs.Queue(
            queue,
            QueueName=Sub(names.deployed(names.UNDELIVERED)),
            SqsManagedSseEnabled=True,
            MessageRetentionPeriod=DEAD_LETTER_RETENTION_S,
        ),
        _policy(queue, *policies.from_topics(queue, heard)),
    ]


def _arn(actor: Actor) -> Sub:
    # Not GetAtt: the queue refers to its dead-letter queue already, and CloudFormation refuses circles.
    return Sub("arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:" + names.deployed(actor.name))


def _policy(queue: str, *more: policies.Statement) -> sqs.QueuePolicy:
    return sqs.QueuePolicy(
        names.policy(queue),
        Queues=[Ref(queue)],
        PolicyDocument=policies.document(policies.tls_only("sqs:*", GetAtt(queue, "Arn")), *more),
    )


def _subscription(chain: Chain, event: type[Event], hearer: Actor) -> sns.SubscriptionResource:
    rules = _filter(event, hearer)
    # What a hearer is not sent others may pass on to it, so a release must first have them do so.
    after = [names.function(other) for other in chain.subscribers(event)] if rules else []
    return sns.SubscriptionResource(
        names.subscription(event, hearer),
        TopicArn=Ref(names.topic(event)),
        Protocol="sqs",
        Endpoint=GetAtt(names.queue(hearer), "Arn"),
        RawMessageDelivery=True,
        **rules,
        RedrivePolicy={"deadLetterTargetArn": GetAtt(names.UNDELIVERED_QUEUE, "Arn")},
        # Otherwise the first events could arrive before the queue's policy lets them in.
        DependsOn=[names.policy(names.queue(hearer)), names.policy(names.UNDELIVERED_QUEUE), *after],
    )


def _filter(event: type[Event], hearer: Actor) -> dict[str, Any]:
    """Return the policy that leaves out what the hearer skips. Filtering by attributes is free of charge.

    An absent attribute passes: https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
    """
    skips = [skip for skip in hearer.skips if skip.event is event]
    rules = {skip.attribute: [{"anything-but": list(skip.values)}, {"exists": False}] for skip in skips}
    return {"FilterPolicy": rules} if rules else {}
