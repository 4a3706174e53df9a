"""`brigade dlq replay`: an actor's function here, on a dead letter's very input."""

import pdb
import traceback
from collections.abc import Mapping
from typing import Any

import click
from click.exceptions import Exit
from msgspec import to_builtins
from rich.text import Text

from brigade.acting.here import here
from brigade.commands.options import argument, as_json, option, stack_name
from brigade.dead_letters import replay as replaying
from brigade.dead_letters.replay import Replay
from brigade.dead_letters.selection import named
from brigade.dead_letters.stack_queues import dead_letter_queue
from brigade.dead_letters.where import LOOK_S
from brigade.pipeline import Pipeline
from brigade.tables import table
from brigade.terminal import byte_size, out, print_json, printable, say
from kit.errors import Failure, reason_of
from services.chain import CHAIN


@click.command()
@argument("actor", required=True, help="Whose dead letter.")
@argument("message", required=True, help="The beginning of its id.")
@option("--local", is_flag=True, hidden=True, expose_value=False)  # once it had to be given
@option("--pdb", "debugger", is_flag=True, help="Open the debugger where it failed.")
@stack_name
@as_json
def replay(actor: str, message: str, debugger: bool, stack: str, as_json: bool) -> None:
    """Run an actor's function on a dead letter again, here: it reads the real picture and writes nothing anywhere.

    Shows what it would have stored and announced, or how it failed. Exits 1 when it failed.
    """
    chosen = CHAIN.whole.actor(actor)
    pipeline = Pipeline.find(here(), stack)
    letter = named(dead_letter_queue(pipeline, chosen).look(LOOK_S), message)
    done = replaying.replay(pipeline, chosen, letter)
    if as_json:
        print_json([_facts(done)])
    else:
        _print(done)
    if done.error:
        if debugger:
            pdb.post_mortem(done.error.__traceback__)
        raise Exit(1)


def _facts(done: Replay) -> dict[str, Any]:
    reason, detail = reason_of(done.error) if done.error else (None, None)
    return {
        "succeeded": done.error is None,
        "reason": reason,
        "detail": detail,
        "stored": [{"bucket": b, "key": key, "bytes": len(content)} for (b, key), content in done.stored.items()],
        "deleted": [{"bucket": bucket, "key": key} for bucket, key in done.deleted],
        "recorded": done.recorded,
        "announced": [{"event": event.kind, "data": to_builtins(event)} for event in done.announced],
    }


def _print(done: Replay) -> None:
    facts = _facts(done)
    effects = [
        *(("store", f"{each['bucket']}/{each['key']}", byte_size(each["bytes"])) for each in facts["stored"]),
        *(("delete", f"{each['bucket']}/{each['key']}", "") for each in facts["deleted"]),
        *(("record", identity, _changes(attributes)) for identity, attributes in done.recorded.items()),
        *(("announce", event.kind, event.image.source.key) for event in done.announced),
    ]
    if effects:
        out.print(table("it would", ("do", "what", ""), effects))
    if done.error is None:
        say("it succeeds here; nothing was written" if effects else "it succeeds here, and does nothing")
        return
    out.print(Text.assemble((printable(facts["reason"]), "red"), ": ", printable(facts["detail"])))
    if not isinstance(done.error, Failure):  # a bug
        out.print(Text("".join(traceback.format_exception(done.error))))
    say("it fails here too; nothing was written")


def _changes(attributes: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" if name == "status" else name for name, value in attributes.items())
