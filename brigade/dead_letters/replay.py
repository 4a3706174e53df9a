"""An actor's function on this machine, on the very input of a dead letter. It reads what is real and writes nothing."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.rehearsal import RehearsalCopies, RehearsalStorage, rehearsal_records
from brigade.deploy import deployed_recipes
from brigade.pipeline import Pipeline
from infra import names
from kit.actor import Actor
from kit.delivery import Act
from kit.events import Event
from kit.function import Site
from kit.letter import read_letters
from kit.settings import Settings
from kit.storage import S3Storage
from services.catalog.memory import MemoryRecords
from services.functions import FUNCTIONS

Record = Mapping[str, Any]


@dataclass
class Replay:
    """What a replay came to. ``error`` is what the actor raised, with its traceback; None: it succeeded."""

    stored: dict[tuple[str, str], bytes] = field(default_factory=dict)  # by bucket and key
    deleted: list[tuple[str, str]] = field(default_factory=list)  # bucket and key
    recorded: dict[str, dict[str, Any]] = field(default_factory=dict)  # attributes that would change, by picture
    announced: list[Event] = field(default_factory=list)
    error: Exception | None = None


def replay(pipeline: Pipeline, actor: Actor, letter: DeadLetter) -> Replay:
    """Let the actor work on a dead letter here, with the recipes that are deployed, until it is done or has failed.

    kit.aws must lead to the pipeline's target (Target.export does that). Raises what is wrong with the surroundings,
    OperatorError for one; what the actor itself raises is the answer's ``error``.
    """
    storage = RehearsalStorage(S3Storage(pipeline.archive_bucket or ""))
    records = rehearsal_records(letter.images(), pipeline.output(names.TABLE)) if actor.table else MemoryRecords()
    before = deepcopy(records.items)
    act = _connect(pipeline, actor, storage, records)
    done = Replay(stored=storage.written.objects, deleted=storage.deleted)
    try:
        for each in read_letters(actor, letter.body, letter.trace, letter.attempts or 1):
            for event in act(each):
                done.announced.append(event)  # one by one: what was said before a failure was said
    except Exception as error:  # noqa: BLE001 - whatever the actor raises is what was asked for
        done.error = error
    done.recorded = {
        identity: _changes(before.get(identity, {}), after)
        for identity, after in records.items.items()
        if before.get(identity) != after
    }
    return done


def _connect(pipeline: Pipeline, actor: Actor, storage: RehearsalStorage, records: MemoryRecords) -> Act:
    """Return the actor's function with what the deployment has chosen for it, connected to what cannot hurt."""
    settings = Settings(
        source_bucket=pipeline.source_bucket,
        target_bucket=pipeline.target_bucket,
        archive_bucket=pipeline.archive_bucket or "",
        environment="replay",
        region=pipeline.target.region,
    )
    parameters = pipeline.stack.parameters
    chosen = {each.variable: parameters.get(each.name, each.default) for each in actor.settings}
    function = FUNCTIONS[actor.name]
    recipes = {"recipes": deployed_recipes.of(pipeline.stack)} if "recipes" in function.parts else {}
    return function.connect(
        Site(storage, settings, chosen), records=records, copies=RehearsalCopies(storage), **recipes
    )


def _changes(before: Record, after: Record) -> dict[str, Any]:
    return {name: value for name, value in after.items() if before.get(name) != value}
