"""Items about what AWS tells of a stack: rights, logs, traces, metrics, alarms, drift, refused calls."""

import json
import re
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from brigade.prove.item import expect
from brigade.prove.stage import Stage
from brigade.prove.working import GOOD
from brigade.terminal import OperatorError
from infra import names
from kit import metrics as ours

_WORKED = {"ingest", "describe", "normalize", "resize", "catalog"}  # on every good picture
_SAID = _WORKED - {"catalog"} | {"relay"}  # who announces something of every good picture, and so logs it
_IDLE = {"moderate", "retire"}  # on none of them
_LAMBDAS_OWN = re.compile(r"(INIT_START|START|END|REPORT) ")  # where its lines are no JSON
_INIT_MS = re.compile(r'(?:"initDurationMs": ?|Init Duration: )([\d.]+)')
_DENIED = re.compile("AccessDenied|UnauthorizedOperation|AuthorizationError")


def roles(stage: Stage) -> str:
    """A role may do what its policy says, and nothing that only others' say: IAM's simulator, right by right."""
    iam, resources, rights = stage.target.client("iam"), stage.resources(), {}
    for actor in stage.pipeline.chain.actors:
        role = resources[names.role(actor)]
        said = iam.get_role_policy(RoleName=role, PolicyName=actor.name)["PolicyDocument"]["Statement"]
        plain = [each for each in said if "Condition" not in each]
        rights[role] = {(what, about) for each in plain for what in each["Action"] for about in each["Resource"]}
    everything = set().union({("iam:PassRole", "*"), ("s3:DeleteBucket", "*")}, *rights.values())
    for role, own in rights.items():
        ask = partial(iam.simulate_principal_policy, PolicySourceArn=iam.get_role(RoleName=role)["Role"]["Arn"])
        for about in {about for _, about in everything}:
            said = ask(ActionNames=[what for what, each in everything if each == about], ResourceArns=[about])
            for each in said["EvaluationResults"]:
                right = each["EvalActionName"], about
                expect(f"{role}: {right}", each["EvalDecision"] == "allowed", right in own)
    return f"{len(rights)} roles, {len(everything)} rights"


def _lines(stage: Stage, actor: str) -> list[str]:
    """Return what an actor's function has logged so far."""
    pages = stage.target.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=f"/aws/lambda/{stage.name}-{actor}")
    return [each["message"] for page in found for each in page["events"]]


def logs(stage: Stage) -> str:
    """Log lines are JSON, name their picture, and tell of no refused call: all log groups."""
    ids = {stage.record(key)["image_id"] for key in GOOD}

    def named(actor: str) -> set[str]:
        lines = [line for line in _lines(stage, actor) if not _LAMBDAS_OWN.match(line)]
        expect(f"refused to {actor}", [line for line in lines if _DENIED.search(line)], [])
        return ids & {json.loads(line).get("image_id", "") for line in lines}

    for actor in (each.name for each in stage.pipeline.chain.actors):
        # Of an actor that came later it is not known here whether it says something of every picture.
        wanted = ids if actor in _SAID else set() if actor in _IDLE else named(actor)
        stage.until(f"pictures that {actor} names", partial(named, actor), wanted)
    return f"{len(ids)} pictures are named by {len(_SAID)} actors"


def cold_starts(stage: Stage) -> str:
    """Lambda tells how long each function took to start: the logs."""

    def look() -> str:
        found = {
            actor.name: _INIT_MS.findall("\n".join(_lines(stage, actor.name))) for actor in stage.pipeline.chain.actors
        }
        times = (f"{name} {max(map(float, starts)):.0f} ms" for name, starts in found.items() if starts)
        return ", ".join(times) if all(found.values()) else ""

    return str(stage.told("start times of functions", look))


def traces(stage: Stage) -> str:
    """One trace tells a picture's whole way: of some good picture, in X-Ray or the local cloud's collector."""

    def whole() -> list[str]:
        found = []
        for key in GOOD:
            with suppress(OperatorError):  # not sampled, or not there yet
                found += [key] if {each["actor"] for each in stage.json("trace", key)} >= _WORKED else []
        return found

    return f"{len(stage.told('traces', whole))} of {len(GOOD)} pictures"


