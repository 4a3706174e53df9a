"""Deploying the chain, by one path on every engine: package, upload, change set, events; and taking it away."""

import json
import os
import platform
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from brigade import deployed_recipes
from brigade.artifacts import Artifacts
from brigade.change_set import STACK_TYPE, Change, ChangeSet, Events, StackEvent, describe, validation_error
from brigade.console import OperatorError
from brigade.target import Target
from imaging.recipes import DEFAULT_PATH
from infra import names, parameters
from infra.functions import RUNTIME
from infra.package import code_key, install_dependencies, package
from infra.template import template
from kit.chain import Chain
from services.chain import CHAIN

# A stack that was named but never made, by a change set that nobody executed.
_UNMADE = "REVIEW_IN_PROGRESS"
# On a laptop one wants to see it happen.
_LOCAL_GRACE_S = "5"
_MADE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
# CloudFormation takes these as they are; every other state wants help first.
_CHANGEABLE = {*_MADE, "UPDATE_ROLLBACK_COMPLETE"}


class Listener:
    """Hears how a deployment goes; this one keeps it to itself."""

    def note(self, text: str) -> None:
        """Hear of a step."""

    def changes(self, changes: list[Change]) -> None:
        """Hear what will change; empty: nothing."""

    def event(self, event: StackEvent) -> None:
        """Hear what has happened."""


@dataclass(frozen=True)
class Stack:
    """A stack that is there. ``outputs`` are the template's, by name."""

    target: Target
    name: str
    id: str
    status: str
    outputs: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def look(cls, target: Target, name: str) -> "Stack | None":
        """Return the stack in whatever state it is, None where there is none; raises OperatorError for a bad name."""
        if not names.STACK_NAME.fullmatch(name):
            raise OperatorError(
                f"{name!r} is no name for a stack",
                "use at most 32 lower-case letters, digits and hyphens, beginning with a letter",
            )
        found = describe(target, name)
        if found is None or found["StackStatus"] == _UNMADE:
            return None
        outputs = found.get("Outputs", [])
        return cls(
            target,
            name,
            found["StackId"],
            found["StackStatus"],
            {output["OutputKey"]: output["OutputValue"] for output in outputs},
            {output["OutputKey"]: output.get("Description", "") for output in outputs},
            {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])},
        )

    @classmethod
    def find(cls, target: Target, name: str) -> "Stack":
        """Return a stack that can be worked with; raises OperatorError where there is none."""
        stack = cls.look(target, name)
        if stack is None:
            raise OperatorError(f"no stack named {name} on {target.describe()}", "`brigade deploy` makes it")
        if not stack.outputs:
            raise OperatorError(
                f"stack {name} on {target.describe()} is not complete ({stack.status})", "`brigade deploy` completes it"
            )
        return stack


def deploy(
    target: Target,
    name: str,
    *,
    recipes: Path | None = None,
    version: str,
    settings: Mapping[str, str] | None = None,
    listener: Listener | None = None,
    chain: Chain = CHAIN,
) -> Stack:
    """Make the stack, or bring it up to date; return it with its outputs.

    ``settings`` are template parameters. What they do not name stays as the stack has it, or takes the
    template's default; so do ``recipes``, whose default came with brigade. Raises OperatorError, with the
    first failed resource's reason, when it does not succeed.
    """
    listener = listener or Listener()
    stack = _changeable(target, name, listener)
    wanted = _settings(target, chain, stack, settings or {}) | {parameters.VERSION: version}
    artifacts = Artifacts(target, name)
    architecture = None if target.is_ministack else wanted[parameters.ARCHITECTURE]
    with tempfile.TemporaryDirectory() as folder:
        if stack is not None:
            deployed = deployed_recipes.read(artifacts, chain, stack.parameters)
            recipes = deployed_recipes.choose(recipes, deployed, Path(folder), listener.note)
        artifacts.prepare()
        wanted |= _upload(artifacts, chain, recipes or DEFAULT_PATH, architecture, listener)
    body = json.dumps(template(chain).to_dict(), sort_keys=True)
    url = artifacts.put_template(body)
    change_set = ChangeSet(target, name, template_url=url, parameters=wanted, first=stack is None)
    listener.changes(change_set.changes)
    if change_set.changes:
        failure = _first_failure(change_set.execute(), listener)
        _check(target, change_set.stack_id, name, failure)
    return Stack.find(target, name)


def destroy(stack: Stack, listener: Listener | None = None) -> None:
    """Delete the stack, and its code; what its template keeps is kept. Raises OperatorError if it cannot be done."""
    _delete(stack, listener or Listener())
    Artifacts(stack.target, stack.name).delete()


