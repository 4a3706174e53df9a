"""Dead letters in a file: one JSON object a line, with all that is needed to put them back into a queue."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.limits import unsendable
from brigade.terminal import OperatorError


def write(letters: Iterable[DeadLetter], path: Path, queue: str) -> None:
    """Write letters to a new file; when this returns, they are on the disk.

    Raises OperatorError where the file is there already, OSError where it cannot be written.
    """
    try:
        file = path.open("xb")
    except FileExistsError:
        raise OperatorError(f"{path} is there already", "name another file") from None
    with file:
        file.writelines(_line(letter, queue) for letter in letters)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def rewrite(letters: Iterable[DeadLetter], path: Path, queue: str) -> None:
    """Let a file that ``write`` has made hold these letters instead: at any moment it is the old one or the new one.

    Raises OSError where that cannot be written; the file is as it was then.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    try:
        write(letters, draft, queue)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def read(path: Path) -> list[DeadLetter]:
    """Return the letters of a file, in its order; raises OperatorError with the number of the first line that is none.

    Empty lines are passed over.
    """
    letters = []
    numbers: dict[str, int] = {}
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                letter = _letter(text)
                if (first := numbers.setdefault(letter.message_id, number)) != number:
                    raise msgspec.ValidationError(f"line {first} has the message {letter.message_id} already")
            except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
                raise OperatorError(
                    f"{path}, line {number} is no dead letter: {error}", "mend or delete that line, then repeat"
                ) from error
            letters.append(letter)
    return letters


def _line(letter: DeadLetter, queue: str) -> bytes:
    """Return a letter's line; ``queue`` names the dead-letter queue that it was taken from."""
    return msgspec.json.encode({"queue": queue} | msgspec.to_builtins(letter)) + b"\n"


def _letter(text: bytes) -> DeadLetter:
    letter = msgspec.json.decode(text, type=DeadLetter)
    if why := unsendable(letter):
        raise msgspec.ValidationError(why)
    return letter


def _sync_folder(folder: Path) -> None:
    """Let the file's name too be on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
