"""One trace from upload to catalog, and what an operator sees of it."""

import json
from typing import Any

import pytest

from tests.support import pictures
from tests.support.journey import Brigade, Journey, until

pytestmark = pytest.mark.usefixtures("own_cloud")


def known(brigade: Brigade, what: str) -> list[dict[str, Any]]:
    """Return the segments that have been collected so far."""
    said = brigade("trace", what, "--json", code=None)
    found: list[dict[str, Any]] = json.loads(said) if said.startswith("[") else []
    return found


def segments(brigade: Brigade, what: str, actors: set[str]) -> list[dict[str, Any]]:
    """Return a trace's segments, once all of these actors' are there: the last datagram follows the last event."""

    def found() -> list[dict[str, Any]] | None:
        heard = known(brigade, what)
        return heard if {line(each, heard) for each in heard} >= actors else None

    answer: list[dict[str, Any]] = until(found, f"segments of {actors}")
    return answer


def line(segment: dict[str, Any], among: list[dict[str, Any]]) -> str:
    """Return the actors from the first one to this segment's."""
    above = [each for each in among if each["id"] == segment["parent_id"]]
    return f"{line(above[0], among)} {segment['actor']}" if above else str(segment["actor"])


def test_a_pictures_way_is_one_tree_of_segments(journey: Journey, brigade: Brigade) -> None:
    image = journey.put("in/traced.jpg", pictures.jpeg())
    journey.settled(image)
    way = {
        "ingest",
        "ingest catalog",
        "ingest describe",
        "ingest describe catalog",
        "ingest normalize",
        "ingest normalize resize",
        "ingest normalize resize catalog",
        "relay",  # which the table feeds, and no message of another actor's
    }
    found = segments(brigade, "in/traced.jpg", way)
    known = {actor for step in way for actor in step.split()}  # an actor that is new goes a way of its own
    lines = [line(each, found) for each in found]
    assert sorted(each for each in lines if known.issuperset(each.split())) == sorted(way)
    assert len(lines) == len(set(lines))
    assert len({each["trace_id"] for each in found}) == 1
    assert {each["actor"] for each in found if each["parent_id"] is None} == {"ingest", "relay"}
    assert {(each["image_id"], each["key"], each["attempt"]) for each in found} == {(image.id, "in/traced.jpg", 1)}
    assert all(each["began"] <= each["ended"] for each in found)
    stages = journey.record(image.id)["stages"]
    for each in found:
        if each["actor"] in stages:
            assert each["queued_ms"] == stages[each["actor"]]["queued_ms"]
            assert each["worked_ms"] >= stages[each["actor"]]["worked_ms"]

    drawn = brigade("trace", image.id)
    assert drawn.startswith("picture  in/traced.jpg")
    assert drawn.count("catalog") == 3
    assert brigade("trace", found[0]["trace_id"]) == drawn


def test_a_pictures_failure_stands_in_its_trace(journey: Journey, brigade: Brigade) -> None:
    journey.settled(journey.put("in/torn.jpg", pictures.truncated_jpeg()))
    found = segments(
        brigade, "in/torn.jpg", {"ingest", "ingest catalog", "ingest normalize", "ingest normalize catalog"}
    )
    (failure,) = [each["failure"] for each in found if each["failure"]]
    assert failure["reason"] == "corrupt-image"
    (drawn,) = [row for row in brigade("trace", "in/torn.jpg").splitlines() if row.startswith("normalize, attempt 1")]
    assert f"corrupt-image: {failure['detail']}"[:40] in drawn


def test_a_redriven_picture_goes_on_in_its_trace(journey: Journey, brigade: Brigade) -> None:
    """Even at ingest, whose messages bring no envelope that would carry it."""
    image = journey.put("in/a-text.jpg", pictures.text_named_jpg())
    journey.settled(image)

    def failed() -> list[dict[str, Any]]:
        return [each for each in known(brigade, image.id) if each["actor"] == "ingest" and each["failure"]]

    until(lambda: json.loads(brigade("dlq", "show", "ingest", "--image", image.id, "--json")), "its dead letter")
    brigade("dlq", "redrive", "ingest", "--image", image.id, "--yes", "--watch", "0", code=None)
    first, second = until(lambda: len(found := failed()) == 2 and found, "it to fail again")
    assert first["trace_id"] == second["trace_id"]
    assert first["parent_id"] is second["parent_id"] is None


def test_what_has_no_trace_is_said_in_one_line(journey: Journey, brigade: Brigade) -> None:
    assert "error: the catalog knows no picture 'in/nowhere.jpg'" in brigade("trace", "in/nowhere.jpg", code=1)
    assert "error: nothing is known of trace 1-5759e988-" in brigade(
        "trace", "5759e988bd862e3fe1be46a994272793", code=1
    )
