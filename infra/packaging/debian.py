"""Debian's packages, fetched and unpacked into a folder: for any processor, and without a trace on this machine."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from kit.errors import ConfigurationError

_ERROR = re.compile("E: |dpkg-deb: error")
_WHERE = "this works on Debian 12 and in its container"


def unpacked(packages: Mapping[str, str], processor: str, folder: Path) -> Path:
    """Fetch packages, versions by names, for a processor by Debian's name, into an empty folder; return their root.

    apt keeps what it learns in the folder, so that the machine's own lists and processors stay as they are, and checks
    the packages' signatures. Raises ConfigurationError where apt is not here, or does not know such a version.
    """
    system, state = folder / "system", folder / "state"
    (state / "lists" / "partial").mkdir(parents=True)
    (folder / "status").touch()
    options = {
        "APT::Architecture": processor,
        "APT::Architectures": processor,
        "APT::Sandbox::User": "root",
        "Dir::Cache": folder / "cache",
        "Dir::State": state,
        "Dir::State::status": folder / "status",
    }
    apt = ["apt-get", *(word for name, value in options.items() for word in ("-o", f"{name}={value}"))]
    _run([*apt, "update"], folder)
    _run([*apt, "download", *(f"{name}={version}" for name, version in packages.items())], folder)
    for package in sorted(folder.glob("*.deb")):
        _run(["dpkg-deb", "--extract", package.name, system.name], folder)
    return system


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise ConfigurationError(f"there is no {command[0]}: {_WHERE}") from error
    if done.returncode:
        said = next(filter(_ERROR.match, done.stderr.splitlines()), "it did not say why")
        raise ConfigurationError(f"{command[0]}: {said}: {_WHERE}")
