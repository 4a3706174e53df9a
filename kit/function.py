"""A Lambda function made of an actor's declaration and its ``act``: the wiring, done once for all actors."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from kit import logs, outputs
from kit.actor import Actor
from kit.errors import ObjectGone
from kit.events import Event
from kit.mailbox import Act, Context, Letter, Mailbox, Reader
from kit.publisher import SnsPublisher
from kit.queue import SqsQueue
from kit.settings import Settings
from kit.storage import S3Storage, Storage

log = logging.getLogger("brigade")


@dataclass(frozen=True)
class Site:
    """Where an actor works: its objects and its settings."""

    storage: Storage
    settings: Settings


Handler = Callable[[dict[str, Any], Context], dict[str, list[dict[str, str]]]]


def function(actor: Actor, connect: Callable[[Site], Act], read: Reader | None = None) -> Handler:
    """Return the Lambda handler. Nothing is read or connected before its first event."""

    @cache
    def mailbox() -> Mailbox:
        settings, storage = Settings.from_environment(), S3Storage()
        logs.configure(region=settings.region, environment=settings.environment, instance=settings.instance)
        return Mailbox(
            actor=actor,
            act=unless_removed(connect(Site(storage, settings)), storage),
            queue=SqsQueue(settings.queue_url, settings.dead_letter_queue_url),
            publisher=SnsPublisher(settings.topics),
            version=settings.version,
            read=read,
        )

    def handle(event: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
        return mailbox().handle(event, context)

    return handle


def unless_removed(act: Act, storage: Storage) -> Act:
    """Return the same work; where its object is gone, it ends well if nobody wants what would be made of it.

    That is so if S3 no longer shows that picture under its key: it was removed or replaced. And if the picture has
    another master than the one that is gone: it was made again, with other settings. All else is a failure.
    """

    def work(letter: Letter[Any]) -> Iterator[Event]:
        try:
            yield from act(letter)
        except ObjectGone:
            source = letter.event.image.source
            shown = storage.newest(source.bucket, source.key)
            is_shown = shown and (source.version or source.etag) in (None, "", shown.version, shown.etag)
            if is_shown and not _is_made_again(letter.event, storage):
                raise
            log.info("left alone: the picture was removed, replaced or made again meanwhile")

    return work


def _is_made_again(event: Event, storage: Storage) -> bool:
    master = getattr(event, "master", None)  # of the events that name what to work on
    return bool(master and storage.stored(master.bucket, outputs.masters(event.image.id)))
