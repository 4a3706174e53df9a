"""The dashboard: every actor has its row, and all that it shows is there."""

import json
import re
from typing import Any

import pytest

from infra.dashboard import COLUMNS
from kit import metrics
from kit.actor import Actor
from tests.support.stack import WHOLE, Stack, ref

STACK = Stack()
(DASHBOARD,) = STACK.of("CloudWatch::Dashboard").values()


def resolved(*conditions: str) -> dict[str, Any]:
    """Return the body as CloudFormation leaves it, for a stack named demo with these conditions."""
    text, variables = DASHBOARD["DashboardBody"]["Fn::Sub"]
    known = {"AWS::StackName": "demo", "AWS::Region": "eu-west-1"}
    known |= {"Alarms": joined(variables["Alarms"], conditions), "PortalApi": "api"}
    _, row, nothing = variables["PortalRow"]["Fn::If"]

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in known:
            return known[name]
        raise AssertionError(name)

    text = text.replace("${PortalRow}", row["Fn::Sub"] if "PortalIsOn" in conditions else nothing)
    body: dict[str, Any] = json.loads(re.sub(r"\$\{([^}]+)\}", value, text))
    return body


def joined(join: dict[str, Any], conditions: tuple[str, ...]) -> str:
    """Return what Fn::Join makes of ARNs, some of which depend on a condition."""
    between, values = join["Fn::Join"]
    chosen = []
    for value in values:
        condition, given, absent = value.get("Fn::If", ("", value, None))
        chosen.append(given if condition in ("", *conditions) else absent)
    return str(between).join(f"arn:{value['Fn::GetAtt'][0]}" for value in chosen if value != ref("AWS::NoValue"))


WIDGETS: list[dict[str, Any]] = resolved()["widgets"]


def test_its_name_is_of_stack_and_region_for_dashboards_are_of_all_regions() -> None:
    assert DASHBOARD["DashboardName"] == {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}


def test_widgets_stand_side_by_side_and_none_covers_another() -> None:
    places = {(widget["x"], widget["y"]) for widget in WIDGETS}
    assert len(places) == len(WIDGETS) == 4 * (1 + len(WHOLE.actors))
    assert all(widget["x"] + widget["width"] <= COLUMNS for widget in WIDGETS)
    assert {widget["height"] for widget in WIDGETS} == {6}


def test_the_portals_row_stands_below_where_there_is_a_portal() -> None:
    *others, answers, times, functions = resolved("PortalIsOn")["widgets"]
    assert [each["properties"]["title"] for each in others] == [each["properties"]["title"] for each in WIDGETS]
    assert {each["y"] for each in (answers, times, functions)} == {max(each["y"] for each in WIDGETS) + 6}
    shown = [line[:4] for widget in (answers, times, functions) for line in widget["properties"]["metrics"]]
    assert shown == [
        *(["AWS/ApiGateway", name, "ApiId", "api"] for name in ("Count", "4xx", "5xx", "Latency", "Latency")),
        *(["AWS/Lambda", name, "FunctionName", "demo-portal"] for name in ("ConcurrentExecutions", "Throttles")),
        [metrics.NAMESPACE, metrics.MAILS_REFUSED, "FunctionName", "demo-portal"],
    ]


@pytest.mark.parametrize("actor", WHOLE.actors, ids=lambda actor: actor.name)
def test_an_actors_row_shows_queue_age_rate_and_times(actor: Actor) -> None:
    mine = [widget for widget in WIDGETS if widget["properties"]["title"].startswith(f"{actor.name}:")]
    lines = [line for widget in mine for line in widget["properties"]["metrics"]]
    shown = [(line[0], line[1], line[3]) for line in lines if len(line) > 1]
    queue, function = f"demo-{actor.name}", f"demo-{actor.name}"
    assert shown == [
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue),
        ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", queue),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage", queue),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", f"{queue}-dead-letters"),
        ("AWS/SQS", "NumberOfMessagesSent", queue),
        ("AWS/SQS", "NumberOfMessagesDeleted", queue),
        (metrics.NAMESPACE, metrics.QUEUED, function),
        (metrics.NAMESPACE, metrics.WORKED, function),
        (metrics.NAMESPACE, metrics.WORKED, function),
        ("AWS/Lambda", "Duration", function),
        *([("AWS/Lambda", "IteratorAge", function)] if actor.stream else []),
    ]
    (by_reason,) = [line[0]["expression"] for line in lines if len(line) == 1]
    assert f'MetricName="Rejected" FunctionName="{function}"' in by_reason


def test_queues_and_functions_are_named_as_the_template_names_them() -> None:
    for actor in WHOLE.actors:
        named = {"Fn::Sub": f"${{AWS::StackName}}-{actor.name}"}
        assert STACK.properties(f"{actor.name.capitalize()}Queue")["QueueName"] == named
        assert STACK.properties(f"{actor.name.capitalize()}Function")["FunctionName"] == named
        dead = STACK.properties(f"{actor.name.capitalize()}DeadLetterQueue")["QueueName"]
        assert dead == {"Fn::Sub": f"${{AWS::StackName}}-{actor.name}-dead-letters"}


def test_rejections_are_found_by_reason() -> None:
    (widget,) = [widget for widget in WIDGETS if widget["properties"]["title"] == "rejected by reason"]
    asked = [line[0] for line in widget["properties"]["metrics"]]
    assert len(asked) == len(WHOLE.actors)
    schema = "{BucketBrigade,FunctionName,Reason}"
    expression = f"""SEARCH('{schema} MetricName="Rejected" FunctionName="demo-ingest"', 'Sum', 60)"""
    assert asked[0] == {"expression": expression, "label": "ingest: ${PROP('Dim.Reason')}"}


def shown_alarms(*conditions: str) -> set[str]:
    (widget,) = [widget for widget in resolved(*conditions)["widgets"] if widget["type"] == "alarm"]
    shown = widget["properties"]["alarms"]
    assert len(set(shown)) == len(shown)
    return {arn.removeprefix("arn:") for arn in shown}


def test_all_alarms_that_there_are_are_shown() -> None:
    every = STACK.of("CloudWatch::Alarm").keys()
    assert shown_alarms("EmailIsGiven", "PortalIsOn") == every
    assert shown_alarms() == {name for name in every if "Condition" not in STACK.resources[name]} < every
