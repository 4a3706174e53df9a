"""docs/subscribing.md on a deployed chain: a queue, a function that asks a model, and an endpoint hear of pictures."""

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.request import urlopen

import pytest

from infra import names
from kit.events import ImageSettled
from tests.support import pictures
from tests.support.examples import SUBSCRIBING, example
from tests.support.journey import Journey, until

Deploy = Callable[..., dict[str, str]]


@pytest.fixture
def deploy(journey: Journey) -> Iterator[Deploy]:
    """Deploy a template of the page as `aws cloudformation deploy` does, until the test ends; return its outputs."""
    made: list[str] = []
    yield partial(deployed, journey, made)
    for name in reversed(made):
        journey.pipeline.target.client("cloudformation").delete_stack(StackName=name)


def deployed(journey: Journey, made: list[str], name: str, template: str, **parameters: str) -> dict[str, str]:
    made.append(name)
    stacks = journey.pipeline.target.client("cloudformation")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    stacks.create_stack(StackName=name, TemplateBody=template, Parameters=given, Capabilities=["CAPABILITY_IAM"])
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    outputs = stacks.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


def packaged(journey: Journey) -> str:
    """Return model.yaml as `aws cloudformation package` makes it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(SUBSCRIBING / "model.py", "model.py")
    bucket = journey.pipeline.target_bucket
    journey.pipeline.s3.put_object(Bucket=bucket, Key="model.zip", Body=archive.getvalue())
    text = (SUBSCRIBING / "model.yaml").read_text(encoding="utf-8")
    assert "Code: ./model.py" in text
    return text.replace("Code: ./model.py", f"Code: {{S3Bucket: {bucket}, S3Key: model.zip}}")


def test_a_model_is_asked_about_a_ready_picture_and_not_about_a_refused_one(journey: Journey, deploy: Deploy) -> None:
    topic = journey.pipeline.stack.outputs[names.topic(ImageSettled)]
    queue = deploy("settled", (SUBSCRIBING / "queue.yaml").read_text(), TopicArn=topic, Statuses="READY")
    target = journey.pipeline.target_bucket
    asked = deploy("asked", packaged(journey), QueueArn=queue["QueueArn"], TargetBucket=target, Model="any.v1")

    ready, refused = journey.put("in/asked.jpg", pictures.jpeg()), journey.put("in/refused.jpg", b"no picture")
    journey.settled(ready, refused)

    def answers() -> list[str]:
        return [
            found["Key"] for found in journey.pipeline.s3.list_objects_v2(Bucket=asked["Answers"]).get("Contents", [])
        ]

    assert until(answers, "the model's answer") == [f"answers/{ready.id}.json"]
    assert journey.said(refused) == ["FAILED"]
    assert answers() == [f"answers/{ready.id}.json"]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The page's endpoint, where it serves; and what it heard. The local cloud cannot sign: that alone is not asked."""
    module = example("endpoint")
    events: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "verified", lambda body, _: json.loads(body))
    monkeypatch.setattr(module, "fetched", lambda url: urlopen(url, timeout=10).read())  # noqa: S310
    monkeypatch.setattr(module, "settled", events.append)
    monkeypatch.setattr(module.Endpoint, "log_message", lambda *_: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), module.Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", events
        server.shutdown()


def test_an_endpoint_confirms_and_hears_what_its_filter_lets_through(
    journey: Journey, heard: tuple[str, list[dict[str, Any]]]
) -> None:
    address, events = heard
    assert journey.cloud  # another engine may not reach this process
    topic = journey.pipeline.stack.outputs[names.topic(ImageSettled)]
    sns = journey.pipeline.target.client("sns")
    wanted = {"FilterPolicy": json.dumps({"status": ["FAILED"]})}
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=address, Attributes=wanted, ReturnSubscriptionArn=True)

    def subscription() -> str | None:
        listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        found = next(each["SubscriptionArn"] for each in listed if each["Endpoint"] == address)
        return found if found.startswith("arn:") else None

    arn = until(subscription, "the subscription to be confirmed")
    ready, refused = journey.put("in/heard.jpg", pictures.jpeg()), journey.put("in/heard.txt.jpg", b"no picture")
    journey.settled(ready, refused)
    until(lambda: events, "the endpoint to hear")
    sns.unsubscribe(SubscriptionArn=arn)
    assert [(event["type"], event["data"]["status"], event["data"]["image"]["id"]) for event in events] == [
        ("brigade.image-settled", "FAILED", refused.id)
    ]
