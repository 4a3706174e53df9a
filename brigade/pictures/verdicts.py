"""A moderation engine's verdict as people read it."""

from collections.abc import Mapping
from typing import Any


def told(moderation: Mapping[str, Any]) -> str:
    """Return a record's moderation in words: ``refused, nudity 93 %``."""
    return f"{moderation['verdict']}, nudity {moderation['confidence']} %"
