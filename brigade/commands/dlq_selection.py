"""Options that choose among dead letters."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from brigade.dead_letters.selection import Selection

Reason = Annotated[str | None, typer.Option(help="Only those of this reason, as `dlq ls` names it.")]
ImageId = Annotated[str | None, typer.Option("--image", metavar="ID", help="Only those about this picture.")]
KeyPattern = Annotated[
    str | None, typer.Option("--key", metavar="GLOB", help="Only those about keys like this, as 'holiday/*.jpg'.")
]
Since = Annotated[
    str | None, typer.Option(metavar="AGE", help="Only those that failed in this time, as 90s, 30m, 2h, 3d or 1w.")
]


def selection(reason: str | None, image: str | None, key: str | None, since: str | None) -> "Selection":
    """Return the choice that these options make; raises OperatorError for an age that is none."""
    from brigade.dead_letters.selection import Selection, age

    begin = datetime.now(UTC) - age(since) if since else None
    return Selection(reason=reason, image=image, key=key, since=begin)
