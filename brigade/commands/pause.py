"""`brigade pause` and `resume`: stopping and starting actors."""

from collections.abc import Sequence

import click

from brigade.acting.here import here
from brigade.commands.options import actors, stack_name, yes_to_the_account
from brigade.flow import mappings
from brigade.pipeline import Pipeline
from brigade.terminal import duration, say
from infra.messaging import RETENTION_S
from services.chain import CHAIN


@click.command()
@actors
@stack_name
@yes_to_the_account
def pause(actors: tuple[str, ...], stack: str) -> None:
    """Stop actors without a deployment; their messages wait in their queues, for at most four days.

    What an actor has begun it finishes. One that is paused already stays so. A later deployment that changes the
    actor's event source mapping may start it again: `brigade status` shows.
    """
    _switch(actors, stack, on=False)
    say(f"their messages wait for {duration(RETENTION_S)}, then SQS deletes them; `brigade resume` lets them go on")


@click.command()
@actors
@stack_name
@yes_to_the_account
def resume(actors: tuple[str, ...], stack: str) -> None:
    """Start paused actors again: they go on with what waits in their queues."""
    _switch(actors, stack, on=True)
    say("`brigade status --watch` shows how they get on")


def _switch(wanted: Sequence[str], stack: str, *, on: bool) -> None:
    chosen = [CHAIN.whole.actor(name) for name in wanted]
    word = "running" if on else "paused"
    for actor, changed in mappings.switch(Pipeline.find(here(), stack), chosen, on=on):
        say(f"{actor.name} is {word}" if changed else f"{actor.name} was {word} already")
