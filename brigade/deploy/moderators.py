"""Moderation engines as a deployment meets them: which one it gets by itself, and whether pictures wait in vain."""

from collections.abc import Mapping

from imaging.recipes import Recipes
from infra.sources import folder_of
from services.moderate import open_nsfw, rekognition
from services.moderate.actor import MODERATE, MODERATOR

NONE = "none"


def of_this_machine() -> dict[str, str]:
    """Return the setting for a local cloud, which has no Rekognition: the offline engine, if it is installed."""
    return {MODERATOR.name: open_nsfw.NAME if open_nsfw.is_installed() else NONE}


def warning(recipes: Recipes, settings: Mapping[str, str], *, own_libraries: bool) -> str:
    """Say what becomes of moderation where the chosen engine will not be there; empty: it will, or nobody asks for it.

    ``own_libraries``: functions run with the libraries of this machine, not with those in their zips.
    """
    moderator = settings.get(MODERATOR.name, NONE)
    asking = {recipe.moderation: recipe.name for recipe in reversed(recipes.recipe) if recipe.moderation != "off"}
    if not asking or _will_be_there(moderator, own_libraries=own_libraries):
        return ""
    gate, flag = asking.get("gate"), asking.get("flag")
    fates = [f"pictures of recipe {gate} wait" if gate else "", f"those of {flag} get no verdict" if flag else ""]
    return (
        f"warning: no moderation engine ({MODERATOR.name}={moderator}): {' and '.join(filter(None, fates))}; "
        f"`pip install '.[moderation]'`, then `brigade deploy --set {MODERATOR.name}={open_nsfw.NAME}`"
    )


def _will_be_there(moderator: str, *, own_libraries: bool) -> bool:
    if moderator != open_nsfw.NAME:
        return moderator == rekognition.NAME
    if own_libraries:
        return open_nsfw.is_installed()
    requirements = folder_of(MODERATE.module.rpartition(".")[0]) / "requirements.txt"
    return open_nsfw.PACKAGE in requirements.read_text(encoding="utf-8")
