"""Packages for this machine's Python and processor, made once: pip fetches the wheels."""

import platform
import sys
from pathlib import Path

import pytest

from brigade.deploy import packages
from imaging.recipes import DEFAULT_PATH
from infra.libraries import Platform
from services.chain import CHAIN

Built = dict[str, bytes]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.xdist_group("packages"))


@pytest.fixture(scope="session")
def this_machine() -> Platform:
    architecture = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    return Platform(architecture, f"{sys.version_info.major}.{sys.version_info.minor}")


@pytest.fixture(scope="session")
def built(this_machine: Platform) -> Built:
    """Every actor's zip, by name."""
    return {actor.name: code for actor, code in packages.build(CHAIN, DEFAULT_PATH, this_machine, print)}
