"""Packages for this machine's Python and processor, made once: pip fetches the wheels."""

import platform
import sys

import pytest

from brigade.deploy import packages
from imaging.recipes import DEFAULT_PATH
from infra.packaging import zips
from infra.packaging.libraries import Platform
from services.chain import CHAIN

Built = dict[str, bytes]
QUICK = 1  # zlib's quickest level


@pytest.fixture(scope="session")
def this_machine() -> Platform:
    architecture = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    return Platform(architecture, f"{sys.version_info.major}.{sys.version_info.minor}")


@pytest.fixture(scope="session")
def built(this_machine: Platform) -> Built:
    """Every actor's zip, by name; pressed together less than those that are shipped."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zips, "LEVEL", QUICK)
        return {actor.name: code for actor, code in packages.build(CHAIN.whole, DEFAULT_PATH, this_machine, print)}
