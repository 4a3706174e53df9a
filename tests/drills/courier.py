"""A courier between topics and queues: delivers every message one to three times, shuffled."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from brigade.pipeline import Pipeline
from infra import names
from kit.actor import Actor
from services.chain import CHAIN

# How often a message is delivered, each with its weight.
TIMES = {1: 6, 2: 3, 3: 1}
LATEST_S = 2
_BATCH = 10
_IDLE_S = 0.1


@dataclass
class Courier:
    """Stands in every subscription in the queue's place. ``delivered`` counts messages by how often they were."""

    pipeline: Pipeline
    seed: int
    delivered: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a drill, not a secret
        self._sqs = self.pipeline.target.client("sqs")
        self._bag_of = {actor: self._stand_in(actor) for actor in CHAIN.actors}

    def _stand_in(self, actor: Actor) -> str:
        """Have what would go to the actor's queue come into a bag of ours; return the bag's URL."""
        sns = self.pipeline.target.client("sns")
        bag: str = self._sqs.create_queue(QueueName=f"courier-{actor.name}")["QueueUrl"]
        queue = self._arn(self._queue(actor))
        for event in actor.hears:
            topic = self.pipeline.stack.outputs[names.topic(event)]
            for subscription in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
                if subscription["Endpoint"] == queue:
                    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
                    raw = {"RawMessageDelivery": "true"}
                    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self._arn(bag), Attributes=raw)
        return bag

    def _queue(self, actor: Actor) -> str:
        return self.pipeline.stack.outputs[names.queue(actor)]

    def _arn(self, url: str) -> str:
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn: str = answer["Attributes"]["QueueArn"]
        return arn

    @property
    def bags(self) -> dict[str, str]:
        """The URLs of the queues in which it is given messages, by name."""
        return {f"bag for {actor.name}": url for actor, url in self._bag_of.items()}

    def work(self, until: Event) -> None:
        """Carry messages for as long as there are any, or until told to stop."""
        while not until.is_set():
            if not sum(self._carry(actor) for actor in CHAIN.actors):
                until.wait(_IDLE_S)

    def _carry(self, actor: Actor) -> int:
        """Deliver what is in one bag; return how many messages that was."""
        bag = self._bag_of[actor]
        answer = self._sqs.receive_message(QueueUrl=bag, MaxNumberOfMessages=_BATCH, MessageAttributeNames=["All"])
        messages = answer.get("Messages", [])
        for message in messages:
            [times] = self._random.choices(list(TIMES), list(TIMES.values()))
            self.delivered[times] += 1
            for _ in range(times):
                self._deliver(actor, message)
            self._sqs.delete_message(QueueUrl=bag, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)

    def _deliver(self, actor: Actor, message: dict[str, Any]) -> None:
        self._sqs.send_message(
            QueueUrl=self._queue(actor),
            MessageBody=message["Body"],
            MessageAttributes=message.get("MessageAttributes", {}),
            DelaySeconds=self._random.randint(0, LATEST_S),
        )


@contextmanager
def carrying(pipeline: Pipeline, seed: int) -> Iterator[Courier]:
    """Have a courier at work for as long as the block runs."""
    courier = Courier(pipeline, seed)
    stop = Event()
    thread = Thread(target=courier.work, args=(stop,))
    thread.start()
    try:
        yield courier
    finally:
        stop.set()
        thread.join()
