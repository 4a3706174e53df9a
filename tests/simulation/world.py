"""The chain in memory in a world where messages come late, twice and in any order, and where functions die.

The actors, their mailboxes and the catalog's rules are the real ones. Whatever an actor does to the world is a step
at an edge: there it may die, be refused, or be overtaken by another invocation, before or after the effect.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from brigade.inline import TARGET, Clock, InMemoryChain, Invocation, lambda_record
from brigade.inline.s3_notification import REMOVED, notification
from kit import outputs
from kit.actor import Actor
from kit.backoff import Backoff
from kit.errors import ServiceUnavailable
from kit.events import Event, Image, ImageUploaded, Source
from kit.mailbox import Mailbox
from records.status import Status
from records.stored import Item
from services.archive.actor import KEEPS_ORIGINALS, STORAGE_CLASS
from services.chain import CHAIN
from services.describe.extractors import Found
from services.describe.tags import written
from tests.simulation.chance import Chance
from tests.simulation.edges import Deployed, Edge, LaggingRecords, Queue, Topics
from tests.simulation.parcels import Parcel
from tests.simulation.pixels import Time, extract, opinion
from tests.simulation.storage import ARCHIVE, MemoryCopies, VersionedStorage

# Of the functions' timeout: docs/architecture.md, and infra/messaging.py for every queue.
VISIBILITY = 6
GRACE_S = 60
_DELAYS_S = (0.5, 5, 90, 1_000)
_STEPS_S = (0, 0.001, 0.02, 0.4, 1.1)
_NESTED = 2  # invocations within one another
# More steps than any run takes: one that goes on for longer never ends.
_MOST_INVOCATIONS = 1_000


class Crash(BaseException):
    """The function's process is gone."""


class NeverEnds(AssertionError):
    """Messages are sent round and round."""