def _sum(stage: Stage, namespace: str, metric: str, dimension: str, values: Collection[str]) -> float:
    """Return a metric's sum since the stage began, over these values of its one dimension."""
    which = {"Namespace": namespace, "MetricName": metric, "Period": 60, "Statistics": ["Sum"]}
    when = {"StartTime": stage.began.replace(second=0, microsecond=0), "EndTime": datetime.now(UTC)}
    read = partial(stage.target.client("cloudwatch").get_metric_statistics, **which, **when)
    answers = (read(Dimensions=[{"Name": dimension, "Value": value}]) for value in values)
    return float(sum(point["Sum"] for answer in answers for point in answer["Datapoints"]))


def metrics(stage: Stage) -> str:
    """Metrics are read from the actors' logs: how many pictures are ready."""
    ready = partial(_sum, stage, ours.NAMESPACE, ours.READY, ours.FUNCTION, [f"{stage.name}-catalog"])
    return f"{stage.told('metrics in logs', ready):.0f} pictures"


def deliveries(stage: Stage) -> str:
    """No notification failed and no invocation was dropped as recursive: metrics of all topics and functions."""
    topics = [stage.pipeline.output(names.topic(event)).rpartition(":")[2] for event in stage.pipeline.chain.events]
    functions = [stage.pipeline.output(names.function(actor)) for actor in stage.pipeline.chain.actors]
    published, failed = (f"NumberOf{what}" for what in ("MessagesPublished", "NotificationsFailed"))
    sent = stage.told("metrics of topics", partial(_sum, stage, "AWS/SNS", published, "TopicName", topics))
    expect("failed", _sum(stage, "AWS/SNS", failed, "TopicName", topics), 0)
    expect("dropped", _sum(stage, "AWS/Lambda", "RecursiveInvocationsDropped", "FunctionName", functions), 0)
    return f"{sent:.0f} published"


def alarms(stage: Stage) -> str:
    """Every alarm of the stack is there and speaks to its topic: as CloudWatch has them."""
    pages = stage.target.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=stage.name)
    found = {each["AlarmName"]: each["AlarmActions"] for page in pages for each in page["MetricAlarms"]}
    topic, declared = [stage.pipeline.output(names.ALARM_TOPIC)], stage.resources()
    expect("alarms", found, {name: topic for title, name in declared.items() if title.endswith("Alarm")})
    return f"{len(found)} alarms"


def alarm_rings(stage: Stage) -> str:
    """The alarm of a dead letter rings, and its topic hears it: what CloudWatch notes of ingest's."""
    cloudwatch, name = stage.target.client("cloudwatch"), stage.resources()["IngestDeadLettersAlarm"]

    def done() -> str:
        noted = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")["AlarmHistoryItems"]
        return next((each["HistorySummary"] for each in noted if "Successfully" in each["HistorySummary"]), "")

    return str(stage.told("metrics of queues", done))


def dashboard(stage: Stage) -> str:
    """The dashboard has graphs of every actor: its body."""
    found = stage.target.client("cloudwatch").get_dashboard(DashboardName=stage.resources()["Dashboard"])
    body = found["DashboardBody"]
    expect(
        "without graphs",
        [each.name for each in stage.pipeline.chain.actors if f'"{stage.name}-{each.name}"' not in body],
        [],
    )
    return f"{len(json.loads(body)['widgets'])} graphs"


def drift(stage: Stage) -> str:
    """The stack is what the template says: CloudFormation's drift detection."""
    cloudformation = stage.target.client("cloudformation")
    asked = cloudformation.detect_stack_drift(StackName=stage.name)["StackDriftDetectionId"]
    look = partial(cloudformation.describe_stack_drift_detection_status, StackDriftDetectionId=asked)
    stage.until("detection", lambda: look()["DetectionStatus"], "DETECTION_COMPLETE")
    differing = {"StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"]}
    found = cloudformation.describe_stack_resource_drifts(StackName=stage.name, **differing)["StackResourceDrifts"]
    expect("drifted", [each["LogicalResourceId"] for each in found], [])
    return str(look()["StackDriftStatus"])


def cloudtrail(stage: Stage) -> str:
    """Nobody was refused a call about the stage: the account's events since it began."""

    def look() -> list[str]:
        pages = stage.target.client("cloudtrail").get_paginator("lookup_events").paginate(StartTime=stage.began)
        events = (each["CloudTrailEvent"] for page in pages for each in page["Events"])
        return [event for event in events if stage.name in event]

    events = stage.told("record of calls", look)
    expect("refused", [event for event in events if _DENIED.search(event)], [])
    return f"{len(events)} calls"
