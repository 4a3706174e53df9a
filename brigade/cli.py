"""The command line's commands. Adding one: its function in brigade/commands, and a line here."""

import os
from typing import Annotated

import typer

from brigade import release
from brigade.commands import (
    cloud,
    cost,
    demo,
    dlq,
    flow,
    judge,
    package,
    pictures,
    process,
    recipes,
    rework,
    search,
    stack,
    trace,
)
from brigade.console import DEBUG, out
from brigade.local.local_record import CLOUD

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
    cloud_name: Annotated[
        str, typer.Option("--cloud", envvar=CLOUD, metavar="NAME", help="Act on the local cloud of that name.")
    ] = "",
    show_version: Annotated[  # noqa: ARG001 - the callback answers it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the release.")
    ] = False,
) -> None:
    """Take the options that stand before every command."""
    if debug:
        os.environ[DEBUG] = "1"
    if cloud_name:
        os.environ[CLOUD] = cloud_name


app.command()(cloud.up)
app.command()(cloud.down)
app.command()(stack.deploy)
app.command()(stack.destroy)
app.command()(stack.outputs)
app.command()(package.package)
app.command()(pictures.upload)
app.command()(search.ls)
app.command()(pictures.show)
app.command()(pictures.get)
app.command()(trace.trace)
app.command()(process.process)
app.command()(flow.pause)
app.command()(flow.resume)
app.command()(flow.status)
app.command()(rework.missing)
app.command()(rework.rerun)
app.command()(judge.approve)
app.command()(judge.reject)
app.command()(cost.cost)
app.add_typer(recipes.app, name="recipes")
app.add_typer(dlq.app, name="dlq")
app.command()(demo.demo)
