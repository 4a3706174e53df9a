"""What has become of the pictures that dead letters are about, as the catalog says."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from brigade.dead_letters.letter import DeadLetter
from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError, explain, say
from kit.actor import Actor
from kit.errors import UnreadableMessage
from kit.events import ImageOutdated, ImageRemoved, ImageRetired
from kit.letter import read_letters
from records.picture import PictureRecord
from records.status import OUTDATED, Status

Records = Mapping[str, PictureRecord]
# Who hears one of these has work to do on pictures that nobody wants.
_CLEARING = {ImageOutdated, ImageRemoved, ImageRetired}


def records(pipeline: Pipeline, letters: Iterable[DeadLetter]) -> Records:
    """Return the records of the letters' pictures, by id: of those that the catalog knows."""
    return pipeline.catalog.get({image_id: None for letter in letters for image_id in _ids(letter)})


def statuses(pipeline: Pipeline | None, letters: Iterable[DeadLetter]) -> dict[str, str]:
    """Return what is known of the statuses of the letters' pictures, by message id; several with commas between.

    Letters are looked at when something is wrong, with the table perhaps, and by those who may not read it: they are
    warned then, and no status is known.
    """
    letters = list(letters)
    if pipeline is None:
        return {}
    try:
        found = records(pipeline, letters)
    except (ClientError, BotoCoreError, OperatorError) as error:
        say(f"warning: the statuses of the pictures are unknown: {explain(error)}")
        return {}
    known = {each.message_id: [found[image].status for image in _ids(each) if image in found] for each in letters}
    return {message: ", ".join(dict.fromkeys(said)) for message, said in known.items() if said}


def is_moot(letter: DeadLetter, actor: Actor, found: Records) -> bool:
    """Return whether a letter's work is wanted no more: each of its pictures is removed, replaced, or READY.

    READY counts where this very actor has done its work since the letter failed. What clears up after pictures is
    never moot, nor what removes one.
    """
    try:
        events = [each.event for each in read_letters(actor, letter.body)]
    except UnreadableMessage:
        return False
    if not events or _CLEARING & {*actor.hears, *map(type, events)}:
        return False
    return all(_is_settled(found.get(event.image.id), actor, letter) for event in events)


def _is_settled(record: PictureRecord | None, actor: Actor, letter: DeadLetter) -> bool:
    if record is None:
        return False
    done = record.stages.get(actor.name)
    done_since = done is not None and datetime.fromisoformat(done.at) > letter.since
    return record.status in OUTDATED or (record.status is Status.READY and done_since)


def _ids(letter: DeadLetter) -> list[str]:
    return [image.id for image in letter.images()] or [letter.image_id][: bool(letter.image_id)]
