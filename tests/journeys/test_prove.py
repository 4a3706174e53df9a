"""`brigade prove` on the local cloud: all is proved that it can show, and nothing is left, however it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

import pytest

from brigade.prove import deploying, watching
from brigade.prove import stage as stages
from brigade.prove.item import Item
from brigade.prove.items import ITEMS
from brigade.prove.stage import KINDS, Stage, left, leftovers
from brigade.target import Target
from infra import policies
from kit.actor import Bucket
from tests.brigade.deploy.test_deployer_rights import RIGHTS
from tests.support.journey import Brigade, Journey, until

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
STAGES = "brigade-prove-"

# What the local cloud is not asked for, or has no request for.
ON_AWS_ALONE = {"cloudwatch:GetMetricData", "sqs:StartMessageMoveTask", "xray:BatchGetTraces"}

pytestmark = pytest.mark.usefixtures("own_cloud")


@pytest.fixture
def target(journey: Journey) -> Iterator[Target]:
    """The cloud, with no stage on it, before and after."""
    assert left(journey.pipeline.target, STAGES) == []
    yield journey.pipeline.target
    assert left(journey.pipeline.target, STAGES) == []


def test_all_is_proved_that_the_local_cloud_shows(target: Target, brigade: Brigade) -> None:
    said = brigade("prove", "--out", "proved")
    [path] = Path("proved").glob("*.json")
    report = json.loads(path.read_text(encoding="utf-8"))
    outcomes = {each["item"]: each["outcome"] for each in report["items"]}
    assert list(outcomes) == [item.name for item in ITEMS]
    unseen = {item for item, outcome in outcomes.items() if outcome == "not seen"}
    told = re.search(r"The local cloud shows nothing of (.+?)\.", PAGE, re.DOTALL)
    assert told
    assert unseen == set(re.findall(r"`([a-z-]+)`", told[1]))
    assert set(outcomes.values()) == {"proved", "not seen"}
    lines = [line for line in said.splitlines() if line.startswith(("proved  ", "not seen"))]
    assert len(lines) == len(ITEMS)
    assert max(map(len, lines)) <= 80
    assert 0 < report["usd_at_most_on_aws"] < 1
    page = path.with_suffix(".md").read_text(encoding="utf-8")
    assert all(f"| {item.name} | {item.proves} | {outcomes[item.name]} |" in page for item in ITEMS)
    assert target.account not in page + path.read_text(encoding="utf-8")
    asked = {action for request in report["requests"] for action in rights(request)}
    allowed, own = (actions(name) for name in ("deployer", "prover"))
    assert {action for action in asked if not any(fnmatchcase(action, each) for each in allowed | own)} == set()
    assert own - asked == ON_AWS_ALONE


def sabotage(stage: Stage) -> str:
    """Something of everything is not as it should be: done behind the stack's back."""
    resources, client = stage.resources(), stage.target.client
    beyond = json.dumps(policies.document(policies.allow(["sns:Publish"], "*")))
    client("iam").put_role_policy(RoleName=resources["ResizeRole"], PolicyName="beyond", PolicyDocument=beyond)
    client("cloudwatch").delete_alarms(AlarmNames=[resources["ResizeErrorsAlarm"]])
    client("cloudwatch").put_dashboard(DashboardName=resources["Dashboard"], DashboardBody='{"widgets": []}')
    client("sqs").set_queue_attributes(QueueUrl=resources["ResizeQueue"], Attributes={"VisibilityTimeout": "1"})
    client("sns").create_topic(Name=f"{stage.name}-of-nobody")
    return "done"


