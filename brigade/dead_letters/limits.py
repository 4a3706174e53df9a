"""What SQS takes as a message, so that one that it would refuse is refused before anything is sent. Pure."""

import base64
import re

from brigade.dead_letters.letter import DeadLetter
from kit.queue import MOST_ATTRIBUTES, NOT_ALLOWED

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
MOST_BYTES = 1024 * 1024
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
_NAME = re.compile(r"(?!aws\.|amazon\.)(?!.*\.\.)[A-Za-z0-9_-]([A-Za-z0-9_.-]{0,254}[A-Za-z0-9_-])?", re.IGNORECASE)
_TYPE = re.compile(r"(String|Number|Binary)(\..{1,249})?")


def unsendable(letter: DeadLetter) -> str:
    """Say why SQS would refuse this message; empty: it takes it."""
    if not letter.body:
        return "its body is empty"
    if found := NOT_ALLOWED.search(letter.body):
        return f"its body holds the character U+{ord(found[0]):04X}, which SQS does not take"
    if len(letter.attributes) > MOST_ATTRIBUTES:
        return f"it has {len(letter.attributes)} attributes, and SQS takes {MOST_ATTRIBUTES}"
    for name, value in letter.attributes.items():
        if why := _unsendable_attribute(name, value, letter.types.get(name, "String")):
            return f"its attribute {name!r} {why}"
    if (size := _bytes(letter)) > MOST_BYTES:
        return f"it has {size} bytes, and SQS takes {MOST_BYTES}"
    return ""


def _unsendable_attribute(name: str, value: str, type_: str) -> str:
    if not _NAME.fullmatch(name):
        return "has a name that SQS does not take"
    if not _TYPE.fullmatch(type_):
        return f"is of type {type_!r}, and there are String, Number and Binary"
    if not value:
        return "is empty"
    if type_.startswith("Number") and not _is_number(value):
        return "is no number"
    if type_.startswith("Binary"):
        return "" if _is_base64(value) else "is not in Base64"
    return "holds a character that SQS does not take" if NOT_ALLOWED.search(value) else ""


def _is_number(value: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value) is not None


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return True


def _bytes(letter: DeadLetter) -> int:
    """Return the message's size as SQS counts it: names, types and values of attributes count like the body."""
    total = len(letter.body.encode())
    for name, value in letter.attributes.items():
        type_ = letter.types.get(name, "String")
        content = base64.b64decode(value) if type_.startswith("Binary") else value.encode()
        total += len(name.encode()) + len(type_) + len(content)
    return total
