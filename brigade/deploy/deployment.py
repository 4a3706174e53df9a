"""Deploying the chain, by one path on every engine: package, upload, change set, events; and taking it away."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Required, TypedDict, Unpack

from botocore.exceptions import ClientError

from brigade.deploy import deployed_recipes, losses, moderators, packages, stack_settings
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.change_set import STACK_TYPE, Change, ChangeSet, Events, StackEvent, describe, validation_error
from brigade.deploy.stack import Stack
from brigade.target import Target
from brigade.terminal import OperatorError, explain
from imaging.recipes import DEFAULT_PATH, load
from infra import names, parameters
from infra.functions import RUNTIME
from infra.packaging.libraries import Platform
from infra.packaging.package import code_key
from infra.template import template
from kit.actor import Declaration
from kit.chain import Chain
from services.chain import CHAIN

# What a failed first deployment leaves: a name with nothing in it.
_UNDONE = "ROLLBACK_COMPLETE"
_MADE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
# CloudFormation takes these as they are; every other state wants help first.
_CHANGEABLE = {*_MADE, "UPDATE_ROLLBACK_COMPLETE"}
# What a failed deployment leaves, and what to do about it; {stack} is its name.
_AFTER_FAILURE = {
    _UNDONE: "all that it had made is deleted again; mend that and deploy again",
    "UPDATE_ROLLBACK_COMPLETE": "everything is as it was before and goes on working; mend that and deploy again",
    "UPDATE_ROLLBACK_FAILED": "it is stuck halfway back: mend that, then "
    "`aws cloudformation continue-update-rollback --stack-name {stack}`",
}
_REMOVE = "`brigade destroy --stack {stack}` removes it, but not its pictures"


class Listener:
    """Hears how a deployment goes; this one keeps it to itself."""

    def note(self, text: str) -> None:
        """Hear of a step."""

    def changes(self, changes: list[Change]) -> None:
        """Hear what will change; empty: nothing."""

    def event(self, event: StackEvent) -> None:
        """Hear what has happened."""


class Wanted(TypedDict, total=False):
    """What a stack is to become.

    ``settings`` are template parameters. What they and ``tags`` do not name stays as the stack has it, or takes the
    template's default; so do ``recipes``, whose default came with brigade.
    """

    version: Required[str]
    recipes: Path | None
    settings: Mapping[str, str]
    tags: Mapping[str, str]
    chain: Chain


def deploy(
    target: Target,
    name: str,
    *,
    listener: Listener | None = None,
    consent: losses.Consent = losses.refuse,
    **wanted: Unpack[Wanted],
) -> Stack:
    """Make the stack, or bring it up to date; return it with its outputs.

    Raises OperatorError, with the first failed resource's reason and what is left, when it does not succeed, and as
    ``consent`` does, which is asked when something would be lost.
    """
    listener = listener or Listener()
    stack = _changeable(target, name)
    if stack and stack.status == _UNDONE:
        listener.note(f"removing what a failed first deployment left of stack {name}")
        _delete(stack, listener)
        stack = None
    change_set = _propose(target, name, stack, wanted, listener)
    if change_set.changes:
        losses.agree(change_set, consent)
        failure = _first_failure(change_set.execute(), listener)
        _check(target, change_set.stack_id, name, failure)
    made = Stack.find(target, name)
    try:
        Artifacts(target, name).prune({*made.parameters.values(), *(stack.parameters.values() if stack else ())})
    except ClientError as error:
        listener.note(f"warning: older code was not deleted: {explain(error)}")  # the deployment has not failed
    return made


def preview(target: Target, name: str, *, listener: Listener, **wanted: Unpack[Wanted]) -> None:
    """Let the listener hear what ``deploy`` would change. The code is uploaded; nothing else is changed."""
    stack = _changeable(target, name)
    if stack and stack.status == _UNDONE:
        raise OperatorError(f"a failed first deployment left stack {name}", "the next one makes everything anew")
    change_set = _propose(target, name, stack, wanted, listener)
    if change_set.changes:
        change_set.discard()


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


def _changeable(target: Target, name: str) -> Stack | None:
    """Return the stack if a change set can change it, or if nothing is left in it; None where there is none."""
    stack = Stack.look(target, name)
    if stack is None or stack.status in {*_CHANGEABLE, _UNDONE}:
        return stack
    if stack.status.endswith("_IN_PROGRESS"):
        raise OperatorError(f"somebody is changing stack {name} ({stack.status})", "wait until it is done, then repeat")
    hint = _AFTER_FAILURE.get(stack.status, _REMOVE).format(stack=name)
    raise OperatorError(f"stack {name} is {stack.status}{_why(stack)}", hint)


def _why(stack: Stack) -> str:
    pages = stack.target.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack.id)
    for page in pages:
        for event in page["StackEvents"]:
            if event.get("ResourceStatus", "").endswith("_FAILED") and event.get("ResourceType") != STACK_TYPE:
                return f" ({event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')})"
    return ""


def _propose(target: Target, name: str, stack: Stack | None, wanted: Wanted, listener: Listener) -> ChangeSet:
    """Package, upload, and ask CloudFormation what that would change."""
    before = stack.parameters if stack else {}
    chain, recipes = wanted.get("chain", CHAIN), wanted.get("recipes")
    given = stack_settings.settle(target, chain.whole, before, wanted.get("settings", {}))
    given[names.VERSION] = wanted["version"]
    artifacts = Artifacts(target, name)
    with tempfile.TemporaryDirectory() as folder:
        if stack is not None:
            deployed = deployed_recipes.read(artifacts, chain, before)
            recipes = deployed_recipes.choose(recipes, deployed, Path(folder), listener.note)
        moderation = moderators.warning(load(recipes or DEFAULT_PATH), given, target)
        for words in filter(None, (moderation, stack_settings.warning(target, chain, given))):
            listener.note(words)
        artifacts.prepare()
        # A ministack runs functions with our own interpreter and its libraries.
        platform = None
        if not target.is_ministack:
            platform = Platform(given[parameters.ARCHITECTURE], RUNTIME.removeprefix("python"))
        built = packages.build(chain.whole, recipes or DEFAULT_PATH, platform, listener.note)
        given |= _upload(artifacts, built, listener)
    tags = (stack.tags if stack else {}) | dict(wanted.get("tags", {}))
    url = artifacts.put_template(json.dumps(template(chain, tags).to_dict(), sort_keys=True))
    change_set = ChangeSet(target, name, template_url=url, parameters=given, tags=tags, first=stack is None)
    listener.changes(change_set.changes)
    return change_set


def _upload(artifacts: Artifacts, built: Iterable[tuple[Declaration, bytes]], listener: Listener) -> dict[str, str]:
    """Upload those zips that are new; return the template's parameters that say where all of them are."""
    where = {names.CODE_BUCKET: artifacts.bucket}
    for actor, code in built:
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
    raise OperatorError(f"stack {name} was not deployed: {why}", _AFTER_FAILURE.get(status, _REMOVE).format(stack=name))
