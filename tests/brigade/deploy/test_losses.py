"""What a deployment would delete for ever, it deletes only when the operator agrees; a foreign stack not even then."""

import json
import re
from collections.abc import Callable, Iterator, Mapping

import pytest
import troposphere
from troposphere import sqs

from brigade.__main__ import main
from brigade.deploy.change_set import describe
from brigade.deploy.deployment import deploy
from brigade.deploy.losses import messages
from brigade.deploy.stack import Stack
from brigade.target import Target
from brigade.terminal import OperatorError
from imaging.recipes import DEFAULT_PATH
from infra.template import template
from kit.chain import Chain
from tests.support.moto import REGION


@pytest.fixture
def losing(here: Target, stack: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A stack with a queue that the next deployment would delete."""
    name = stack()

    def with_queue(chain: Chain, tags: Mapping[str, str]) -> troposphere.Template:
        whole = template(chain, tags)
        whole.add_resource(sqs.Queue("OldQueue", QueueName=f"{name}-old"))
        return whole

    with monkeypatch.context() as patch:
        patch.setattr("brigade.deploy.deployment.template", with_queue)
        deploy(here, name, recipes=DEFAULT_PATH, version="1")
    return name


def old_queues(target: Target, stack: str) -> list[str]:
    urls: list[str] = target.client("sqs").list_queues(QueueNamePrefix=f"{stack}-old").get("QueueUrls", [])
    return urls


def unfinished(target: Target, stack: str) -> list[str]:
    listed = target.client("cloudformation").list_change_sets(StackName=stack)["Summaries"]
    return [each["ChangeSetName"] for each in listed if each["ExecutionStatus"] != "EXECUTE_COMPLETE"]


@pytest.mark.journey
def test_without_a_terminal_nothing_is_lost(here: Target, losing: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--stack", losing]) == 1
    said = capsys.readouterr().err.splitlines()
    assert "  remove OldQueue (SQS::Queue); it is deleted, with what is in it" in said
    assert said[-1] == (
        "error: Deploy, and delete OldQueue with what is in it? There is no terminal to answer on — add --yes"
    )
    assert old_queues(here, losing)
    assert not unfinished(here, losing)


@pytest.mark.journey
def test_on_a_terminal_the_operator_decides(here: Target, losing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    assert main(["deploy", "--stack", losing]) == 1
    assert old_queues(here, losing)
    monkeypatch.setattr("click.confirm", lambda *_, **__: True)
    assert main(["deploy", "--stack", losing]) == 0
    assert not old_queues(here, losing)


@pytest.mark.journey
def test_yes_is_an_answer_given_before(here: Target, losing: str) -> None:
    assert main(["deploy", "--stack", losing, "--yes"]) == 0
    assert not old_queues(here, losing)


@pytest.mark.journey
def test_what_cannot_ask_loses_nothing(here: Target, losing: str) -> None:
    with pytest.raises(OperatorError, match="this would delete OldQueue with what is in it — nothing was changed"):
        deploy(here, losing, recipes=DEFAULT_PATH, version="1")
    assert old_queues(here, losing)
    assert not unfinished(here, losing)


@pytest.fixture
def somebody_elses(here: Target) -> Iterator[str]:
    """A stack of another template, which has a version, too."""
    name, cloudformation = "somebody-elses", here.client("cloudformation")
    body = {
        "Parameters": {"Version": {"Type": "String", "Default": "1"}},
        "Resources": {"Orders": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}}},
    }
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    yield name
    cloudformation.delete_stack(StackName=name)


@pytest.mark.journey
def test_the_end_of_a_stack_counts_what_goes_with_its_queues(
    here: Target, losing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs, sqs = Stack.find(here, losing).outputs, here.client("sqs")
    sqs.send_message(QueueUrl=outputs["IngestQueue"], MessageBody="later", DelaySeconds=900)
    for queue in ("ResizeDeadLetterQueue", "ResizeDeadLetterQueue", "IngestDeadLetterQueue"):
        sqs.send_message(QueueUrl=outputs[queue], MessageBody="x")
    assert main(["destroy", "--stack", losing]) == 1
    # Besides ours there may still be what S3 sends to try out its right to notify.
    counted = rf"Destroy stack {losing}, with [1-9]\d* waiting messages? and 3 dead letters\? There is no terminal"
    assert re.search(counted, capsys.readouterr().err)


@pytest.mark.usefixtures("cloud")
def test_queues_that_are_gone_already_hold_nothing() -> None:
    target = Target(REGION)
    dead = target.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    target.client("sqs").send_message(QueueUrl=dead, MessageBody="x")
    outputs = {"IngestQueue": dead.replace("dead", "gone"), "IngestDeadLetterQueue": dead, "Table": "t"}
    assert messages(Stack(target, "s", "id", "DELETE_FAILED", outputs)) == "0 waiting messages and 1 dead letter"


@pytest.mark.journey
@pytest.mark.parametrize(
    "command", [["deploy", "--yes"], ["deploy", "--dry-run"], ["destroy", "--yes"], ["outputs"]], ids=" ".join
)
def test_a_stack_of_somebody_else_is_left_alone(
    here: Target, somebody_elses: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--stack", somebody_elses]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert f"stack {somebody_elses} on {here.describe()} is not brigade's: it has no CodeBucket" in said
    assert said.endswith("— it is left alone; --stack names another")
    assert here.client("sqs").get_queue_url(QueueName="orders")
    left = describe(here, somebody_elses)
    assert left
    assert left["StackStatus"] == "CREATE_COMPLETE"
