"""An actor is stopped and started by its event source mapping, and it is said when that is so."""

import pytest

from brigade import target
from brigade.flow import mappings
from brigade.terminal import OperatorError
from services.chain import CHAIN
from services.ingest.actor import INGEST
from services.resize.actor import RESIZE
from tests.support.deployed import Deployed, deploy


@pytest.fixture
def deployed(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    monkeypatch.setattr(target.Target, "poll_s", 0)
    return deploy()


def switched(deployed: Deployed, *actors: str, on: bool, patience_s: float = 60) -> dict[str, bool]:
    chosen = [CHAIN.actor(name) for name in actors]
    changes = mappings.switch(deployed.pipeline, chosen, on=on, patience_s=patience_s)
    return {actor.name: changed for actor, changed in changes}


def test_the_mapping_from_the_actors_own_queue_is_found(deployed: Deployed) -> None:
    deployed.functions.feed(RESIZE, ScalingConfig={"MaximumConcurrency": 7})
    assert mappings.find(deployed.pipeline, RESIZE) == mappings.Mapping(("resize",), "Enabled", 7)
    assert mappings.find(deployed.pipeline, INGEST).at_once is None


def test_an_actor_without_a_mapping_is_an_error(deployed: Deployed) -> None:
    del deployed.functions.mappings["resize"]
    with pytest.raises(OperatorError, match=r"nothing feeds resize from its queue.* — destroy and deploy again"):
        mappings.find(deployed.pipeline, RESIZE)


def test_an_actor_that_the_stack_does_not_have_yet_is_an_error(deployed: Deployed) -> None:
    del deployed.pipeline.stack.outputs["ResizeFunction"]
    with pytest.raises(OperatorError, match="stack brigade has no ResizeFunction — `brigade deploy` brings it up to"):
        mappings.find(deployed.pipeline, RESIZE)


@pytest.mark.parametrize("on", [False, True])
def test_it_is_done_when_aws_says_so(deployed: Deployed, on: bool) -> None:
    deployed.functions.slowness = 3
    switched(deployed, "resize", on=not on)
    assert switched(deployed, "resize", "ingest", on=on) == {"resize": True, "ingest": not on}
    states = {name: deployed.functions.mappings[name]["State"] for name in ("resize", "ingest")}
    assert set(states.values()) == {"Enabled" if on else "Disabled"}


def test_what_is_so_already_is_not_asked_for(deployed: Deployed) -> None:
    assert switched(deployed, "resize", "resize", on=True) == {"resize": False}
    assert deployed.functions.changes == []


def test_a_change_that_somebody_else_has_begun_ends_first(deployed: Deployed) -> None:
    deployed.functions.feed(RESIZE, "Disabling")
    deployed.functions.ways["resize"] = ["Disabling", "Disabled"]
    assert switched(deployed, "resize", on=True) == {"resize": True}
    assert deployed.functions.changes == [("resize", True)]


def test_what_takes_too_long_is_an_error_that_names_it(deployed: Deployed) -> None:
    deployed.functions.feed(RESIZE, "Disabling")
    with pytest.raises(OperatorError, match="resize is still disabling — `brigade status` shows when that is done"):
        switched(deployed, "resize", on=False, patience_s=0)


def test_paused_actors_are_named(deployed: Deployed) -> None:
    assert mappings.paused(deployed.pipeline) == []
    switched(deployed, "resize", "ingest", on=False)
    assert mappings.paused(deployed.pipeline) == ["ingest", "resize"]
