"""A Lambda function made of an actor's declaration and its work: the wiring, done once for all actors."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from kit import logs, outputs, stream
from kit.actor import Actor
from kit.delivery import Act, Context
from kit.errors import ObjectGone
from kit.events import Event
from kit.letter import Letter
from kit.mailbox import Mailbox
from kit.publisher import SnsPublisher
from kit.queue import SqsQueue
from kit.settings import Settings
from kit.storage import S3Storage, Storage

log = logging.getLogger("brigade")


@dataclass(frozen=True)
class Site:
    """Where an actor works: its objects, its settings, and the variables that hold what its deployment has chosen."""

    storage: Storage
    settings: Settings
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


class Function:
    """An actor's Lambda function. Nothing is read or connected before its first event.

    ``act`` is the work: it takes a letter, the ``site`` and the ``parts``, and announces by yielding. Each of the parts
    is given by what makes it for a site: recipes, records, an engine.
    """

    def __init__(self, actor: Actor, act: Callable[..., Iterable[Event]], **parts: Callable[[Site], Any]) -> None:
        self.actor = actor
        self.act = act
        self.parts = parts

    def connect(self, site: Site, **stand_ins: Any) -> Act:
        """Return the work at a site. ``stand_ins`` replace the parts of those names; other names are ignored."""
        made = {name: stand_ins[name] if name in stand_ins else make(site) for name, make in self.parts.items()}
        return unless_removed(partial(self.act, site=site, **made), site.storage)

    def __call__(self, event: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
        """Handle Lambda's event of SQS or of a stream: return the messages that stay in the queue."""
        handle = stream.handle if stream.feeds(event) else Mailbox.handle
        return handle(self._mailbox, event, context)

    @cached_property
    def _mailbox(self) -> Mailbox:
        settings = Settings.from_environment()
        logs.configure(region=settings.region, environment=settings.environment, instance=settings.instance)
        return Mailbox(
            actor=self.actor,
            act=self.connect(Site(S3Storage(settings.archive_bucket), settings)),
            queue=SqsQueue(settings.queue_url, settings.dead_letter_queue_url),
            publisher=SnsPublisher(settings.topics),
            version=settings.version,
        )


def unless_removed(act: Act, storage: Storage) -> Act:
    """Return the same work, which succeeds without its object where the result is unwanted.

    The result is unwanted if the picture was removed or replaced (S3 shows another version under its key, or none), or
    if it was made again (it has another master than the one that is gone). Otherwise ObjectGone is raised.
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