def _delete(stack: Stack, listener: Listener) -> None:
    events = Events(stack.target, stack.id)
    stack.target.client("cloudformation").delete_stack(StackName=stack.id)
    failure = _first_failure(events.follow(), listener)
    found = describe(stack.target, stack.id)
    if found and found["StackStatus"] != "DELETE_COMPLETE":
        why = f"{failure.resource}: {failure.reason}" if failure else found["StackStatus"]
        raise OperatorError(f"stack {stack.name} could not be deleted: {why}", "mend that, then repeat")


def _changeable(target: Target, name: str, listener: Listener) -> Stack | None:
    """Return the stack if a change set can change it, None if one has to make it."""
    stack = Stack.look(target, name)
    if stack is None or stack.status in _CHANGEABLE:
        return stack
    if stack.status == "ROLLBACK_COMPLETE":
        listener.note(f"removing what a failed first deployment left of stack {name}")
        _delete(stack, listener)
        return None
    if stack.status.endswith("_IN_PROGRESS"):
        raise OperatorError(f"somebody is changing stack {name} ({stack.status})", "wait until it is done, then repeat")
    raise OperatorError(f"stack {name} is {stack.status}{_why(stack)}", "`brigade destroy` removes it")


def _why(stack: Stack) -> str:
    pages = stack.target.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack.id)
    for page in pages:
        for event in page["StackEvents"]:
            if event.get("ResourceStatus", "").endswith("_FAILED") and event.get("ResourceType") != STACK_TYPE:
                return f" ({event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')})"
    return ""


def _settings(target: Target, chain: Chain, stack: Stack | None, given: Mapping[str, str]) -> dict[str, str]:
    declared = {each.title: each.properties.get("Default") for each in parameters.parameters(chain)}
    ours = {parameters.CODE_BUCKET, parameters.VERSION, *(names.code_key(actor) for actor in chain.actors)}
    settable = sorted(set(declared) - ours)
    if unknown := sorted(set(given) - set(settable)):
        raise OperatorError(f"there is no setting {unknown[0]}", f"there are {', '.join(settable)}")
    # A laptop has no room for an interpreter per invocation that AWS would allow.
    cores = os.cpu_count() or 1
    at_once = str(max([cap for cap in parameters.CAPS if cap <= cores], default=parameters.CAPS[0]))
    local = {
        parameters.MAXIMUM_CONCURRENCY: at_once,
        parameters.ENVIRONMENT: "local",
        parameters.GRACE_SECONDS: _LOCAL_GRACE_S,
        **_architecture(),
    }
    before = {name: value for name, value in (stack.parameters if stack else {}).items() if name in settable}
    defaults = {name: str(declared[name]) for name in settable}
    local = {name: value for name, value in local.items() if target.is_local and name in settable}
    return defaults | local | before | dict(given)


def _architecture() -> dict[str, str]:
    """Return this machine's own, where functions run on it and it is one of Lambda's."""
    ours = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine().lower())
    return {parameters.ARCHITECTURE: ours} if ours else {}


def _upload(
    artifacts: Artifacts, chain: Chain, recipes: Path, architecture: str | None, listener: Listener
) -> dict[str, str]:
    """Package every actor and upload what is new; return the template's parameters that say where.

    Without an architecture the zips hold our code only.
    """
    where = {parameters.CODE_BUCKET: artifacts.bucket}
    for actor in chain.actors:
        if architecture:
            listener.note(f"installing what {actor.name} needs on {architecture}")
            with tempfile.TemporaryDirectory() as folder:
                install_dependencies(actor, Path(folder), architecture, RUNTIME.removeprefix("python"))
                code = package(actor, recipes=recipes, dependencies=Path(folder))
        else:
            code = package(actor, recipes=recipes)
        key = where[names.code_key(actor)] = code_key(actor, code)
        if artifacts.put(key, code):
            listener.note(f"uploaded {actor.name}, {len(code) / 1024:,.0f} kB")
    return where


def _first_failure(events: Iterable[StackEvent], listener: Listener) -> StackEvent | None:
    """Pass all events on; return the one that says what went wrong."""
    failures = []
    for event in events:
        listener.event(event)
        if event.is_failure:
            failures.append(event)
    # The stack's own event only says that something in it failed.
    return next((event for event in failures if event.type != STACK_TYPE), failures[0] if failures else None)


def _check(target: Target, stack_id: str, name: str, failure: StackEvent | None) -> None:
    found = describe(target, stack_id)
    status = found["StackStatus"] if found else "DELETE_COMPLETE"
    if status in _MADE:
        return
    why = f"{failure.resource}: {failure.reason}" if failure else status
    if failure is None or failure.type == STACK_TYPE:
        why = validation_error(target, StackName=stack_id) or why
    raise OperatorError(f"stack {name} was not deployed: {why}", "mend that and deploy again; it was rolled back")
