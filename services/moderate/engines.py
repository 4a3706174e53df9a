"""Which moderation engine a deployment has chosen."""

from collections.abc import Mapping

from kit.errors import ConfigurationError
from services.moderate import open_nsfw, rekognition
from services.moderate.actor import MODERATOR
from services.moderate.opinion import Engine


def chosen(environment: Mapping[str, str]) -> Engine | None:
    """Return the engine, None where there is none; raises ConfigurationError for a name that is no engine's.

    Without a choice, as for local files in one process, it is the offline engine, if that is installed.
    """
    name = environment.get(MODERATOR.variable) or open_nsfw.NAME
    if name not in MODERATOR.choices:
        raise ConfigurationError(f"{MODERATOR.variable} is {name!r}: use one of {', '.join(MODERATOR.choices)}")
    if name == rekognition.NAME:
        return rekognition.judge
    return open_nsfw.judge if name == open_nsfw.NAME and open_nsfw.is_installed() else None
