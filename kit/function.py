"""A Lambda function made of an actor's declaration and its ``act``: the wiring, done once for all actors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from kit import logs
from kit.actor import Actor
from kit.mailbox import Act, Context, Mailbox, Reader
from kit.publisher import SnsPublisher
from kit.queue import SqsQueue
from kit.settings import Settings
from kit.storage import S3Storage, Storage


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
        settings = Settings.from_environment()
        logs.configure(region=settings.region, environment=settings.environment, instance=settings.instance)
        return Mailbox(
            actor=actor,
            act=connect(Site(S3Storage(), settings)),
            queue=SqsQueue(settings.queue_url, settings.dead_letter_queue_url),
            publisher=SnsPublisher(settings.topics),
            version=settings.version,
            read=read,
        )

    def handle(event: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
        return mailbox().handle(event, context)

    return handle
