"""The error tree, by what happens next.

    Failure
    ├── Rejected                  permanent: dead letter at once, no retry is burnt
    │   ├── UnreadableMessage     the body is not an event that the actor hears
    │   ├── ObjectGone            the object is gone; no failure where its picture was removed (kit.function)
    │   ├── ObjectArchived        it is in an archive's storage class
    │   ├── AccessDenied          a policy or a key keeps the object from the function
    │   ├── AnnouncementTooLarge  SNS would not take what is to be said
    │   └── …                     each actor's own reasons stand beside the rule that raises them
    └── Retryable                 passing: tried again, later and later, then a dead letter
        ├── Throttled
        ├── ServiceUnavailable
        └── OutOfTime
    ConfigurationError            the deployment is wrong; nothing that a message could mend

Anything else that escapes an actor is a bug: retried like Retryable, and logged with its traceback.
A class's name is the reason that operators group by: ``CorruptImage`` reads ``corrupt-image``.
A class's docstring is its message; the detail that is passed in says what was seen.
"""

import re
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from botocore.exceptions import ClientError


def kebab(name: str) -> str:
    """Turn a class name into the words on the wire: ``CorruptImage`` → ``corrupt-image``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


class Failure(Exception):
    """The work could not be done."""

    reason: ClassVar[str] = "failure"

    def __init__(self, detail: str = "") -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        super().__init__(self.detail)

    def __init_subclass__(cls) -> None:
        cls.reason = kebab(cls.__name__)


class Rejected(Failure):
    """This message can never succeed as it is."""


class UnreadableMessage(Rejected):
    """The message is not an event that this actor hears."""


class ObjectGone(Rejected):
    """An object is gone, though its picture was neither removed nor replaced."""


class ObjectArchived(Rejected):
    """The object is in an archive's storage class: restore it, then redrive this."""


class AccessDenied(Rejected):
    """A policy or a key keeps the object from the function's role: mend that, then redrive this."""


# What reading an object may raise.
READING = (ObjectGone, ObjectArchived, AccessDenied)


class AnnouncementTooLarge(Rejected):
    """What is to be announced is larger than a message may be: shorten the recipe, then redrive this."""


class Retryable(Failure):
    """This did not work now; it may work later."""


class Throttled(Retryable):
    """The service asked to slow down."""


class ServiceUnavailable(Retryable):
    """The service failed or could not be reached."""


class OutOfTime(Retryable):
    """The function's time ran out before the work on this message was done."""


class ConfigurationError(Exception):
    """The deployment is wrong; the text says which setting to mend."""


def reason_of(error: BaseException) -> tuple[str, str]:
    """Return ``(reason, detail)`` for a dead letter; a bug reads ``unexpected-error`` with the exception's name."""
    if isinstance(error, Failure):
        return error.reason, error.detail
    return "unexpected-error", f"{type(error).__name__}: {error}"


def aws_code(error: "ClientError") -> str:
    """Return the code in AWS's answer, as ``AccessDenied``; empty where it has none."""
    return error.response.get("Error", {}).get("Code", "")
