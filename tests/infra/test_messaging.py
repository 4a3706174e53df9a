"""Topics, queues and subscriptions: nothing is lost, nobody else gets in."""

import pytest

from infra import messaging, names
from kit.actor import ATTEMPTS, TIMEOUT_S, Actor
from kit.backoff import RECEIVES
from kit.chain import Chain
from kit.events import ImageRecalled, ImageSettled
from tests.support.stack import WHOLE, Stack, arn, ref, refuses_plain_http

every_actor = pytest.mark.parametrize("actor", WHOLE.actors, ids=lambda actor: actor.name)
STACK = Stack()


def test_every_event_has_a_topic_and_so_have_the_alarms_and_the_summary() -> None:
    others = {names.ALARM_TOPIC, names.SUMMARY_TOPIC}
    assert STACK.of("SNS::Topic").keys() == {names.topic(event) for event in WHOLE.events} | others


def test_subscriptions_are_exactly_the_chains_edges_and_deliver_raw() -> None:
    made = [
        (found["TopicArn"], found["Endpoint"], found["Protocol"], found["RawMessageDelivery"])
        for found in STACK.of("SNS::Subscription").values()
        if found["Protocol"] == "sqs"
    ]
    edges = {(edge.event, edge.hearer) for edge in WHOLE.edges}
    expected = [
        (ref(names.topic(event)), arn(names.queue(WHOLE.actor(hearer))), "sqs", True) for event, hearer in edges
    ]
    assert sorted(map(str, made)) == sorted(map(str, expected))


def test_a_subscription_leaves_out_what_its_hearer_skips_and_lets_pass_what_lacks_the_attribute() -> None:
    made = {
        name: found.get("FilterPolicy")
        for name, found in STACK.of("SNS::Subscription").items()
        if found["Protocol"] == "sqs"
    }
    expected = {
        names.subscription(skip.event, actor): {skip.attribute: [{"anything-but": [*skip.values]}, {"exists": False}]}
        for actor in WHOLE.actors
        for skip in actor.skips
    }
    assert expected.keys() >= {"ImageNormalizedToModerate", "ImageNormalizedToCatalog", "ImageSettledToArchive"}
    assert {name: policy for name, policy in made.items() if policy} == expected


def test_before_a_release_leaves_messages_out_its_functions_pass_on_what_is_in_them() -> None:
    after = STACK.resources["ImageNormalizedToCatalog"]["DependsOn"]
    assert {"ResizeFunction", "ModerateFunction"} <= set(after)


def test_no_topic_has_a_key_which_s3_could_not_use() -> None:
    assert all("KmsMasterKeyId" not in topic for topic in STACK.of("SNS::Topic").values())


def test_no_topic_has_a_name_that_the_next_stacks_would_have_too() -> None:
    # A source bucket outlives its stack and goes on announcing.
    assert all("TopicName" not in topic for topic in STACK.of("SNS::Topic").values())


def test_s3_may_announce_uploads_from_this_accounts_buckets_of_this_stack_and_nothing_else() -> None:
    allowed = {
        name: [statement for statement in STACK.statements(name) if statement["Effect"] == "Allow"]
        for name in STACK.of("SNS::TopicPolicy")
        if name != names.policy(names.ALARM_TOPIC)
    }
    fed_by_s3 = names.topic(WHOLE.origin)
    (statement,) = allowed.pop(names.policy(fed_by_s3))
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Action"] == ["sns:Publish"]
    assert statement["Resource"] == [ref(fed_by_s3)]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")},
        "ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${AWS::StackName}-*"}},
    }
    assert not any(allowed.values())


def test_topics_refuse_plain_http() -> None:
    for topic in STACK.of("SNS::Topic"):
        assert refuses_plain_http(STACK.statements(names.policy(topic)), [ref(topic)])


@every_actor
def test_a_message_stays_hidden_for_six_times_the_functions_timeout(actor: Actor) -> None:
    function = STACK.properties(names.function(actor))
    assert STACK.properties(names.queue(actor))["VisibilityTimeout"] >= 6 * function["Timeout"]


@every_actor
def test_a_message_goes_to_the_actors_own_dead_letter_queue_after_its_attempts(actor: Actor) -> None:
    dead_letters = names.dead_letter_queue(actor)
    assert STACK.properties(names.queue(actor))["RedrivePolicy"] == {
        "deadLetterTargetArn": arn(dead_letters),
        "maxReceiveCount": actor.attempts,
    }
    allowed = STACK.properties(dead_letters)["RedriveAllowPolicy"]
    queue_name = STACK.properties(names.queue(actor))["QueueName"]["Fn::Sub"]
    assert allowed["redrivePermission"] == "byQueue"
    (source,) = allowed["sourceQueueArns"]
    assert source["Fn::Sub"].endswith(f":{queue_name}")


