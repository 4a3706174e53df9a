"""`brigade up` and `brigade down`: the local cloud."""

from contextlib import ExitStack
from typing import Annotated

import typer

from brigade.console import OperatorError, out, say
from brigade.local import local_cloud, local_record
from brigade.local.local_cloud import LocalCloud
from brigade.signals import held
from brigade.target import local_target


def up(
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="[default: 4566, or a free one where that is taken]")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Leave it running and return.")] = False,
) -> None:
    """Start the local cloud and print the variables that lead there: eval "$(brigade up --detach)".

    Without --detach it runs until Ctrl-C. Other brigade commands find it without the variables, too.
    """
    if running := _already(port):
        say(f"a local cloud is already running on {running.address}; `brigade down` stops it")
        _print_variables(running)
        return
    cloud = local_cloud.start(port)
    with ExitStack() as ending:
        ending.callback(_end, cloud)
        local_record.record(cloud)
        if detach:
            _announce(cloud)
            say("`brigade deploy` is next; `brigade down` stops it")
            cloud.outlive()
            ending.pop_all()
        else:
            _stay(cloud)


def down() -> None:
    """Stop the local cloud that `brigade up` started, and all that is in it."""
    cloud = local_record.recorded()
    if cloud is None:
        say("no local cloud is running")
        return
    was_alive = cloud.alive()
    _end(cloud)
    say(f"the local cloud on {cloud.address} " + ("is stopped" if was_alive else "had gone already"))


def _already(port: int | None) -> LocalCloud | None:
    """Return the recorded cloud if it is there; clear away what a dead one left."""
    cloud = local_record.recorded()
    if cloud is None:
        return None
    if not cloud.alive():
        _end(cloud)
        return None
    if not cloud.answers():
        raise OperatorError(f"the local cloud on {cloud.address} runs but does not answer", "`brigade down` stops it")
    if port not in {None, cloud.port}:
        raise OperatorError(
            f"a local cloud is already running on {cloud.address}", "`brigade down` stops it; or leave --port out"
        )
    return cloud


def _announce(cloud: LocalCloud) -> None:
    say(f"local cloud on {cloud.address}, log in {cloud.log}")
    _print_variables(cloud)


def _print_variables(cloud: LocalCloud) -> None:
    for name, value in local_target(cloud.endpoint).variables().items():
        out.print(f"export {name}={value}", markup=False)


def _stay(cloud: LocalCloud) -> None:
    """Wait until Ctrl-C, SIGTERM or `brigade down`; raises OperatorError when the cloud ends by itself."""
    try:
        _announce(cloud)
        say("Ctrl-C stops it")
        process = cloud.process
        if process is not None and process.wait() != 0:
            raise OperatorError(
                f"the local cloud ended by itself: {cloud.last_words()}", "`brigade up` starts a new one"
            )
    except KeyboardInterrupt:
        say(f"stopping the local cloud on {cloud.address}")


def _end(cloud: LocalCloud) -> None:
    with held():
        cloud.stop()
        local_record.forget(cloud)
