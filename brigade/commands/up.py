"""`brigade up` and `brigade down`: the local cloud."""

import os
import shlex
from contextlib import ExitStack

import click

from brigade.commands.options import option
from brigade.local import local_cloud, local_record
from brigade.local.cloud_process import LocalCloud
from brigade.local.local_record import CLOUD
from brigade.signals import held
from brigade.target import ENDPOINT, local_target
from brigade.terminal import OperatorError, out, say


@click.command()
@option("--port", type=click.IntRange(1, 65535), help="On 127.0.0.1.  [default: 4566, or else one that is free]")
@option("--detach", is_flag=True, help="Leave it running and return.")
@option("--name", default="", envvar=CLOUD, help="Not this folder's: one for all commands with BRIGADE_CLOUD=NAME.")
def up(port: int | None, detach: bool, name: str) -> None:
    """Start the local cloud and print the variables that lead there: eval "$(brigade up --detach)".

    Without --detach it runs until Ctrl-C. Without the variables, brigade's commands find it in this folder and those
    below, up to the root of another checkout.
    """
    if name:
        os.environ[CLOUD] = name
    before = local_record.recorded()
    if before and _is_running(before, port):
        say(f"{before.title} is already running; `brigade down` stops it, `brigade up --name NAME` starts another")
        _print_variables(before)
        return
    cloud = local_cloud.start(port, before.owner if before else local_record.owners()[0])
    with ExitStack() as ending:
        ending.callback(_end, cloud)
        local_record.record(cloud)
        if detach:
            _announce(cloud)
            named = f"with {CLOUD}={shlex.quote(name)}, " if name else ""
            say(f"{named}`brigade deploy` is next; `brigade down` stops it")
            cloud.outlive()
            ending.pop_all()
        else:
            _stay(cloud)


@click.command()
def down() -> None:
    """Stop the local cloud that commands use here, and all that is in it."""
    endpoint = os.environ.get(ENDPOINT)
    cloud = local_record.at(endpoint) if endpoint and not os.environ.get(CLOUD) else local_record.recorded()
    if cloud is None:
        say("no local cloud is running here")
        return
    was_alive = cloud.alive()
    _end(cloud)
    say(f"{cloud.title} {'is stopped' if was_alive else 'had gone already'}")


def _is_running(cloud: LocalCloud, port: int | None) -> bool:
    """Return whether the recorded cloud is there; clear away what a dead one left."""
    if not cloud.alive():
        _end(cloud)
        return False
    if not cloud.answers():
        raise OperatorError(f"{cloud.title} runs but does not answer", "`brigade down` stops it")
    if port not in {None, cloud.port}:
        raise OperatorError(f"{cloud.title} is already running", "`brigade down` stops it; or leave --port out")
    return True


def _announce(cloud: LocalCloud) -> None:
    say(f"{cloud.title}, log in {cloud.log}")
    _print_variables(cloud)


def _print_variables(cloud: LocalCloud) -> None:
    named = {CLOUD: cloud.owner} if os.environ.get(CLOUD) else {}
    for name, value in (local_target(cloud.endpoint).variables() | named).items():
        out.print(f"export {name}={shlex.quote(value)}", markup=False)


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
        say(f"stopping {cloud.title}")


def _end(cloud: LocalCloud) -> None:
    with held():
        cloud.stop()
        local_record.forget(cloud)
