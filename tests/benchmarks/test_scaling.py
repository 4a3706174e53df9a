"""The arithmetic of docs/scaling.md, and the simulation against what `make load` measured."""

import json
from typing import Any

import pytest

from benchmarks import scaling
from benchmarks.load_report import RAW
from benchmarks.scaling_model import SHARDS, Model
from brigade.cost import measured, prices
from services.chain import CHAIN

MODEL = Model.whole(CHAIN, measured.load(), 12, prices.load())
RESIZE, CATALOG = CHAIN.actor("resize"), CHAIN.actor("catalog")
LOADS = json.loads(RAW.read_text(encoding="utf-8"))


@pytest.mark.parametrize("load", LOADS, ids=lambda load: str(load["name"]))
def test_the_simulation_drains_a_load_as_the_local_cloud_did(load: dict[str, Any]) -> None:
    assert scaling.simulated_s(load, MODEL) == pytest.approx(scaling.measured_s(load), rel=0.15)


def test_invocations_at_a_time_are_arrivals_times_seconds() -> None:
    assert MODEL.at_once(RESIZE, 60) == pytest.approx(sum(MODEL.seconds(RESIZE)))
    assert MODEL.at_once(RESIZE, 6_000) == pytest.approx(100 * MODEL.at_once(RESIZE, 60))


def test_a_picture_goes_the_way_that_its_events_take() -> None:
    assert {"normalize", "catalog"} <= set(MODEL.heard_by(CHAIN.actor("ingest")))
    assert MODEL.heard_by(CHAIN.actor("normalize")) == ("resize",)  # of what nobody moderates, resize tells the catalog
    assert MODEL.heard_by(RESIZE) == ("catalog",)
    assert MODEL.passes_on(CATALOG) == (("resize", "relay"),)
    assert MODEL.heard_by(CHAIN.actor("relay")) == ("archive",)
    assert MODEL.heard_by(CHAIN.whole.actor("archive")) == ("catalog",)  # and not itself: the original is kept


def test_each_actor_gets_the_messages_that_a_picture_has_for_it() -> None:
    seen = scaling.simulated(MODEL, 0, [0.0] * 100)
    assert {name: len(each.waited_s) for name, each in seen.items()} == {
        actor.name: 100 * MODEL.messages(actor) for actor in MODEL.actors
    }


def test_a_stream_is_read_by_its_shards_and_the_portal_by_what_it_passes_on() -> None:
    relay = CHAIN.actor("relay")
    assert MODEL.servers(relay) == SHARDS
    met = {row[0].partition(":")[0]: row[-1] for row in scaling.quotas(MODEL).rows}
    assert met["relay"] == f"{SHARDS / MODEL.at_once(relay, 1):,.0f}"
    (portal,) = CHAIN.apis
    assert met["portal"] == f"{portal.requests_a_second / scaling.PORTAL_REQUESTS * 60:,.0f}"


def test_actors_that_a_picture_does_not_meet_are_left_out() -> None:
    assert "retire" not in [actor.name for actor in MODEL.actors]
    assert RESIZE in MODEL.actors


def test_quotas_stand_in_the_order_in_which_they_are_met() -> None:
    met = [float(row[-1].replace(",", "")) for row in scaling.quotas(MODEL).rows]
    assert met == sorted(met)
    assert met[0] > 0


def test_a_table_has_a_row_for_every_actor_and_rate() -> None:
    actors = [actor.name for actor in MODEL.actors]
    assert [row[0].split()[0] for row in scaling.concurrency(MODEL).rows] == [*actors, "all"]
    assert [row[0] for row in scaling.backlog(MODEL).rows] == actors
    assert [row[0] for row in scaling.rates(MODEL).rows] == [f"{rate:,}" for rate in scaling.RATES]


def test_what_is_simulated_comes_as_often_as_is_said() -> None:
    arrivals = scaling.chance(10, 5_000)
    assert arrivals == sorted(arrivals)
    assert arrivals[-1] == pytest.approx(500, rel=0.05)