class World(InMemoryChain):
    """A chain at work under a seed.

    ``keeps``: whether archive keeps originals, yes or no; empty: there is no such actor.
    ``early`` are originals that were deleted though nothing stood in for them.
    ``story`` is what happened: when, how deep within other invocations, what, and to which messages.
    """

    def __init__(self, chance: Chance, recipes: str = "A", keeps: str = "") -> None:
        self.chance, self.working, self.keeps = chance, "", keeps
        chain = CHAIN.whole if keeps else CHAIN
        self.early: list[Source] = []
        self.story: list[tuple[float, int, str, tuple[Parcel, ...]]] = []
        self.waiting: dict[str, list[Parcel]] = {actor.name: [] for actor in chain.actors}
        self.dead: dict[str, list[Parcel]] = {actor.name: [] for actor in chain.actors}
        self.settled: list[tuple[str, Parcel]] = []
        self.unknown: set[tuple[str, int]] = set()
        self.deployed = dict.fromkeys(self.waiting, recipes)
        clock = Clock()
        self.time = Time(lambda: clock.seconds)
        self.bucket = VersionedStorage(now=self.time.now)
        self.catalog = LaggingRecords(lambda: chance.fault(chance.weather.lag), clock)
        self._numbers, self._depth, self._invocations = 0, 0, 0
        super().__init__(
            chain,
            stand_ins={
                "recipes": Deployed(self),
                "engine": opinion,
                "extractor": self._extract,
                "copies": Edge("copies", MemoryCopies(self.bucket, self._erase), self),
            },
            storage=Edge("storage", self.bucket, self),  # type: ignore[arg-type]
            records=Edge("records", self.catalog, self),  # type: ignore[arg-type]
            clock=clock,
            backoff=Backoff(first_s=2, longest_s=900, random=chance.random),
        )
        self.catalog.on_settled = self.stream
        for name, mailbox in self.mailboxes.items():
            queue, topics = Edge("queue", Queue(self, name), self), Edge("topics", Topics(self), self)
            self.mailboxes[name] = replace(mailbox, queue=queue, publisher=topics)

    def _mailbox(self, actor: Actor) -> Mailbox:
        settings = replace(self.site.settings, archive_bucket=ARCHIVE if self.keeps else "")
        chosen = {STORAGE_CLASS.variable: "DEEP_ARCHIVE", KEEPS_ORIGINALS.variable: self.keeps}
        self.site = replace(self.site, settings=settings, environment=chosen)
        return super()._mailbox(actor)

    def _erase(self, source: Source) -> None:
        """Delete an original for archive; S3 announces that like any removal."""
        record = self.catalog.items[Image.of(source).id]
        copy, known = self.copy(source), record.get("archived", {})
        stands_in = copy is not None and known.get("sha256") == sha256(copy).hexdigest()
        if not (stands_in and copy == self.bucket.uploads[source.version or ""]) and record["status"] != Status.REMOVED:
            self.early.append(source)
        self.tell(f"archive deletes {source.key} {source.version}")
        self.bucket.unnamed += 1
        self.send(ImageUploaded, notification(self.bucket.erase(source.key, source.version or ""), REMOVED))

    def _extract(self, content: bytes, format_: str) -> Found:
        """Find more than a record would hold, where describe has recipes A."""
        found: Found = extract(content, format_)
        more = written({"MakerNotes:Curve": "".join(sha256(bytes([n])).hexdigest() for n in range(90))})
        return replace(found, tags={**found.tags, **more}) if self.deployed["describe"] == "A" else found

    # What is sent.

    def send(self, event: type[Event], body: str, attributes: Mapping[str, str] | None = None) -> None:
        for actor in self.chain.subscribers(event, attributes):
            self.put(actor.name, body, GRACE_S if actor.delayed else 0)

    def stream(self, before: Item, after: Item) -> None:
        if "source" not in after:  # removed before it was heard of: there is nobody to tell
            self.unknown.add((after["image_id"], after["settled"]))
        super().stream(before, after)

    def put(self, actor: str, body: str, delay: float = 0, attributes: Mapping[str, str] | None = None) -> None:
        """Put a message into one actor's queue; by chance it comes late, and twice."""
        for _ in range(2 if self.chance.fault(self.chance.weather.repeat) else 1):
            late = self.chance.one_of(_DELAYS_S) if self.chance.fault(self.chance.weather.delay) else 0
            self._numbers += 1
            now = self.clock.seconds
            number = f"m{self._numbers:04}"
            self.waiting[actor].append(Parcel(number, body, attributes or {}, now + delay + late, now))

    def bury(self, actor: str, body: str, attributes: Mapping[str, str]) -> None:
        """Put a message into an actor's dead-letter queue."""
        self._numbers += 1
        self.tell(f"dead letter of {actor}: {attributes.get('reason', 'no reason, received too often')}")
        self.dead[actor].append(Parcel(f"m{self._numbers:04}", body, attributes, sent_at=self.clock.seconds))

    def take_out(self, actor: str, number: str) -> None:
        """Delete a message from a queue."""
        self.settled += [(actor, each) for each in self.waiting[actor] if each.id == number]
        self.waiting[actor] = [each for each in self.waiting[actor] if each.id != number]

    # What happens.

    def step(self, what: str, does: Callable[[], Any]) -> Any:
        """Do something at an edge of the invocation that is under way, or let it fail there."""
        chance, weather, who = self.chance, self.chance.weather, self.working
        self.clock.seconds += chance.one_of(_STEPS_S)
        if self._depth <= _NESTED and chance.fault(weather.overlap):
            self.tell(f"{who} is overtaken before {what}")
            self.deliver()
            self.working = who
        crashes, is_refused = chance.fault(weather.crash), chance.fault(weather.refuse)
        before = (crashes or is_refused) and chance.random.random() < 0.5
        result = None if before else does()
        if crashes or is_refused:
            how = "dies" if crashes else "is refused"
            self.tell(f"{who} {how} {'before' if before else 'after'} {what}")
            raise Crash if crashes else ServiceUnavailable(what)
        return result

    def deliver(self) -> bool:
        """Let one actor take one batch of what can be seen now; return whether there was any."""
        now = self.clock.seconds
        ready = {name: [each for each in parcels if each.seen_at <= now] for name, parcels in self.waiting.items()}
        names = [name for name, parcels in ready.items() if parcels]
        if not names:
            return False
        wanders = self.chance.fault(self.chance.weather.wander)
        name = self.chance.one_of(names) if wanders else names[0]
        batch = ready[name]
        if wanders:
            self.chance.random.shuffle(batch)
            batch = batch[: 1 + int(self.chance.random.random() * len(batch))]
        self._invoke(name, batch[: self.chain.actor(name).batch])
        return True

    def run(self) -> None:
        """Work until every queue is empty."""
        while self.deliver() or self.jump():
            pass

    def jump(self) -> bool:
        """Let the time pass until the next message is seen; return whether there is any."""
        times = [each.seen_at for parcels in self.waiting.values() for each in parcels]
        self.clock.seconds = max(self.clock.seconds, min(times, default=0))
        return bool(times)

    def _invoke(self, name: str, batch: list[Parcel]) -> None:
        actor, clock = self.chain.actor(name), self.clock
        self._invocations += 1
        if self._invocations > _MOST_INVOCATIONS:
            raise NeverEnds(f"{_MOST_INVOCATIONS} invocations, and no end")
        for parcel in batch:
            parcel.attempts += 1
            parcel.seen_at = clock.seconds + VISIBILITY * actor.timeout
        for parcel in [each for each in batch if each.attempts > actor.attempts]:
            batch.remove(parcel)  # SQS moves it by itself, after as many receives
            self.take_out(name, parcel.id)
            self.settled.pop()
            self.bury(name, parcel.body, parcel.attributes)
        self.working, self._depth = name, self._depth + 1
        self.tell(f"{name} receives", *(replace(each) for each in batch))
        try:
            records = {"Records": [lambda_record(each.message) for each in batch]}
            answer = self.mailboxes[name].handle(records, Invocation(clock, clock.seconds + actor.timeout))
            if self.chance.fault(self.chance.weather.crash):
                self.tell(f"{name} dies before its messages are deleted")
                return
            kept = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            for parcel in batch:
                if parcel.id not in kept:
                    self.take_out(name, parcel.id)
        except Crash:
            pass
        finally:
            self._depth -= 1

    def tell(self, line: str, *parcels: Parcel) -> None:
        """Add a line to the story, with what these messages are about."""
        self.story.append((self.clock.seconds, self._depth, line, parcels))

    # What is there.

    def outputs(self) -> dict[str, bytes]:
        """Return what lies in the target bucket, by key."""
        return {key: content for (bucket, key), content in self.bucket.objects.items() if bucket == TARGET}

    def uploaded(self, image_id: str) -> bool:
        """Whether the source bucket shows that picture under its key."""
        shown = (self.bucket.newest(self.bucket.bucket, key) for key in list(self.bucket.versions))
        return any(source and Image.of(source).id == image_id for source in shown)

    def copy(self, source: Source) -> bytes | None:
        """Return the archive's copy of an original, or None."""
        return self.bucket.objects.get((ARCHIVE, outputs.archived(source)))

    def stored_of(self, image_id: str) -> set[str]:
        """Return the keys of a picture's outputs that lie in the target bucket."""
        return {key for key in self.outputs() if image_id in key}
