"""The command line's commands. Adding one: its function in brigade/commands, and a line here that declares it."""

import os
from typing import Annotated

import typer

from brigade import release
from brigade.commands import approve as judge
from brigade.commands import changing, cost, demo, dlq, offline, package, process, prove, reading, recipes, trace
from brigade.commands import deploy as stack
from brigade.commands import ls as search
from brigade.commands import rerun as rework
from brigade.commands import show as pictures
from brigade.commands import status as flow
from brigade.commands import up as cloud
from brigade.console import DEBUG, out

app = typer.Typer(
    name="brigade",
    help="Bucket Brigade: pictures handed from actor to actor. Everything acts on AWS_ENDPOINT_URL where that is set, "
    "on the local cloud that `brigade up` started in this folder or above, or else on your AWS account.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        out.print(release())
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", envvar=DEBUG, help="Show the traceback of an error.")] = False,
    show_version: Annotated[  # noqa: ARG001 - the callback answers it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the release.")
    ] = False,
) -> None:
    """Take the options that stand before every command."""
    if debug:
        os.environ[DEBUG] = "1"


app.command()(offline(cloud.up))
app.command()(offline(cloud.down))
app.command()(changing(stack.deploy))
app.command()(changing(stack.destroy))
app.command()(reading(stack.outputs))
app.command()(offline(package.package))
app.command()(changing(pictures.upload))
app.command()(reading(search.ls))
app.command()(reading(pictures.show))
app.command()(reading(pictures.get))
app.command()(reading(trace.trace))
app.command()(offline(process.process))
app.command()(changing(flow.pause))
app.command()(changing(flow.resume))
app.command()(reading(flow.status))
app.command()(reading(rework.missing))
app.command()(changing(rework.rerun, unless="dry_run"))
app.command()(changing(judge.approve))
app.command()(changing(judge.reject))
app.command()(offline(cost.cost))
app.add_typer(recipes.app, name="recipes")
app.add_typer(dlq.app, name="dlq")
app.command()(offline(demo.demo))
app.command()(changing(prove.prove))
