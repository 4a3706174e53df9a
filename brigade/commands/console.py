"""`brigade console`: the operators' console, on this machine."""

import click

from brigade.acting.here import here
from brigade.commands.options import option, stack_name, yes_to_the_account
from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError, say


@click.command()
@option("--port", type=click.IntRange(0, 65_535), default=0, help="Where on 127.0.0.1; 0: one that is free.")
@option("--read-only", is_flag=True, help="Change nothing, whatever the page asks for.")
@stack_name
@yes_to_the_account
def console(port: int, read_only: bool, stack: str) -> None:
    """Serve a page on this machine until Ctrl-C: the chain, its dead letters, its pictures, and what repairs them.

    The address that is printed opens it once, for this machine's browser. Whoever opens it acts with your rights.
    Ctrl-C stops an act that is at work: what it has begun is done to its end, and no letter is lost.
    """
    try:
        from brigade.console.app import application  # noqa: PLC0415 - an extra has its libraries
        from brigade.console.console import Console  # noqa: PLC0415 - as above
        from brigade.portal.serving import listening, serve  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise OperatorError(f"{error.name} is not installed", 'pip install "bucket-brigade[portal]"') from error
    shown = Console(Pipeline.find(here(), stack), read_only=read_only)
    with listening(port) as on:
        number = on.getsockname()[1]
        app = application(shown, [f"127.0.0.1:{number}", f"localhost:{number}"])
        click.echo(f"the console of stack {stack} is on http://127.0.0.1:{number}/#{shown.session.token} until Ctrl-C")
        try:
            serve(app, on)
        except KeyboardInterrupt:
            say("the console is closed")
        finally:
            shown.close()
