"""The template's parameters that an operator may set, and where their values come from."""

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from brigade.deploy import moderators
from brigade.target import Target
from brigade.terminal import OperatorError, explain
from infra import names, parameters
from kit.chain import Chain
from kit.spelling import meant

# On a laptop one wants to see it happen.
_LOCAL_GRACE_S = "5"
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
_UNRESERVED = 100
_FILE_HINT = 'write it as for the AWS CLI: ["LogRetentionDays=7"]'
_ENTRY_HINT = 'write {"ParameterKey": "LogRetentionDays", "ParameterValue": "7"}, or "UsePreviousValue": true'


def settle(target: Target, chain: Chain, before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return every setting: as given, else as the stack had it before, else the default of target and template.

    Raises OperatorError for a setting that there is not.
    """
    declared = {each.title: each.properties.get("Default") for each in parameters.parameters(chain)}
    ours = {names.CODE_BUCKET, names.VERSION, *(names.code_key(each) for each in chain.functions)}
    settable = sorted(set(declared) - ours)
    if unknown := sorted(set(given) - set(settable)):
        hint = f"there are {', '.join(settable)}{meant(unknown[0], settable)}"
        raise OperatorError(f"there is no setting {unknown[0]}", hint)
    template = {name: str(declared[name]) for name in settable}
    local = {name: value for name, value in _local().items() if target.is_local and name in settable}
    kept = {name: value for name, value in before.items() if name in settable}
    return template | local | kept | dict(given)


def warning(target: Target, chain: Chain, settings: Mapping[str, str]) -> str:
    """Say what to do where the account leaves fewer executions at a time than are asked for; empty: it leaves enough.

    A new account has 10: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    choices = [each.enabled_by for each in chain.optional if each.enabled_by]
    wants_all = all(settings.get(each.name, each.default) != each.default for each in choices)
    chain = chain.whole if wants_all else chain
    cap, capped = parameters.MAXIMUM_CONCURRENCY, parameters.mappings(chain)[parameters.CONCURRENCY]
    asked = {value: sum(of_each.values()) for value, of_each in capped.items()}
    wanted = asked.get(settings[cap], 0)  # another value CloudFormation refuses
    if target.is_local:
        return ""
    try:
        left: int = target.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    except ClientError as error:
        return f"warning: whether {wanted} executions at a time are allowed is not known: {explain(error)}"
    reserved = _reserved(chain, settings, left)
    if wanted <= left:
        return reserved
    best = max((value for value in parameters.CAPS if asked[str(value)] <= left), default=parameters.CAPS[0])
    beyond = f"asks for {asked[str(best)]}: what is beyond, Lambda throttles, and its messages wait"
    return (
        f"warning: the functions ask for up to {wanted} executions at a time, and the account leaves {left}: have the "
        f'quota "Concurrent executions" (Lambda, L-B99A9384) raised; until then `brigade deploy --set {cap}={best}` '
        + ("fits" if asked[str(best)] <= left else beyond)
        + (f"\n{reserved}" if reserved else "")
    )


def _reserved(chain: Chain, settings: Mapping[str, str], left: int) -> str:
    """Say that Lambda will refuse to reserve executions; empty: it will not, or none are."""
    apis = [(each, each.enabled_by) for each in chain.apis if each.enabled_by]
    on = [each for each, by in apis if settings.get(by.name, by.default) != by.default]
    wanted = sum(each.concurrency for each in on)
    if not on or left - wanted >= _UNRESERVED:
        return ""
    return (
        f"warning: Lambda reserves {wanted} executions for {', '.join(each.name for each in on)} only where "
        f"{_UNRESERVED} are left to all else, and the account leaves {left}: unless this stack has them already, have "
        "the quota raised first"
    )


def of_stack(stack: str, stage: str) -> str:
    """Return the name of a stack's stage: STACK-STAGE, or STACK where that names the stage already."""
    return stack if not stage or stack.endswith(f"-{stage}") else f"{stack}-{stage}"


def read_file(path: Path) -> dict[str, str]:
    """Read settings from a file in one of the AWS CLI's two notations; raises OperatorError where it is in neither.

    `aws cloudformation deploy` takes ``["Name=value"]``, `aws cloudformation create-stack` takes
    ``[{"ParameterKey": "Name", "ParameterValue": "value"}]``. What is to keep its previous value is left out.
    """
    try:
        listed: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}", _FILE_HINT) from error
    except ValueError as error:
        raise OperatorError(f"{path} is not JSON: {error}", _FILE_HINT) from error
    if not isinstance(listed, list):
        raise OperatorError(f"{path} holds no list", _FILE_HINT)
    given = (each for each in listed if not (isinstance(each, dict) and each.get("UsePreviousValue") is True))
    return dict(_setting(each, path) for each in given)


def _setting(listed: Any, path: Path) -> tuple[str, str]:
    if isinstance(listed, str):
        name, equals, value = listed.partition("=")
        if not equals:
            raise OperatorError(f"{path}: {listed} has no value", _FILE_HINT)
        return name, value
    if not isinstance(listed, dict) or not isinstance(listed.get("ParameterKey"), str):
        raise OperatorError(f"{path}: {json.dumps(listed)} names no parameter", _ENTRY_HINT)
    key, given = listed["ParameterKey"], listed.get("ParameterValue")
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise OperatorError(f"{path}: {key} has no ParameterValue that is a text or a number", _ENTRY_HINT)
    return key, str(given)


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
