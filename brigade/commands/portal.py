"""`brigade portal`: the visitors' portal, on this machine."""

import click

from brigade.acting.here import here
from brigade.commands.options import option, stack_name, yes_to_the_account
from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError, say


@click.command()
@option("--port", type=click.IntRange(0, 65_535), default=8123, help="Where on 127.0.0.1; 0: one that is free.")
@stack_name
@yes_to_the_account
def portal(port: int, stack: str) -> None:
    """Serve a stack's portal on this machine until Ctrl-C, with renditions at the paths that CloudFront has.

    On the local cloud, its page shows the mails with the codes. Visitors act with your rights.
    """
    try:
        from brigade.portal.serving import listening, local_portal, serve  # noqa: PLC0415 - an extra has its libraries
    except ModuleNotFoundError as error:
        raise OperatorError(f"{error.name} is not installed", 'pip install "bucket-brigade[portal]"') from error
    pipeline = Pipeline.find(here(), stack)
    with listening(port) as on:
        page = f"http://127.0.0.1:{on.getsockname()[1]}/"
        app = local_portal(pipeline, page)
        click.echo(f"the portal of stack {stack} is on {page} until Ctrl-C")
        try:
            serve(app, on)
        except KeyboardInterrupt:
            say("the portal is closed")
