"""`brigade dlq`: what could not be done, why, and what to do about it."""

import typer

from brigade.commands import changing, reading
from brigade.commands.dlq.archive import export, import_
from brigade.commands.dlq.discard import discard
from brigade.commands.dlq.edit import edit
from brigade.commands.dlq.history import history
from brigade.commands.dlq.ls import ls
from brigade.commands.dlq.redrive import redrive
from brigade.commands.dlq.replay import replay
from brigade.commands.dlq.show import show

app = typer.Typer(help="Dead letters: what could not be done, why, and what to do about it.", no_args_is_help=True)
app.command()(reading(ls))
app.command()(reading(show))
app.command()(changing(redrive, unless="dry_run"))
app.command()(changing(edit))
app.command()(changing(discard))
app.command()(reading(export))
app.command(name="import")(changing(import_))
app.command()(reading(replay))
app.command()(reading(history))
