"""A drill for every test, and one line a drill at the end.

`make drill` runs them all. The suite runs the one that tests/simulation cannot replace: processes that are killed.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.drills.drill import PICTURES_WANTED, Drill, drilling

_SAID = "account"
IN_THE_SUITE = "test_killed_actor.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/drills/") and "drill" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.journey)
            if item.path.name != IN_THE_SUITE and PICTURES_WANTED not in os.environ:
                item.add_marker(pytest.mark.skip(reason="`make drill` runs it"))


@pytest.fixture
def cloud_environment() -> dict[str, str]:
    """What is added to the cloud's own environment; a drill that needs something overrides it."""
    return {}


@pytest.fixture
def settings() -> dict[str, str]:
    """The stack's parameters; a drill that needs another one overrides it."""
    return {}


@pytest.fixture
def drill(
    tmp_path: Path,
    cloud_environment: dict[str, str],
    settings: dict[str, str],
    request: pytest.FixtureRequest,
    record_property: Any,
) -> Iterator[Drill]:
    began = time.monotonic()
    with drilling(tmp_path, cloud_environment, settings) as drill:
        yield drill
    if drill.taken:
        name = request.node.name.removeprefix("test_").replace("_", " ")
        record_property(_SAID, f"{name}: {drill.taken}, {time.monotonic() - began:.0f} s")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    said = [
        text
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, text in getattr(report, "user_properties", ())
        if name == _SAID and report.when == "teardown"
    ]
    if said:
        terminalreporter.section("drills")
        terminalreporter.write_line("\n".join(said))
