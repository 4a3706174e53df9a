"""relay is killed before and after it has spoken: each settlement is heard all the same."""

from infra import names
from kit.envelope import decode
from kit.events import ImageSettled
from services.relay.actor import RELAY
from tests.drills.drill import Drill, patiently
from tests.drills.workers import needs_proc, sender
from tests.support.proxy import Answer, Forward, Request

# Of relay's requests, which announce a batch each; by turns it is killed before it is made, and after.
EVERY = 4


def settled(drill: Drill) -> dict[str, int]:
    """Return how often each picture that the catalog knows has settled, by id."""
    return {image_id: record.settled for image_id, record in drill.pipeline.catalog.get(drill.uploads).items()}


@needs_proc
def test_every_settlement_is_announced_though_relay_is_killed(drill: Drill) -> None:
    announcements = kills = 0
    topic = drill.pipeline.output(names.topic(ImageSettled))
    url = drill.sqs.create_queue(QueueName="ear")["QueueUrl"]
    arn = drill.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    raw = {"RawMessageDelivery": "true"}
    drill.pipeline.target.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)

    def rule(request: Request, forward: Forward) -> Answer | None:
        nonlocal announcements, kills
        if (request.service, request.operation) != ("sns", "PublishBatch") or b"ImageSettledTopic" not in request.body:
            return forward()
        announcements += 1
        if announcements % EVERY:
            return forward()
        if kills % 2:
            forward()
        worker = sender(drill.cloud.pid, request)
        assert worker.is_of(RELAY)
        worker.kill()
        kills += 1
        return None

    drill.proxy.rule = rule
    drill.hide_for(2)
    drill.upload()
    account = drill.account()
    heard: dict[str, ImageSettled] = {}

    def listen() -> int:
        while messages := drill.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                envelope, event = decode(message["Body"], [ImageSettled])
                assert isinstance(event, ImageSettled)
                heard[envelope.id] = event
                drill.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(heard)

    patiently(listen, lambda count: count == sum(settled(drill).values()))
    assert kills > 0
    assert account.wrong == []
    said = [(event.image.id, event.settled) for event in heard.values()]
    assert sorted(said) == sorted((each, n + 1) for each, last in settled(drill).items() for n in range(last))
