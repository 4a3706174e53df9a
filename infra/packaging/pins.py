"""``python -m infra.packaging.pins`` pins what the actors' zips hold, to releases that the project is tested with.

A requirements.txt names what the actor's code imports, and below that what those libraries need in turn. Which
releases may be taken, pyproject.toml says alone. hashes.txt has the SHA-256 of every wheel that a zip may hold.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.functions import RUNTIME
from infra.packaging.libraries import HASHES, WHEELS, Platform, pip_install
from kit.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
IMPORTED = "# What the code imports. `make update` pins it, and what it needs."
NEEDED = "# What that needs."
# What functions run on by default; releases that lack wheels for the other processor show when it is packaged for.
LAMBDA = Platform("arm64", RUNTIME.removeprefix("python"))
# Zips may be made for each of these: `brigade package --arch x86_64 --python 3.12`.
PLATFORMS = [Platform(architecture, f"3.{minor}") for architecture in WHEELS for minor in range(11, 15)]


@dataclass(frozen=True)
class Release:
    """One release that pip chose; ``needs`` are the canonical names of what it needs there."""

    name: str
    version: str
    needs: frozenset[str] = frozenset()


def imported(text: str) -> list[str]:
    """Return the canonical names that a requirements.txt begins with."""
    lines = text.partition(NEEDED)[0].splitlines()
    return [canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith("#")]


def pinned(names: Iterable[str], releases: Mapping[str, Release]) -> str:
    """Return a requirements.txt for those names.

    Raises ConfigurationError where the project does not depend on one: then it is not tested with any release of it.
    """
    first, found, left = set(names), set[str](), list(names)
    while left:
        name = left.pop()
        if name not in releases:
            raise ConfigurationError(f"nothing is known of {name}: add it to the dependencies in pyproject.toml")
        if name not in found:
            found.add(name)
            left += releases[name].needs
    parts = ((IMPORTED, first), (NEEDED, found - first))
    lines = [line for head, part in parts for line in (head, *(_pin(releases[name]) for name in sorted(part)))]
    return "\n".join(lines) + "\n"


def resolve(dependencies: Iterable[str], platform: Platform) -> dict[str, Release]:
    """Return the newest releases that agree, by canonical name; raises ConfigurationError where there are none."""
    return read_report(_report(dependencies, platform), platform)


def hashes(pins: Iterable[str], platforms: Iterable[Platform]) -> str:
    """Return a line for each pin with the SHA-256 of its wheels for all platforms; raises as ``resolve`` does."""
    found: dict[str, set[str]] = {pin: set() for pin in sorted(set(pins))}
    for platform in platforms:
        for each in _report([*found, "--no-deps"], platform)["install"]:
            pin = f"{canonicalize_name(each['metadata']['name'])}=={each['metadata']['version']}"
            found[pin].add(each["download_info"]["archive_info"]["hashes"]["sha256"])
    return "".join(
        " ".join([pin, *(f"--hash=sha256:{sha}" for sha in sorted(shas))]) + "\n" for pin, shas in found.items()
    )


def _report(requirements: Iterable[str], platform: Platform) -> Any:
    """Return pip's report on what it would install."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*pip_install(platform), "--dry-run", "--ignore-installed", "--report", "-", "--target", folder]
        done = subprocess.run([*command, *requirements], capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it did not say why"]
        raise ConfigurationError(f"pip could not choose releases for {platform}: {said[-1]}")
    return json.loads(done.stdout)


def read_report(report: Any, platform: Platform) -> dict[str, Release]:
    """Return the releases in a report of pip's: https://pip.pypa.io/en/stable/reference/installation-report/."""
    there = {"extra": "", "python_version": platform.python, "sys_platform": "linux", "platform_system": "Linux"}
    releases: dict[str, Release] = {}
    for metadata in (each["metadata"] for each in report["install"]):
        wanted = map(Requirement, metadata.get("requires_dist", []))
        needs = {canonicalize_name(each.name) for each in wanted if not each.marker or each.marker.evaluate(there)}
        name = canonicalize_name(metadata["name"])
        releases[name] = Release(name, metadata["version"], frozenset(needs))
    return releases


def main(root: Path = ROOT) -> int:
    """Pin every actor's requirements anew; return the exit code."""
    pins: list[str] = []
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        releases = resolve(project["dependencies"], LAMBDA)
        for path in sorted(root.glob("services/*/requirements.txt")):
            before = path.read_text(encoding="utf-8")
            path.write_text(after := pinned(imported(before), releases), encoding="utf-8")
            _say(path.relative_to(root), before, after)
            pins += [line for line in after.splitlines() if not line.startswith("#")]
        (root / HASHES.relative_to(ROOT)).write_text(hashes(pins, PLATFORMS), encoding="utf-8")
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _pin(release: Release) -> str:
    return f"{release.name}=={release.version}"


def _say(path: Path, before: str, after: str) -> None:
    new = set(re.findall("^[^#].*$", after, re.MULTILINE)) - set(before.splitlines())
    print(f"{path}: {', '.join(sorted(new)) or 'as it was'}")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
