"""One look shows how every actor is doing, and takes nothing out of any queue."""

from collections.abc import Sequence

import pytest

from brigade.flow import vitals
from brigade.flow.metrics import ActorMetrics
from brigade.flow.vitals import Vitals
from brigade.pipeline import Pipeline
from infra import names
from kit.actor import Actor
from services.chain import CHAIN
from services.ingest.actor import INGEST
from services.resize.actor import RESIZE
from services.retire.actor import RETIRE
from tests.support.deployed import Deployed, deploy

DAY_S = 24 * 60 * 60


class Known:
    """Metrics that are the same for every actor."""

    def __init__(self, oldest_s: float | None = 5.0, per_minute: float | None = 3.0) -> None:
        self._measured = ActorMetrics(oldest_s, per_minute)

    def __call__(self, _: Pipeline, actors: Sequence[Actor]) -> dict[str, ActorMetrics]:
        return {actor.name: self._measured for actor in actors}


@pytest.fixture
def deployed(cloud: None) -> Deployed:
    return deploy()


def look(deployed: Deployed, metrics: Known | None = None) -> dict[str, Vitals]:
    return {each.actor: each for each in vitals.look(deployed.pipeline, CHAIN.actors, metrics or Known())}


def test_what_waits_is_being_worked_on_and_is_dead_is_counted(deployed: Deployed) -> None:
    url, dead = deployed.queue_url(INGEST), deployed.pipeline.output(names.dead_letter_queue(INGEST))
    for number in range(3):
        deployed.sqs.send_message(QueueUrl=url, MessageBody=str(number))
    deployed.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    for _ in range(2):
        deployed.sqs.send_message(QueueUrl=dead, MessageBody="dead")
    deployed.sqs.receive_message(QueueUrl=dead)  # somebody looks at one
    before = look(deployed)
    assert before["ingest"] == Vitals("ingest", "running", 2, 1, 5.0, 2, 3.0)
    assert look(deployed) == before


def test_what_sns_could_not_deliver_is_counted_too(deployed: Deployed) -> None:
    deployed.sqs.send_message(QueueUrl=deployed.pipeline.output(names.UNDELIVERED_QUEUE), MessageBody="m")
    assert look(deployed)["undelivered"] == Vitals("undelivered", "", 0, 0, None, 1, None)


def test_a_message_that_is_held_back_for_a_while_waits(deployed: Deployed) -> None:
    deployed.sqs.send_message(QueueUrl=deployed.queue_url(RETIRE), MessageBody="m", DelaySeconds=900)
    assert look(deployed)["retire"].waiting == 1


@pytest.mark.parametrize(
    ("state", "said"), [("Enabled", "running"), ("Disabled", "paused"), ("Disabling", "disabling")]
)
def test_paused_or_running_is_what_the_mapping_says(deployed: Deployed, state: str, said: str) -> None:
    deployed.functions.feed(RESIZE, state)
    assert (look(deployed)["resize"].state, look(deployed)["ingest"].state) == (said, "running")


def test_a_queue_that_is_empty_has_no_oldest_message_whatever_a_late_metric_says(deployed: Deployed) -> None:
    assert look(deployed)["resize"].oldest_s is None


def test_what_is_not_known_stays_unknown(deployed: Deployed) -> None:
    deployed.sqs.send_message(QueueUrl=deployed.queue_url(INGEST), MessageBody="m")
    found = look(deployed, Known(None, None))["ingest"]
    assert (found.waiting, found.oldest_s, found.per_minute) == (1, None, None)


@pytest.mark.parametrize(("oldest_s", "is_expiring"), [(None, False), (2.9 * DAY_S, False), (3.1 * DAY_S, True)])
def test_a_message_that_sqs_will_delete_within_a_day_is_pointed_out(oldest_s: float | None, is_expiring: bool) -> None:
    assert Vitals("ingest", "paused", 1, 0, oldest_s, 0, None).is_expiring == is_expiring
