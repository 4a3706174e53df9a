"""Options that many commands share."""

from typing import Annotated

import typer

StackName = Annotated[str, typer.Option("--stack", envvar="BRIGADE_STACK", help="The stack's name.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array.")]
