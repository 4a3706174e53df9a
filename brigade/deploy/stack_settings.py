"""The template's parameters that an operator may set, and where their values come from."""

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brigade.console import OperatorError
from brigade.deploy import moderators
from brigade.target import Target
from infra import names, parameters
from kit.chain import Chain

# On a laptop one wants to see it happen.
_LOCAL_GRACE_S = "5"
_FILE_HINT = 'write it as for the AWS CLI: ["LogRetentionDays=7"]'


def settle(target: Target, chain: Chain, before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return every setting: as given, else as the stack had it before, else the default of target and template.

    Raises OperatorError for a setting that there is not.
    """
    declared = {each.title: each.properties.get("Default") for each in parameters.parameters(chain)}
    ours = {parameters.CODE_BUCKET, parameters.VERSION, *(names.code_key(actor) for actor in chain.actors)}
    settable = sorted(set(declared) - ours)
    if unknown := sorted(set(given) - set(settable)):
        raise OperatorError(f"there is no setting {unknown[0]}", f"there are {', '.join(settable)}")
    template = {name: str(declared[name]) for name in settable}
    local = {name: value for name, value in _local().items() if target.is_local and name in settable}
    kept = {name: value for name, value in before.items() if name in settable}
    return template | local | kept | dict(given)


def of_stage(stage: str) -> dict[str, str]:
    """Return the settings that go with a stage; "" is none."""
    return {parameters.ENVIRONMENT: stage} if stage else {}


def read_file(path: Path) -> dict[str, str]:
    """Read settings from a file in one of the AWS CLI's two notations; raises OperatorError where it is in neither.

    `aws cloudformation deploy` takes ``["Name=value"]``, `aws cloudformation create-stack` takes
    ``[{"ParameterKey": "Name", "ParameterValue": "value"}]``.
    """
    try:
        listed: Any = json.loads(path.read_text(encoding="utf-8"))
        return dict(_setting(each) for each in listed)
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}", _FILE_HINT) from error
    except (ValueError, TypeError, KeyError) as error:
        raise OperatorError(f"{path} is no parameters file: {type(error).__name__}: {error}", _FILE_HINT) from error


def _setting(listed: Any) -> tuple[str, str]:
    if isinstance(listed, str):
        name, value = listed.split("=", 1)
        return name, value
    return listed["ParameterKey"], str(listed["ParameterValue"])


def _local() -> dict[str, str]:
    # A laptop has no room for an interpreter per invocation that AWS would allow.
    cores = os.cpu_count() or 1
    at_once = max([cap for cap in parameters.CAPS if cap <= cores], default=parameters.CAPS[0])
    # Functions run on this machine's own processor, where that is one of Lambda's.
    ours = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine().lower())
    return {
        parameters.MAXIMUM_CONCURRENCY: str(at_once),
        parameters.ENVIRONMENT: "local",
        parameters.GRACE_SECONDS: _LOCAL_GRACE_S,
        **moderators.of_this_machine(),
        **({parameters.ARCHITECTURE: ours} if ours else {}),
    }
