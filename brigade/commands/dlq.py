"""`brigade dlq`: what could not be done, why, and what to do about it."""

import typer

from brigade.commands import changing, reading
from brigade.commands.dlq_discard import discard
from brigade.commands.dlq_edit import edit
from brigade.commands.dlq_export import export, import_
from brigade.commands.dlq_ls import ls
from brigade.commands.dlq_redrive import redrive
from brigade.commands.dlq_replay import replay
from brigade.commands.dlq_show import show
from brigade.commands.history import history

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
