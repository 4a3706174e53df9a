"""What a stack costs by the month, whatever goes through it."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as but

from brigade.cost import monthly, prices
from kit import metrics
from kit.actor import Actor
from kit.chain import Chain, says
from kit.envelope import decode, encode
from kit.events import ImageIngested, ImageNormalized, ImageUploaded
from services.chain import CHAIN
from tools.examples import envelope

LIST = but(prices.load(), per_month=prices.PerMonth(alarm=0.5, dashboard=2.0, metric=0.25))
LOOK = Actor(name="look", purpose="Looks", hears=(ImageUploaded,), says=(ImageIngested,))
SMALL = Chain(origin=ImageUploaded, actors=(LOOK,))


def of(chain: Chain) -> dict[str, tuple[int, float]]:
    return {each.what: (each.number, each.usd) for each in monthly.monthly(chain, LIST)}


def test_a_small_stack_can_be_followed_by_hand() -> None:
    # Seven alarms of an actor, SNS's two, and the summary's; times, pictures and bytes in.
    assert of(SMALL) == {"alarms": (10, 5.0), "dashboards": (1, 2.0), "custom metrics": (4, 1.0)}


def test_another_actor_adds_its_alarms_and_metrics() -> None:
    make = Actor(name="make", purpose="Makes", hears=(ImageIngested,), says=(ImageNormalized,))
    mute = Actor(name="mute", purpose="Keeps silent", hears=(ImageIngested,))
    assert of(replace(SMALL, actors=(LOOK, make)))["custom metrics"] == (8, 2.0)
    assert of(replace(SMALL, actors=(LOOK, mute))) == {**of(SMALL), "alarms": (17, 8.5)}


def read(line: dict[str, Any]) -> set[tuple[str, ...]]:
    """Return the metrics of a line, as CloudWatch tells them apart: by name and dimensions."""
    directives = line.get("_aws", {"CloudWatchMetrics": []})["CloudWatchMetrics"]
    return {
        (metric["Name"], *(line[name] for name in names))
        for directive in directives
        for names in directive["Dimensions"]
        for metric in directive["Metrics"]
    }


@pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)
def test_the_metrics_are_those_that_an_actors_lines_carry(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", actor.name)
    emitted: set[tuple[str, ...]] = set()
    for kind in says(actor):
        said, event = decode(encode(envelope(kind, actor.name)), [kind])
        emitted |= read(metrics.measured(event, said))
    assert emitted == {(name, actor.name) for name in monthly.metrics(actor)}


def test_every_reason_is_one_metric_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "look")
    given_up = [metrics.given_up(reason) for reason in ("too-large", "too-large", "corrupt-image")]
    assert len(set().union(*map(read, given_up))) == 2
    assert metrics.REJECTED not in monthly.metrics(LOOK)
