"""The throwaway stage: a stack of a random name, what is done with it, and its end, whatever happens."""

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.exceptions import ClientError

from brigade.__main__ import INTERRUPTED, main
from brigade.acting.here import bound
from brigade.deploy import kept
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.change_set import describe
from brigade.flow import mappings
from brigade.pipeline import Pipeline
from brigade.prove.item import NotSeen, expect
from brigade.queue_counts import counts
from brigade.signals import held
from brigade.target import Target
from brigade.terminal import OperatorError
from imaging.recipes import DEFAULT_PATH
from infra import names
from kit.backoff import policy

_PREFIX, _DIGITS, _TAG = "brigade-prove-", 4, "brigade-prove"
# Seconds. On AWS a metric shows after minutes, and what is begun with a stack must end before that can be deleted.
LOCAL_PATIENCE_S, PATIENCE_S, _CALMING_S, _CLEARING_S = 60, 900, 60, 3600
# How each kind of resource is listed, and what in the answer holds the stack's name. The first three outlive a stack.
KINDS = (
    ("cloudformation", "describe_stacks", "Stacks", "StackName"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("dynamodb", "list_tables", "TableNames", ""),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", "EventSourceArn"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("scheduler", "list_schedules", "Schedules", "Name"),
    ("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sqs", "list_queues", "QueueUrls", ""),
)


@dataclass(frozen=True)
class Stage:
    """A stack to prove things with; ``asked`` counts the requests that are made for it, by ``service:Operation``."""

    target: Target
    name: str = field(default_factory=lambda: _PREFIX + secrets.token_hex(_DIGITS)[:_DIGITS])
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def pipeline(self) -> Pipeline:
        return Pipeline.find(self.target, self.name)

    def brigade(self, *words: str, code: int = 0) -> str:
        """Give a command; return what it prints, with --json on stdout alone. Another exit code is an OperatorError."""
        printed, said = StringIO(), StringIO()
        with redirect_stdout(printed), redirect_stderr(said):
            ended = main([*words, "--stack", self.name])
        if ended == INTERRUPTED:
            raise KeyboardInterrupt
        why = said.getvalue().rpartition("error: ")[2].strip()
        if ended != code:
            raise OperatorError(f"`brigade {' '.join(words)}` ended with {ended}: {why}")
        return printed.getvalue() + ("" if "--json" in words else said.getvalue())

    def json(self, *words: str) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = json.loads(self.brigade(*words, "--json"))
        return said

    def deploy(self, *settings: str, code: int = 0) -> str:
        """Deploy with the shipped recipes and these parameters; return what that says."""
        given = [word for setting in settings for word in ("--set", setting)]
        given += ["--tag", f"{_TAG}={self.began:%Y-%m-%dT%H:%MZ}"]
        return self.brigade("deploy", "--recipes", str(DEFAULT_PATH), *given, code=code)

    def upload(self, files: dict[str, bytes], *options: str, code: int = 0) -> None:
        with TemporaryDirectory() as folder:
            for key, content in files.items():
                Path(folder, key).write_bytes(content)
            self.brigade("upload", folder, *options, code=code)

    def record(self, key: str) -> dict[str, Any]:
        """Return the record of a key's newest upload, or of an id."""
        return self.json("show", key)[0]

    def resources(self) -> dict[str, str]:
        """Return the physical ids of all resources, by their names in the template."""
        pages = self.target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        found = (each for page in pages for each in page["StackResourceSummaries"])
        return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in found}

    def until(self, what: str, look: Callable[[], Any], wanted: Any) -> None:
        """Return when ``look`` returns what is wanted; raises OperatorError where that takes too long."""
        deadline = time.monotonic() + (LOCAL_PATIENCE_S if self.target.is_local else PATIENCE_S)
        while (seen := look()) != wanted and time.monotonic() < deadline:
            policy().sleep(self.target.poll_s)
        expect(what, seen, wanted)

    def told(self, what: str, look: Callable[[], Any]) -> Any:
        """Return what ``look`` returns: on AWS when that is something at last; elsewhere raises NotSeen for nothing."""
        if self.target.endpoint is None:
            self.until(what, lambda: bool(look()), wanted=True)
        if seen := look():
            return seen
        raise NotSeen(f"no {what} on this engine")


@contextmanager
def thrown_away(target: Target, *, keep: bool) -> Iterator[Stage]:
    """Have a stage for as long as the block runs, in which commands act there; with ``keep`` it stays."""
    target = replace(target)  # with clients of its own, for whom the requests are counted
    stage, token = Stage(target), bound.set(target)

    def note(model: Any, **_: object) -> None:
        stage.asked[f"{model.service_model.signing_name}:{model.name}"] += 1

    target.session.events.register("provide-client-params", note)
    try:
        yield stage
    finally:
        bound.reset(token)
        if not keep:
            clear(target, stage.name)


def clear(target: Target, name: str) -> None:
    """Delete a stage in whatever state it is, with all that it would keep; signals wait. Raises OperatorError."""
    deadline, asked = time.monotonic() + _CLEARING_S, False
    with held():
        with suppress(ClientError, OperatorError):  # there may be no functions, or half of them
            calm(Pipeline.find(target, name))
        while found := describe(target, name):
            status = found["StackStatus"]
            if (status == "DELETE_FAILED" and asked) or time.monotonic() > deadline:
                raise OperatorError(f"stack {name} is {status}", "mend that, then `brigade prove --clean`")
            if status == "REVIEW_IN_PROGRESS" or not status.endswith("_IN_PROGRESS"):
                target.client("cloudformation").delete_stack(StackName=found["StackId"])
                asked = True
            policy().sleep(target.poll_s)
        kept.delete(target, kept.by_destroyed(target, name))
        Artifacts(target, name).delete()


def calm(pipeline: Pipeline) -> None:
    """Pause all actors, and let them end what they have begun: what they log or store later would outlive the stack."""
    deadline = time.monotonic() + _CALMING_S
    list(mappings.switch(pipeline, pipeline.chain.actors, on=False))
    queues, sqs = (
        [pipeline.output(names.queue(actor)) for actor in pipeline.chain.actors],
        pipeline.target.client("sqs"),
    )
    while any(counts(sqs, queue).held for queue in queues) and time.monotonic() < deadline:
        policy().sleep(pipeline.target.poll_s)


def left(target: Target, name: str, kinds: Sequence[tuple[str, ...]] = KINDS) -> list[str]:
    """Return what there is of these kinds that bears a stage's name."""
    found = []
    for service, operation, listed, key in kinds:
        for page in target.client(service).get_paginator(operation).paginate():
            found += [text for each in page.get(listed, []) if name in (text := each[key] if key else each)]
    return sorted(found)


def leftovers(target: Target) -> dict[str, str]:
    """Return the stages that are here, with when each began: of runs that were killed, and of those that go on."""
    found: dict[str, str] = {}
    bearing = (text for text in left(target, _PREFIX, KINDS[:3]) if text.startswith(_PREFIX))
    for name in sorted({text[: len(_PREFIX) + _DIGITS] for text in bearing}):
        if stack := describe(target, name):
            found.update((name, f"begun {tag['Value']}") for tag in stack.get("Tags", []) if tag["Key"] == _TAG)
        elif Artifacts(target, name).exists() or kept.by_destroyed(target, name):
            found[name] = "without a stack"
    return found
