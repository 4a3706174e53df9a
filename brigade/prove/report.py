"""The report of a run: what came of every item, where and when, and what it cost."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from brigade.cost import estimate, measured, monthly, prices
from brigade.prove.item import FAILED, NOT_SEEN, PROVED, Result
from brigade.prove.stage import Stage
from brigade.release import release
from services.chain import CHAIN

# US dollars: CloudWatch's, the dearest request that is made. https://aws.amazon.com/cloudwatch/pricing/
_REQUEST = 10 / 1e6


def summary(results: Sequence[Result]) -> str:
    """Return how many items came to what."""
    counts = Counter(result.outcome for result in results)
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in (PROVED, FAILED, NOT_SEEN))


def usd_at_most(asked: Counter[str], hours: float) -> float:
    """Return what a run costs on AWS at most: all that is sent as large pictures one by one, all requests as dear ones.

    That leaves room for functions' starts and empty polls. What a stack costs by the month is paid by the hour.
    """
    listed = prices.load()
    lines = estimate.estimate(measured.load().at("default", 12, turned=1), listed, CHAIN, batched=False)
    sent = asked["s3:PutObject"] + asked["sqs:SendMessage"]
    standing = sum(each.usd for each in monthly.monthly(CHAIN, listed)) * hours / (30 * 24)
    return sent * sum(line.usd for line in lines) / 1e6 + asked.total() * _REQUEST + standing


def write(folder: Path, stage: Stage, results: Sequence[Result]) -> Path:
    """Write it as Markdown, whose path is returned, and as JSON. Of an account's number it has the last digits."""
    seconds = (datetime.now(UTC) - stage.began).total_seconds()
    facts = {
        "where": stage.target.describe(),
        "release": release(),
        "began": f"{stage.began:%Y-%m-%dT%H:%M:%SZ}",
        "seconds": round(seconds),
        "usd_at_most_on_aws": round(usd_at_most(stage.asked, seconds / 3600), 3),
        "stage": stage.name,
    }
    rows = (
        " | ".join(" ".join(str(cell).split()).replace("|", "\\|") for cell in asdict(each).values())
        for each in results
    )
    page = [f"# Proved on {facts['where']}, {facts['began']}", "", f"{summary(results)}.", ""]
    page += [f"- {name}: {value}" for name, value in facts.items()]
    page += ["", "| item | what it proves: how | outcome | what was seen | seconds |", "| --- " * 5 + "|"]
    page += [f"| {row} |" for row in rows]
    everything = facts | {"items": [asdict(each) for each in results], "requests": stage.asked}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stage.began:%Y-%m-%dT%H-%M-%S}-{'local' if stage.target.is_local else stage.target.region}.md"
    texts = {".md": "\n".join(page), ".json": json.dumps(everything, indent=2, ensure_ascii=False)}
    for suffix, text in texts.items():
        short = text.replace(stage.target.account, f"…{stage.target.account[-4:]}")
        path.with_suffix(suffix).write_text(f"{short}\n", encoding="utf-8")
    return path
