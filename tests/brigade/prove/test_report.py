"""The report of a run."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brigade.prove.item import Result
from brigade.prove.report import summary, usd_at_most, write
from brigade.prove.stage import Stage
from brigade.target import Target
from tests.support.moto import ACCOUNT, REGION

RESULTS = [
    Result("deploy", "It is made: once.", "proved", "156 resources", 61.2),
    Result("roles", "Nobody may: asked.", "failed", f"arn:aws:iam::{ACCOUNT}:role/a: expected x,\nsaw a | b", 1),
]


@pytest.mark.usefixtures("cloud")
def test_it_is_markdown_and_json_with_the_end_of_the_accounts_number(tmp_path: Path) -> None:
    stage = Stage(
        Target(REGION), "brigade-prove-aaaa", datetime(2026, 11, 27, 23, 10, tzinfo=UTC), Counter({"s3:PutObject": 2})
    )
    path = write(tmp_path / "new", stage, RESULTS)
    assert path.name == f"2026-11-27T23-10-00-{REGION}.md"
    page, facts = path.read_text(encoding="utf-8"), path.with_suffix(".json").read_text(encoding="utf-8")
    assert ACCOUNT not in page + facts
    assert page.startswith(f"# Proved on AWS account …{ACCOUNT[-4:]} in {REGION}, 2026-11-27T23:10:00Z\n")
    assert "1 proved, 1 failed, 0 not seen." in page
    assert "| deploy | It is made: once. | proved | 156 resources | 61.2 |" in page
    assert f"| arn:aws:iam::…{ACCOUNT[-4:]}:role/a: expected x, saw a \\| b | 1 |" in page
    told = json.loads(facts)
    assert [item["outcome"] for item in told["items"]] == ["proved", "failed"]
    assert told["requests"] == {"s3:PutObject": 2}


def test_what_it_cost_grows_with_pictures_requests_and_time() -> None:
    nothing = usd_at_most(Counter(), 0)
    assert nothing == 0
    assert usd_at_most(Counter({"s3:PutObject": 10}), 0) > usd_at_most(Counter({"s3:GetObject": 10}), 0) > 0
    assert usd_at_most(Counter(), 2) == pytest.approx(2 * usd_at_most(Counter(), 1))


def test_a_summary_counts_every_outcome() -> None:
    assert summary(RESULTS) == "1 proved, 1 failed, 0 not seen"