def test_what_is_not_as_it_should_be_fails_and_keeps_no_other_item_from_being_tried(
    target: Target, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = (watching.roles, watching.alarms, watching.dashboard, watching.drift, deploying.destroy)
    broken = [Item(deploying.deploy), *(Item(run, "deploy") for run in (sabotage, *watched))]
    monkeypatch.setattr("brigade.commands.prove.ITEMS", [*broken, Item(deploying.delete_pictures, "destroy")])
    monkeypatch.setattr(stages, "LOCAL_PATIENCE_S", 1)
    said = brigade("prove", "--out", "proved", code=1)
    target.client("sns").delete_topic(TopicArn=re.findall(r"arn:aws:sns:\S+-of-nobody", said)[0])
    assert "2 proved, 5 failed, 1 not seen" in said
    for failed in ("roles", "alarms", "dashboard", "drift", "destroy"):
        assert f"\n{failed} failed: " in said
    assert re.search(
        r"roles failed: \S+ResizeRole\S+: \('sns:Publish', 'arn:aws:sns:\S+: expected False, saw True", said
    )
    assert "drift failed: drifted: expected [], saw ['ResizeQueue']" in said
    assert re.search("not seen delete-pictures +0.0 s  needs destroy", said)


def rights(request: str) -> set[str]:
    """Return the rights that a request wants, which is given as ``service:Operation``."""
    service, operation = request.replace("monitoring:", "cloudwatch:").removesuffix("Batch").split(":")
    named = RIGHTS | {"GetCallerIdentity": set(), "ListObjectsV2": {"s3:ListBucket"}}
    return named.get(operation, {f"{service}:{operation}"})


def actions(policy: str) -> set[str]:
    """Return what docs/POLICY-policy.json allows."""
    document = json.loads((ROOT / "docs" / f"{policy}-policy.json").read_text(encoding="utf-8"))
    return {action for statement in document["Statement"] for action in statement["Action"]}


def start(target: Target, tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    """Give the command in a process of its own."""
    command = [sys.executable, "-m", "brigade", "prove", "--out", str(tmp_path / "proved"), *options]
    environment = os.environ | target.variables() | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True)


def making(target: Target) -> bool:
    """Whether the stack is about to be made, or is."""
    return bool(left(target, STAGES, KINDS[:2]))


def uploading(target: Target) -> bool:
    buckets = [each for each in left(target, STAGES, KINDS[1:2]) if f"-{Bucket.SOURCE}bucket-" in each]
    return any(target.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] for bucket in buckets)


def destroying(target: Target) -> bool:
    """Whether the stack has been there, and is going or gone."""
    stacks = target.client("cloudformation").describe_stacks()["Stacks"]
    mine = [stack for stack in stacks if stack["StackName"].startswith(STAGES)]
    return not mine or mine[0]["StackStatus"] == "DELETE_IN_PROGRESS"


def met(command: subprocess.Popen[str], moment: Callable[[], bool]) -> bool:
    """Whether it is the moment; the command stands still meanwhile, and goes on where it is not."""
    command.send_signal(signal.SIGSTOP)
    if found := moment():
        return found
    command.send_signal(signal.SIGCONT)
    return False


@pytest.mark.parametrize(
    ("moment", "item", "number"),
    [
        (making, "deploy", signal.SIGINT),
        (uploading, "pictures", signal.SIGTERM),
        (destroying, "delete-pictures", signal.SIGINT),
    ],
    ids=["deploying", "uploading", "destroying"],
)
def test_interrupted_it_leaves_nothing(
    target: Target, tmp_path: Path, moment: Callable[[Target], bool], item: str, number: signal.Signals
) -> None:
    with start(target, tmp_path, "--only", item) as command:
        if moment is destroying:
            assert command.stdout
            assert command.stdout.readline().startswith("proved   deploy ")
        until(lambda: met(command, partial(moment, target)), item)
        command.send_signal(number)
        command.send_signal(signal.SIGCONT)
        assert command.wait(60) == 130


def test_what_a_killed_run_leaves_is_told_of_and_deleted_when_asked(
    target: Target, brigade: Brigade, tmp_path: Path
) -> None:
    with start(target, tmp_path, "--only", "deploy") as command:
        until(lambda: left(target, STAGES, KINDS[:1]), "the stack")
        command.kill()
    [(name, began)] = leftovers(target).items()
    assert began.startswith("begun 20")
    assert f"{name} ({began})" in brigade("prove", "--clean", code=1)
    assert f"deleted {name}" in brigade("prove", "--clean", "--yes")
    assert "nothing" in brigade("prove", "--clean")


def test_a_stage_that_is_kept_can_be_looked_at(target: Target, brigade: Brigade) -> None:
    said = brigade("prove", "--only", "deploy", "--keep", "--out", "proved")
    [name] = leftovers(target)
    assert f"--stack {name}" in said
    assert name in brigade("outputs", "--stack", name, "--json")
    brigade("prove", "--clean", "--yes")
