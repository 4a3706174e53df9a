"""A message's body in the operator's editor: as readable JSON, and checked before it goes back."""

import difflib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.limits import unsendable
from brigade.terminal import OperatorError
from kit.actor import Actor
from kit.errors import UnreadableMessage
from kit.events import Image
from kit.letter import read_letters

_FALLBACK = "vi"  # POSIX has it
_NO_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)


def readable(body: str) -> str:
    """Return a body as indented JSON, its numbers and strings as they were; one that is no JSON, as it is."""
    try:
        return _formatted(body, indent=2) + "\n"
    except _NO_JSON:
        return body


def revised(letter: DeadLetter, text: str) -> DeadLetter:
    """Return the letter with JSON for its body, without the spaces between the parts. Raises as _formatted does."""
    return replace(letter, body=_formatted(text, indent=-1))


def mistake(letter: DeadLetter, text: str, actor: Actor | None) -> str:
    """Say why a letter with this body would fail again; empty: nothing speaks against it.

    It must be JSON that SQS takes; and where the actor is known, what that actor hears, with at least one picture,
    whose id is that of its bucket, key and version: else its record would tell of another picture. Where it could be
    read before, it must be about the same pictures: else those would wait for it in vain.
    """
    try:
        new = revised(letter, text)
        letters = read_letters(actor, new.body) if actor else []
        if actor and not letters:
            return f"it tells {actor.name} of no picture; `brigade dlq discard` throws a message away"
        for image in (each.event.image for each in letters):
            if image.id != Image.of(image.source).id:
                return "its image.id is not that of this bucket, key and version; leave all four as they were"
        before = {image.id for image in letter.images()}
        if actor and before and before != {each.event.image.id for each in letters}:
            return "it was about another picture, which would wait for it in vain; leave bucket, key and version"
    except UnreadableMessage as error:
        return error.detail
    except _NO_JSON as error:
        return f"it is no JSON: {error}"
    return unsendable(new)


def _formatted(text: str, indent: int) -> str:
    """Return JSON with its numbers and strings as they were. Raises one of _NO_JSON where it is none."""
    msgspec.json.decode(text)  # formatting alone would let some mistakes pass
    return msgspec.json.format(text, indent=indent)


def difference(before: str, after: str) -> Iterator[str]:
    """Yield the lines of a unified diff."""
    return difflib.unified_diff(before.splitlines(), after.splitlines(), "as it was", "as it will be", lineterm="")


def editor(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the command that edits a file: $VISUAL, else $EDITOR, else vi. Raises OperatorError where there is none.

    The variables hold a command line, as ``code --wait``.
    """
    chosen = environment.get("VISUAL") or environment.get("EDITOR") or _FALLBACK
    try:
        command = shlex.split(chosen)
    except ValueError as error:
        raise OperatorError(f"the editor {chosen!r} is no command: {error}", "set EDITOR, as EDITOR=nano") from error
    if not command or shutil.which(command[0]) is None:
        raise OperatorError(f"the editor {chosen!r} is not installed", "set EDITOR to one that is, as EDITOR=nano")
    return command


def edit(text: str, command: list[str]) -> str:
    """Let the operator edit a text; return it as it was saved. Raises OperatorError when the editor fails."""
    with tempfile.TemporaryDirectory(prefix="brigade-") as folder:
        path = Path(folder, "message.json")
        path.write_text(text, encoding="utf-8", newline="")
        code = subprocess.call([*command, str(path)])
        if code:
            raise OperatorError(f"{command[0]} ended with {code}", "the message was left as it was")
        try:
            return path.read_bytes().decode()
        except (OSError, UnicodeError) as error:
            raise OperatorError(f"what {command[0]} has saved cannot be read: {error}", "save it as UTF-8") from error
