"""Ages and rates come from CloudWatch, or from what a ministack offers instead; what is not known is not guessed."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from brigade.flow import metrics
from brigade.flow.metrics import ActorMetrics, of_cloudwatch, of_ministack
from brigade.local import local_record
from brigade.local.cloud_process import LocalCloud
from brigade.local.local_cloud import free_port
from brigade.pipeline import Pipeline
from brigade.target import local_target
from infra import names
from services.chain import CHAIN
from services.ingest.actor import INGEST
from services.resize.actor import RESIZE
from tests.support.deployed import deploy


def query(metric: str, identity: str, statistic: str, queue: str) -> dict[str, Any]:
    return {
        "Id": identity,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/SQS",
                "MetricName": metric,
                "Dimensions": [{"Name": "QueueName", "Value": queue}],
            },
            "Period": 60,
            "Stat": statistic,
        },
    }


@pytest.mark.usefixtures("cloud")
def test_cloudwatch_is_asked_once_for_all_actors_and_its_newest_values_count() -> None:
    pipeline = deploy().pipeline
    cloudwatch = pipeline.target.client("cloudwatch")
    now = datetime.now().astimezone()
    queries = [
        query("ApproximateAgeOfOldestMessage", "oldest_ingest", "Maximum", "brigade-ingest"),
        query("NumberOfMessagesDeleted", "settled_ingest", "Sum", "brigade-ingest"),
        query("ApproximateAgeOfOldestMessage", "oldest_resize", "Maximum", "brigade-resize"),
        query("NumberOfMessagesDeleted", "settled_resize", "Sum", "brigade-resize"),
    ]
    asked = {"MetricDataQueries": queries, "StartTime": ANY, "EndTime": ANY, "ScanBy": "TimestampDescending"}
    minutes = [now, now - timedelta(minutes=1)]
    results = [
        {"Id": "oldest_ingest", "Label": "a", "Timestamps": minutes, "Values": [7.0, 90.0], "StatusCode": "Complete"},
        {"Id": "settled_ingest", "Label": "b", "Timestamps": minutes, "Values": [0.0, 5.0], "StatusCode": "Complete"},
        {"Id": "oldest_resize", "Label": "c", "Timestamps": [], "Values": [], "StatusCode": "Complete"},
    ]
    with Stubber(cloudwatch) as stub:
        stub.add_response("get_metric_data", {"MetricDataResults": results}, asked)
        found = of_cloudwatch(pipeline, [INGEST, RESIZE])
        stub.assert_no_pending_responses()
    assert found == {"ingest": ActorMetrics(7.0, 0.0), "resize": ActorMetrics(None, None)}


@pytest.mark.usefixtures("cloud")
def test_the_metrics_are_asked_for_whole_minutes_that_are_over() -> None:
    pipeline = deploy().pipeline
    asked: dict[str, Any] = {}
    cloudwatch = pipeline.target.client("cloudwatch")
    cloudwatch.meta.events.register(
        "provide-client-params.cloudwatch.GetMetricData", lambda params, **_: asked.update(params)
    )
    assert set(of_cloudwatch(pipeline, CHAIN.actors)) == {actor.name for actor in CHAIN.actors}
    assert (asked["EndTime"].second, asked["EndTime"].microsecond) == (0, 0)
    assert asked["EndTime"] - asked["StartTime"] == timedelta(minutes=5)


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(("is_ministack", "source"), [(False, "of_cloudwatch"), (True, "of_ministack")])
def test_who_has_no_ministack_asks_cloudwatch(is_ministack: bool, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = deploy().pipeline
    monkeypatch.setitem(vars(pipeline.target), "is_ministack", is_ministack)  # which it looks up once
    monkeypatch.setattr(metrics, source, lambda *_: {"ingest": ActorMetrics(1, 2)})
    assert metrics.measure(pipeline, [INGEST]) == {"ingest": ActorMetrics(1, 2)}


class TestMinistack:
    """Reading its queues and its log is shown in tests/journeys/test_operations.py; here, where there is nothing."""

    @pytest.fixture
    def pipeline(self, cloud: None) -> Pipeline:
        stack = deploy().pipeline.stack
        there = local_target(f"http://127.0.0.1:{free_port()}")
        return Pipeline(type(stack)(there, stack.name, stack.id, stack.status, stack.outputs))

    def record(self, pipeline: Pipeline, folder: Path, port: int | None = None) -> None:
        mine = int(str(pipeline.target.endpoint).rpartition(":")[2])
        local_record.record(LocalCloud(1, "", port or mine, "brigade-test", str(folder)))

    @pytest.mark.usefixtures("state")
    def test_a_server_that_does_not_answer_and_was_not_started_here_leaves_both_unknown(
        self, pipeline: Pipeline
    ) -> None:
        assert of_ministack(pipeline, [INGEST]) == {"ingest": ActorMetrics(None, None)}

    @pytest.mark.usefixtures("state")
    def test_another_clouds_log_does_not_count(self, pipeline: Pipeline, tmp_path: Path) -> None:
        self.record(pipeline, tmp_path, port=1)
        (tmp_path / "log").touch()
        assert of_ministack(pipeline, [INGEST]) == {"ingest": ActorMetrics(None, None)}

    @pytest.mark.usefixtures("state")
    def test_a_log_that_is_gone_leaves_the_rate_unknown(self, pipeline: Pipeline, tmp_path: Path) -> None:
        self.record(pipeline, tmp_path)
        assert of_ministack(pipeline, [INGEST]) == {"ingest": ActorMetrics(None, None)}

    @pytest.mark.usefixtures("state")
    def test_a_function_that_has_settled_nothing_has_a_rate_of_nothing(
        self, pipeline: Pipeline, tmp_path: Path
    ) -> None:
        self.record(pipeline, tmp_path)
        (tmp_path / "log").touch()
        assert pipeline.output(names.function(INGEST)) == "brigade-ingest"
        assert of_ministack(pipeline, [INGEST]) == {"ingest": ActorMetrics(None, 0)}
