"""One dashboard: a row an actor, drawn from the chain.

Widgets: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from typing import Any

from troposphere import GetAtt, If, Join, NoValue, Sub, cloudwatch

from infra import names
from infra.alarms import PERIOD_S, alarms
from kit import metrics
from kit.actor import Actor, HttpApi
from kit.chain import Chain
from kit.events import ImageSettled

COLUMNS = 24
HEIGHT = 6
_WIDTH = COLUMNS // 4
_ALARMS = "Alarms"

Widget = dict[str, Any]


def dashboard(chain: Chain) -> list[cloudwatch.Dashboard]:
    """Return the dashboard. Dashboards are global, so its name has the stack and the region in it."""
    rows = [_overview(chain), *(_row(actor) for actor in chain.actors)]
    widgets = [widget for row, widgets in enumerate(rows) for widget in _placed(widgets, row)]
    below = {names.part(api, "Row"): _row_of_api(api, len(rows) + n) for n, api in enumerate(chain.apis)}
    listed = json.dumps(widgets, sort_keys=True)[1:-1] + "".join(f"${{{row}}}" for row in below)
    body = Sub(f'{{"widgets": [{listed}]}}', {_ALARMS: _arns(chain), **below})
    return [cloudwatch.Dashboard("Dashboard", DashboardName=Sub(names.deployed("${AWS::Region}")), DashboardBody=body)]


def _placed(widgets: list[Widget], row: int) -> list[Widget]:
    size = {"y": row * HEIGHT, "width": _WIDTH, "height": HEIGHT}
    return [{**widget, "x": column * _WIDTH, **size} for column, widget in enumerate(widgets)]


def _row_of_api(api: HttpApi, row: int) -> If:
    """Return the row of a function behind an HTTP API as text that follows other widgets; empty where it is off."""
    widgets = [
        _chart(f"{api.name}: answers a minute", [_api(api, name, "Sum") for name in ("Count", "4xx", "5xx")]),
        _chart(f"{api.name}: milliseconds", [_api(api, "Latency", "p50"), _api(api, "Latency", "p95")]),
        _chart(
            f"{api.name}: requests at a time, and what was refused",
            [
                _lambda(api.name, "ConcurrentExecutions", "at a time"),
                _lambda(api.name, "Throttles", "throttled"),
                _ours(api.name, metrics.MAILS_REFUSED, "Sum", label="mails refused"),
            ],
        ),
    ]
    text = ", ".join(json.dumps(widget, sort_keys=True) for widget in _placed(widgets, row))
    return If(names.is_on(api), Sub(f", {text}"), "")


def _api(api: HttpApi, metric: str, statistic: str) -> list[Any]:
    return _metric(["AWS/ApiGateway", metric, "ApiId", f"${{{names.api(api)}}}"], statistic, f"{metric} {statistic}")


def _arns(chain: Chain) -> Join:
    """Return the ARNs of a deployment's alarms, joined by quotes and commas for a JSON list."""
    found = [each for each in alarms(chain) if isinstance(each, cloudwatch.Alarm)]
    return Join('", "', [_arn(alarm) for alarm in found])


def _arn(alarm: cloudwatch.Alarm) -> Any:
    arn, condition = GetAtt(alarm.title, "Arn"), alarm.resource.get("Condition")
    return If(condition, arn, NoValue) if condition else arn


def _overview(chain: Chain) -> list[Widget]:
    tellers = [actor.name for actor in chain.actors if ImageSettled in actor.says]
    ready = [_ours(name, metrics.READY, "Sum", label="ready") for name in tellers]
    dead = [
        _queue(f"{actor.name}-dead-letters", "ApproximateNumberOfMessagesVisible", actor.name) for actor in chain.actors
    ]
    dead.append(_queue(names.UNDELIVERED, "ApproximateNumberOfMessagesVisible", names.UNDELIVERED))
    refused = [_search(actor.name) for actor in chain.actors]
    return [
        _chart("pictures ready a minute", ready),
        _chart("dead letters", dead, stacked=True),
        _chart("rejected by reason", refused, stacked=True),
        {"type": "alarm", "properties": {"title": "alarms", "alarms": [f"${{{_ALARMS}}}"]}},
    ]


def _row(actor: Actor) -> list[Widget]:
    name, dead = actor.name, f"{actor.name}-dead-letters"
    return [
        _chart(
            f"{name}: waiting, and seconds of the oldest",
            [
                _queue(name, "ApproximateNumberOfMessagesVisible", "waiting"),
                _queue(name, "ApproximateNumberOfMessagesNotVisible", "in flight"),
                _on_the_right(_queue(name, "ApproximateAgeOfOldestMessage", "oldest, s")),
            ],
        ),
        _chart(
            f"{name}: dead letters, and given up by reason",
            [_queue(dead, "ApproximateNumberOfMessagesVisible", "dead letters"), _search(name)],
        ),
        _chart(
            f"{name}: messages a minute",
            [
                _queue(name, "NumberOfMessagesSent", "arrived", "Sum"),
                _queue(name, "NumberOfMessagesDeleted", "settled", "Sum"),
            ],
        ),
        _chart(
            f"{name}: milliseconds",
            [
                _ours(name, metrics.QUEUED, "p95", label="queued p95"),
                _ours(name, metrics.WORKED, "p50", label="worked p50"),
                _ours(name, metrics.WORKED, "p95", label="worked p95"),
                _lambda(name, "Duration", "longest invocation"),
                *([_lambda(name, "IteratorAge", "oldest change in the stream")] if actor.stream else []),
            ],
        ),
    ]


def _named(name: str) -> str:
    return names.deployed(name)


def _lambda(name: str, metric: str, label: str) -> list[Any]:
    return _metric(["AWS/Lambda", metric, "FunctionName", _named(name)], "Maximum", label)


def _queue(name: str, metric: str, label: str, statistic: str = "Maximum") -> list[Any]:
    return _metric(["AWS/SQS", metric, "QueueName", _named(name)], statistic, label)


def _ours(actor: str, metric: str, statistic: str, label: str) -> list[Any]:
    return _metric([metrics.NAMESPACE, metric, metrics.FUNCTION, _named(actor)], statistic, label)


def _search(actor: str) -> list[Any]:
    """Return a search that finds every reason which an actor has given."""
    schema = f"{{{metrics.NAMESPACE},{metrics.FUNCTION},{metrics.REASON}}}"
    asked = f'{schema} MetricName="{metrics.REJECTED}" {metrics.FUNCTION}="{_named(actor)}"'
    label = f"{actor}: ${{!PROP('Dim.{metrics.REASON}')}}"  # "${!" is Sub's way to leave "${" as it is
    return [{"expression": f"SEARCH('{asked}', 'Sum', {PERIOD_S})", "label": label}]


def _metric(path: list[str], statistic: str, label: str) -> list[Any]:
    return [*path, {"stat": statistic, "label": label}]


def _on_the_right(line: list[Any]) -> list[Any]:
    *path, options = line
    return [*path, options | {"yAxis": "right"}]


def _chart(title: str, lines: list[list[Any]], *, stacked: bool = False) -> Widget:
    properties = {
        "title": title,
        "metrics": lines,
        "period": PERIOD_S,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "stacked": stacked,
        "yAxis": {"left": {"min": 0}},
    }
    return {"type": "metric", "properties": properties}
