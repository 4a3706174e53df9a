"""The cloud is restarted while all pictures are between two stages."""

from functools import partial
from pathlib import Path

import pytest

from brigade.flow import mappings
from services.chain import CHAIN
from tests.drills.drill import Drill, patiently

STAGES = [CHAIN.actor(name) for name in ("normalize", "resize", "catalog")]
OTHERS = [actor for actor in CHAIN.actors if actor.name != "ingest" and actor not in STAGES]


@pytest.fixture
def cloud_environment(tmp_path: Path) -> dict[str, str]:
    """What lets a cloud keep its state in a folder, for a later cloud on the same port."""
    places = {"STATE_DIR": tmp_path / "kept" / "state", "S3_DATA_DIR": tmp_path / "kept" / "objects"}
    return {"PERSIST_STATE": "1", "S3_PERSIST": "1"} | {name: str(place) for name, place in places.items()}


def test_the_cloud_is_restarted_between_stages(drill: Drill) -> None:
    drill.one_at_once()  # every start of a process costs
    list(mappings.switch(drill.pipeline, [*STAGES, *OTHERS], on=False))
    drill.upload()
    entered = sum(drill.recipes.match(key) is not None for key in drill.uploads.values())
    patiently(drill.waiting, lambda waiting: waiting["catalog"] == entered)  # ingest has had a word on each
    # The stream's records do not survive: what catalog writes after the last restart is what relay says.
    for actor in STAGES:
        drill.restart()
        before = drill.waiting()
        assert before[actor.name] > 0, f"{actor.name} had nothing left to do"
        list(mappings.switch(drill.pipeline, [actor], on=True))
        patiently(partial(drill.count, drill.queues[actor.name]), lambda count: count == 0)
    list(mappings.switch(drill.pipeline, OTHERS, on=True))
    account = drill.account()
    assert account.wrong == []
