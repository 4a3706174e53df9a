"""Why a picture could not be moderated."""

from kit.errors import Rejected, Retryable


class Unviewable(Rejected):
    """The moderation engine cannot read the picture."""


class NoModerator(Retryable):
    """No moderation engine is here: `brigade deploy --set Moderator=…` chooses one."""
