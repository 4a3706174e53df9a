"""What SNS could not deliver is shown, sent to all who hear it, or thrown away, like any dead letter."""

import json

import pytest

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.stack_queues import undelivered_queue
from infra import names
from kit.events import Image, ImageNormalized, Moderation, Source
from services.chain import CHAIN
from tests.brigade.dead_letters.conftest import Brigade
from tests.support.desk import Desk, ingested, uploaded
from tests.support.site import body
from tests.support.story import normalized

SOURCE = Source(bucket="source", key="in/a.jpg", version="v1", size=9, uploaded_at="2026-11-21T08:00:00.000Z")


def lose(desk: Desk, text: str, **announced: str) -> str:
    """Do as SNS does with raw delivery: the message as it was announced, with its own attributes and no others."""
    url = desk.pipeline.output(names.UNDELIVERED_QUEUE)
    told = {"type": "brigade.image-ingested"} | announced
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    sent: str = desk.sqs.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=attributes)["MessageId"]
    return sent


def left(desk: Desk) -> list[DeadLetter]:
    return undelivered_queue(desk.pipeline).look()


def heard(desk: Desk) -> dict[str, list[str]]:
    """Return what waits for whom."""
    waiting = {actor.name: [each["Body"] for each in desk.sent_back(actor.name)] for actor in CHAIN.actors}
    return {name: bodies for name, bodies in waiting.items() if bodies}


def test_it_is_listed_beside_the_actors_with_who_should_hear_it(desk: Desk, brigade: Brigade) -> None:
    lose(desk, ingested())
    code, said = brigade("ls", "--json")
    [group] = json.loads(said)
    assert (code, group["actor"], group["reason"], group["count"]) == (0, "undelivered", "undelivered", 1)
    assert group["example"]["key"] == "in/a.jpg"
    assert group["example"]["detail"] == (
        "SNS could not deliver image-ingested, which describe, normalize, catalog should hear"
    )
    [shown] = json.loads(brigade("show", "undelivered", "--json")[1])
    assert shown["body"]["type"] == "brigade.image-ingested"


@pytest.mark.parametrize(
    ("text", "hearers"), [(ingested(), ["describe", "normalize", "catalog"]), (uploaded(SOURCE), ["ingest"])]
)
def test_a_redrive_sends_it_to_all_who_hear_it_as_it_was_announced(
    desk: Desk, brigade: Brigade, text: str, hearers: list[str]
) -> None:
    lose(desk, text)
    code, said = brigade("redrive", "undelivered", "--yes")
    assert code == 0, said
    assert heard(desk) == {name: [text] for name in hearers}
    assert left(desk) == []
    [message] = desk.sent_back(hearers[0])
    carried = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert carried.keys() == {"type", "lineage"}
    assert json.loads(carried["lineage"])[0]["reason"] == "undelivered"
    assert desk.told() == []  # no actor has failed


@pytest.mark.parametrize("mode", ["off", "flag"])
def test_no_actor_is_sent_what_its_subscription_leaves_out(desk: Desk, brigade: Brigade, mode: Moderation) -> None:
    picture = Image.of(SOURCE)
    lose(desk, body(normalized(picture, mode), "normalize"), moderation=mode)
    assert brigade("redrive", "undelivered", "--yes")[0] == 0
    hearers = {actor.name for actor in CHAIN.subscribers(ImageNormalized)}
    assert hearers >= {"moderate", "resize", "catalog"}
    assert set(heard(desk)) == hearers - ({"moderate", "catalog"} if mode == "off" else set())


def test_what_nobody_hears_stays_and_the_rest_is_sent(desk: Desk, brigade: Brigade) -> None:
    lost = lose(desk, "no event at all")
    lose(desk, ingested())
    code, said = brigade("redrive", "undelivered", "--yes")
    assert (code, set(heard(desk))) == (1, {"describe", "normalize", "catalog"})
    assert "1 dead letter could not be sent, and stayed" in said
    assert [letter.message_id for letter in left(desk)] == [lost]
    operation = json.loads(brigade("history", "--json")[1])[0]["id"]
    assert "no actor hears it" in brigade("history", operation, "--json")[1]


def test_it_can_be_thrown_away(desk: Desk, brigade: Brigade) -> None:
    lose(desk, ingested())
    assert brigade("discard", "undelivered", "--yes")[0] == 0
    assert (left(desk), heard(desk), desk.told()) == ([], {}, [])


def test_sqs_itself_cannot_send_it_back(desk: Desk, brigade: Brigade) -> None:
    code, said = brigade("redrive", "undelivered", "--native")
    assert code == 1
    assert "SQS does not know who hears what is undelivered" in said


def test_what_an_endpoint_did_not_take_is_announced_again_and_not_redriven(desk: Desk, brigade: Brigade) -> None:
    signed = {"Type": "Notification", "Message": ingested(), "TopicArn": "arn:aws:sns:…", "Signature": "AA=="}
    sent = lose(desk, json.dumps(signed))
    [group] = json.loads(brigade("ls", "--json")[1])
    assert group["example"]["key"] == "in/a.jpg"
    assert group["example"]["detail"] == (
        "SNS could not deliver image-ingested to SettledEndpoint; "
        f"`brigade rerun {Image.of(SOURCE).id} --from relay` announces it again"
    )
    assert brigade("redrive", "undelivered", "--yes")[0] == 1
    operation = json.loads(brigade("history", "--json")[1])[0]["id"]
    assert "no queue leads to SettledEndpoint" in brigade("history", operation, "--json")[1]
    assert heard(desk) == {}
    assert [letter.message_id for letter in left(desk)] == [sent]
