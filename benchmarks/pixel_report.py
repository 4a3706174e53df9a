"""Where the pixel benchmark's tables go: into their section of RESULTS.md, with what was compared."""

import importlib.metadata
import json
import os
import platform
import subprocess
from pathlib import Path

from PIL import __version__ as pillow_version

from benchmarks import report
from benchmarks.report import Table

SECTION = "Pixels"


def write(reported: tuple[Table, ...], peers: Path, rounds: int, origin: str, before: str) -> None:
    """Put the tables into their section of RESULTS.md, and leave the others as they are."""
    about = [
        f"`make bench-pixels`, {report.today()}, on {report.machine()}; {versions(peers)}. The commit before: "
        f"{before}. Others work on the machine: {report.busy()}.",
        f"Pictures of 12 and 24 megapixels, {origin}, with sensor noise. CPU time of all threads; medians of {rounds} "
        "rounds in which the sides take turns, each in a process of its own, after a warm-up. Below 1 is in our "
        "favour.",
    ]
    report.write(SECTION, *about, *map(report.markdown, reported))


def versions(peers: Path) -> str:
    installed = {found.name: found.version for found in importlib.metadata.distributions(path=[str(peers / "python")])}
    asked = subprocess.run(
        ["node", "-p", "JSON.stringify([process.versions.node, require('sharp').versions])"],
        env=os.environ | {"NODE_PATH": str(peers / "node_modules")},
        capture_output=True,
        check=True,
    )
    node, sharp = json.loads(asked.stdout)
    return (
        f"Python {platform.python_version()}, Pillow {pillow_version}; Node.js {node}, sharp {sharp['sharp']} with "
        f"libvips {sharp['vips']}; pyvips {installed['pyvips']} with libvips {installed['pyvips-binary']}"
    )
