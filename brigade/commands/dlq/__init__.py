"""`brigade dlq`: what could not be done, why, and what to do about it."""

import typer

from brigade.commands.dlq.archive import export, import_
from brigade.commands.dlq.discard import discard
from brigade.commands.dlq.edit import edit
from brigade.commands.dlq.history import history
from brigade.commands.dlq.ls import ls
from brigade.commands.dlq.redrive import redrive
from brigade.commands.dlq.replay import replay
from brigade.commands.dlq.show import show

app = typer.Typer(help="Dead letters: what could not be done, why, and what to do about it.", no_args_is_help=True)
app.command()(ls)
app.command()(show)
app.command()(redrive)
app.command()(edit)
app.command()(discard)
app.command()(export)
app.command(name="import")(import_)
app.command()(replay)
app.command()(history)
