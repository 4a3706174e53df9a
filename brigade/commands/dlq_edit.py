"""`brigade dlq edit`: one message mended by hand, and sent back."""

import sys

import click
from rich.text import Text

from brigade.commands.dlq_options import of_messages
from brigade.commands.dlq_where import Whose, patiently
from brigade.commands.options import yes
from brigade.dead_letters import editing
from brigade.dead_letters.acts import send_back
from brigade.dead_letters.editing import difference, editor, mistake, readable, revised
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import HOLD_S
from brigade.dead_letters.selection import named
from brigade.dead_letters.where import Where
from brigade.terminal import Declined, OperatorError, ask, out, printable, say

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command()
@yes
@of_messages("[ACTOR] MESSAGE", required=True)
def edit(*, yes: bool, whose: Whose) -> None:
    """Change a message's body in your editor ($VISUAL, $EDITOR or vi), and send it back to the queue.

    What you save is checked by the rules of the actor that is to hear it, and shown as a diff. An unchanged message
    stays where it is.
    """
    place, message = whose.one_message()
    letter = named(patiently(place, HOLD_S), message)
    before = readable(letter.body)
    text = _edited(letter, before, place)
    after = readable(text)
    if before in {text, after}:
        say("nothing was changed, nothing was sent")
        return
    for line in difference(before, after):
        out.print(Text(printable(line), style=_COLOURS.get(line[:1], "")))
    ask("Send it back like this?", yes)
    operation = send_back(place, letter, revised(letter, text))
    say(f"sent back to {place.back} (operation {operation.id})")


def _edited(letter: DeadLetter, before: str, place: Where) -> str:
    """Let the operator edit until nothing speaks against the text, or it is as it was; raises OperatorError else."""
    command, text = editor(), before
    while True:
        text = editing.edit(text, command)
        why = "" if text == before else mistake(letter, text, place.actor)
        if not why:
            return text
        if not sys.stdin.isatty():
            raise OperatorError(f"not sent: {why}", "edit it again; it stays as it was")
        say(f"that would fail again: {why}")
        if not click.confirm("Edit again?", default=True, err=True):
            raise Declined("nothing was changed")
