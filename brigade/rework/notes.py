"""What an operator should know of a picture before it is sent back. Pure: knows no cloud."""

from collections.abc import Collection, Iterator

from brigade.rework.gaps import recipe_of
from imaging.recipes import Recipes
from kit.actor import Actor
from kit.events import ImageNormalized
from records.picture import APPROVED, PictureRecord
from records.rules import DISCARDED, failure, what_was_done

_KEPT_AT_THE_GATE = (
    "approved by hand, which does not let a new master pass: rerun it from resize after this, "
    "or it keeps its old renditions"
)
_LETTER_STAYS = (
    "{actor} gave it up, and its dead letter stays: `brigade dlq redrive {actor}` instead of this, "
    "or `brigade dlq discard {actor} --image ID` after it"
)


def notes(record: PictureRecord, working: Collection[Actor], recipes: Recipes) -> Iterator[str]:
    """Yield what is to be known when these actors work on the picture again."""
    if any(ImageNormalized in actor.says for actor in working) and _is_let_pass_by_hand(record, recipes):
        yield _KEPT_AT_THE_GATE
    failed = failure(record)
    if failed and what_was_done(failed, record.handled.get(failed.actor)) != DISCARDED:
        yield _LETTER_STAYS.format(actor=failed.actor)


def _is_let_pass_by_hand(record: PictureRecord, recipes: Recipes) -> bool:
    """Whether its recipe, as it is now, keeps a gate that the picture passed by approval alone."""
    recipe = recipe_of(record, recipes)
    is_gated = recipe is not None and recipe.moderation == "gate"
    return is_gated and APPROVED in record.judged and record.verdict != "accepted"
