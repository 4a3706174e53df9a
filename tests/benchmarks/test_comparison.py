"""The comparison's figures, from counts that are few enough to reckon by hand."""

from collections import Counter

import pytest

from benchmarks.instead import comparison
from benchmarks.instead.comparison import DONE, HALF, KNOWN, LOST, Seen
from benchmarks.instead.contenders import fate
from brigade.cost import measured, prices

RUN = measured.load().at("default", 12)
RECORD = {
    "key": {"S": "a.jpg"},
    "bytes": {"N": "9000000"},
    "renditions": {"L": [{"M": {"key": {"S": "a.jpg/w150"}, "bytes": {"N": "0"}}}]},
}
ALONE = Seen(
    waits={"s3": 2, "dynamodb": 4},
    alone_s=[1.0, 2.0, 3.0],
    pictures=4,
    wall_s=8.0,
    cpu_s=2.0,
    requests=Counter({"s3.GetObject": 4, "s3.PutObject": 40, "dynamodb.PutItem": 4}),
    record=RECORD,
    kills=3,
    fates=Counter({DONE: 2, LOST: 1}),
)
OURS = Seen(alone_s=[1.0, 1.0], pictures=2, wall_s=1.0, cpu_s=1.0, requests=Counter({"s3.GetObject": 8}))
SEEN = {"ours": OURS, "alone": ALONE}


def test_speed_and_losses() -> None:
    speed, _, losses = comparison.tables(SEEN, RUN)
    assert [row[2] for row in speed.rows] == ["2.00 s", "2.90 s", "0.50", "0.50 s"]
    assert [row[2] for row in losses.rows] == ["3", "2", "0", "0", "1"]


def test_requests_are_of_one_picture_and_only_queues_have_a_poller() -> None:
    assert comparison.requests(ALONE, RUN) == {"s3.GetObject": 1, "s3.PutObject": 10, "dynamodb.PutItem": 1}
    messages = sum(work.messages for work in RUN.actors.values())
    assert comparison.requests(OURS, RUN) == {"s3.GetObject": 4, "sqs, Lambda's poller": 2 * messages}


def test_a_single_function_pays_for_requests_and_time_alone() -> None:
    price, assumed = prices.load().per_million, prices.load().assumed
    seconds = 0.5 / assumed.core_speed + 0.04 + 0.02 + 9 / assumed.s3_megabytes_s
    asked = price.s3_get + 10 * price.s3_put + price.dynamodb_write + price.lambda_request
    logged = assumed.platform_line * prices.load().per_gb.logs / 1e9 * 1e6
    expected = asked + logged + seconds * comparison.MEMORY_MB / 1024 * price.lambda_gb_second
    assert comparison.million(ALONE, RUN, batched=False) == pytest.approx(expected)
    assert comparison.million(ALONE, RUN, batched=True) == pytest.approx(expected)
    assert comparison.million(OURS, RUN, batched=True) < comparison.million(OURS, RUN, batched=False)


def test_a_picture_is_lost_only_where_nothing_tells_of_it() -> None:
    assert [fate(each, {"a"}, {"a", "b"}, {"b", "c"}) for each in "abcd"] == [DONE, KNOWN, HALF, LOST]