def test_a_message_is_given_up_before_its_queue_drops_it_however_long_it_is_hidden_each_time() -> None:
    hidden_s = max(messaging.VISIBILITY_PER_TIMEOUT * max(TIMEOUT_S), max(TIMEOUT_S) + RECEIVES.longest_s)
    assert max(ATTEMPTS) * hidden_s < messaging.RETENTION_S


@every_actor
def test_dead_letters_are_kept_for_longer_than_messages(actor: Actor) -> None:
    queue, dead_letters = (STACK.properties(name(actor)) for name in (names.queue, names.dead_letter_queue))
    assert dead_letters["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


@every_actor
def test_both_queues_are_encrypted_and_refuse_plain_http(actor: Actor) -> None:
    for queue in (names.queue(actor), names.dead_letter_queue(actor)):
        assert STACK.properties(queue)["SqsManagedSseEnabled"] is True
        assert refuses_plain_http(STACK.statements(names.policy(queue)), [arn(queue)])


@every_actor
def test_only_the_topics_that_an_actor_hears_may_send_to_its_queue(actor: Actor) -> None:
    queue = names.queue(actor)
    topics = []
    for allowed in [found for found in STACK.statements(names.policy(queue)) if found["Effect"] == "Allow"]:
        assert allowed["Principal"] == {"Service": "sns.amazonaws.com"}
        assert allowed["Action"] == ["sqs:SendMessage"]
        assert allowed["Resource"] == [arn(queue)]
        assert allowed["Condition"].keys() == {"ArnEquals"}
        topics += allowed["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert topics == [ref(names.topic(event)) for event in actor.hears]


@every_actor
def test_nobody_is_let_in_to_a_dead_letter_queue_by_its_policy(actor: Actor) -> None:
    statements = STACK.statements(names.policy(names.dead_letter_queue(actor)))
    assert [statement["Effect"] for statement in statements] == ["Deny"]


def test_a_queue_is_open_to_its_topics_before_it_is_subscribed() -> None:
    for event in WHOLE.events:
        for actor in WHOLE.subscribers(event):
            subscription = STACK.resources[names.subscription(event, actor)]
            for queue in (names.queue(actor), names.UNDELIVERED_QUEUE):
                assert names.policy(queue) in subscription["DependsOn"]


def test_what_sns_cannot_deliver_to_a_queue_is_kept_for_as_long_as_there_is() -> None:
    for event in WHOLE.events:
        for actor in WHOLE.subscribers(event):
            policy = STACK.properties(names.subscription(event, actor))["RedrivePolicy"]
            assert policy == {"deadLetterTargetArn": arn(names.UNDELIVERED_QUEUE)}
    queue = STACK.properties(names.UNDELIVERED_QUEUE)
    assert (queue["SqsManagedSseEnabled"], queue["MessageRetentionPeriod"]) == (True, 14 * 24 * 60 * 60)
    assert "RedrivePolicy" not in queue


def test_all_topics_that_somebody_or_an_endpoint_hears_and_nobody_else_may_send_there_over_tls() -> None:
    statements = STACK.statements(names.policy(names.UNDELIVERED_QUEUE))
    assert refuses_plain_http(statements, [arn(names.UNDELIVERED_QUEUE)])
    allowed = [found for found in statements if found["Effect"] == "Allow"]
    topics = [topic for found in allowed for topic in found["Condition"]["ArnEquals"]["aws:SourceArn"]]
    heard = [event for event in WHOLE.events if WHOLE.subscribers(event) or event is ImageSettled]
    assert topics == [ref(names.topic(event)) for event in heard]
    assert all(found["Principal"] == {"Service": "sns.amazonaws.com"} for found in allowed)


def test_an_event_that_nobody_hears_has_a_topic_and_no_subscription() -> None:
    (first, *_) = WHOLE.actors
    alone = Stack(Chain(origin=WHOLE.origin, actors=(first,), operator=(ImageRecalled,)))
    for event in first.says:
        assert names.topic(event) in alone.of("SNS::Topic")
    emails = {"AlarmEmailSubscription", "SummaryEmailSubscription"}
    assert alone.of("SNS::Subscription").keys() - emails == {
        names.subscription(event, first) for event in (WHOLE.origin, ImageRecalled)
    }


def test_what_is_outdated_is_kept_for_the_grace_time() -> None:
    (delayed,) = [actor for actor in WHOLE.actors if actor.delayed]
    delays = {actor.name: STACK.properties(names.queue(actor)).get("DelaySeconds") for actor in WHOLE.actors}
    assert delays == {actor.name: None for actor in WHOLE.actors} | {delayed.name: ref("GraceSeconds")}
    parameter = STACK.body["Parameters"]["GraceSeconds"]
    assert (parameter["MinValue"], parameter["MaxValue"], parameter["Default"]) == (0, 900, 900)
