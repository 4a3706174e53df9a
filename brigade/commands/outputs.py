"""`brigade outputs`: where a stack's things are."""

import click

from brigade.acting.here import here
from brigade.commands.options import argument, as_json, stack_name
from brigade.deploy.stack import Stack
from brigade.pipeline import Pipeline
from brigade.tables import table
from brigade.terminal import out, print_json


@click.command()
@argument("name", required=False, help="Print this one alone, as it is.")
@stack_name
@as_json
def outputs(name: str | None, stack: str, as_json: bool) -> None:
    """Show where the stack's buckets, queues, topics and functions are."""
    found = Stack.find(here(), stack)
    if name:
        out.print(Pipeline(found).output(name), markup=False)
        return
    rows = [(name, value, found.descriptions[name]) for name, value in sorted(found.outputs.items())]
    if as_json:
        print_json([{"name": name, "value": value, "description": what} for name, value, what in rows])
    else:
        out.print(table(f"{stack} on {found.target.describe()}", ("output", "value"), [row[:2] for row in rows]))
