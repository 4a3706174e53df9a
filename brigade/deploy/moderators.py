"""Moderation engines as a deployment meets them: which one it gets by itself, and whether pictures wait in vain."""

from collections.abc import Mapping

from brigade.target import Target
from imaging.recipes import Recipes
from infra.packaging.package import folder_of
from services.moderate import open_nsfw, rekognition
from services.moderate.actor import MODERATE, MODERATOR

NONE = "none"


def of_this_machine() -> dict[str, str]:
    """Return the setting for a local cloud, which has no Rekognition: the offline engine, if it is installed."""
    return {MODERATOR.name: open_nsfw.NAME if open_nsfw.is_installed() else NONE}


def warning(recipes: Recipes, settings: Mapping[str, str], target: Target) -> str:
    """Say what becomes of moderation where the chosen engine will not be there; empty: it will, or nobody asks for it.

    A deployment goes on all the same: pictures whose recipe does not ask are as well without an engine, and the SDK
    may know fewer regions with Rekognition than there are.
    """
    moderator = settings.get(MODERATOR.name, NONE)
    asking = {recipe.moderation: recipe.name for recipe in reversed(recipes.recipe) if recipe.moderation != "off"}
    if not asking or _will_be_there(moderator, target):
        return ""
    gate, flag = asking.get("gate"), asking.get("flag")
    fates = [f"pictures of recipe {gate} wait" if gate else "", f"those of {flag} get no verdict" if flag else ""]
    what = f"no moderation engine ({MODERATOR.name}={moderator})"
    advice = f"`pip install '.[moderation]'`, then `brigade deploy --set {MODERATOR.name}={open_nsfw.NAME}`"
    if moderator == rekognition.NAME:
        what = f"no Amazon Rekognition in {target.region}, by the list of the SDK"
        advice = f"deploy to another region, or with {MODERATOR.name}={open_nsfw.NAME} (services/moderate/README.md)"
    return f"warning: {what}: {' and '.join(filter(None, fates))}; {advice}"


def _will_be_there(moderator: str, target: Target) -> bool:
    if moderator == rekognition.NAME:
        partition = target.session.get_partition_for_region(target.region)
        return target.is_local or target.region in target.session.get_available_regions(rekognition.NAME, partition)
    if moderator == NONE:
        return False
    if target.is_ministack:  # it runs functions with the libraries of this machine, not with those in their zips
        return open_nsfw.is_installed()
    requirements = folder_of(MODERATE.module.rpartition(".")[0]) / "requirements.txt"
    return open_nsfw.PACKAGE in requirements.read_text(encoding="utf-8")
