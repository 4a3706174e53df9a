"""What people do to the chain while it works: each as the commands do it, or by the events that those send."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from brigade.dead_letters.letter import DeadLetter, Redrive
from brigade.inline import InMemoryChain
from brigade.inline.s3_notification import CREATED, HIDDEN, REMOVED, notification
from brigade.pictures.moderation_review import JUDGEMENTS, judge, why_left
from brigade.rework.orders import plan
from kit.chain import OPERATOR
from kit.envelope import Envelope, wrap
from kit.events import DeadLetterHandled, Image, ImageUploaded, Source
from kit.tracing import Trace
from records.picture import PictureRecord
from records.rules import DISCARDED, REDRIVEN
from records.stored import read
from tests.simulation.parcels import Parcel
from tests.simulation.pixels import CONTENTS, RECIPES
from tests.simulation.world import World

KEYS = ("plain.jpg", "gated/a.jpg", "flagged/a.jpg")
# Whose work a record tells again; who works on nothing that only the letter knows, so that an operator may discard it.
RERUN, DISCARDABLE = ("ingest", "normalize", "describe", "resize"), ("normalize", "resize", "describe", "moderate")
# What a dead letter says that another try may well mend; nothing: its function was killed too often.
PASSING = ("service-unavailable", "throttled", "out-of-time", "unknown", "not-recorded")


@dataclass(frozen=True)
class Operation:
    """``verb`` and what it is done to: a key, an actor, the recipes' name, or the number of a version of before."""

    verb: str
    what: str
    more: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.what} {self.more}".strip()


def drawn(random: Random, most: int = 8) -> list[Operation]:
    """Draw what is done in a run: an upload, and other operations of all kinds on one key or two."""
    keys = random.sample(KEYS, random.choice((1, 1, 2)))
    done, versions = list[Operation](), list[str]()
    for _ in range(random.randint(1, most)):
        verb = random.choice(_VERBS) if versions else "upload"
        if verb == "upload":
            content = random.choice(("green", "blue", "blue", "red", "red", "broken", "text"))
            done.append(Operation(verb, random.choice(keys), content))
        elif verb == "delete":
            done.append(Operation(verb, random.choice(keys)))
        elif verb in ("erase", *JUDGEMENTS):
            done.append(Operation(verb, random.choice(versions)))
        elif verb == "deploy":
            done.append(Operation(verb, random.choice("ABC")))
        else:
            who = {"rerun": RERUN, "redrive": tuple(_ACTORS), "discard": DISCARDABLE}[verb]
            done.append(Operation(verb, random.choice(who)))
        if verb in ("upload", "delete"):
            versions.append(f"#{len(versions) + 1}")
    return done


_VERBS = ("upload", "upload", "upload", "delete", "erase", "approve", "reject", "redrive", "discard", "rerun", "deploy")
_ACTORS = ("ingest", "describe", "normalize", "moderate", "resize", "catalog", "retire")


class Operator:
    """Whoever types the commands. ``versions`` are what was uploaded, and delete markers, in their order."""

    id, by = "operation", "somebody"

    def __init__(self, world: World) -> None:
        self._world = world
        self.versions: list[Source] = []
        self.judged: dict[str, str] = {}

    def do(self, operation: Operation) -> bool:
        """Do it if that is possible now; return whether it was."""
        does: Callable[..., bool] = getattr(self, "_" + operation.verb)
        return does(*filter(None, (operation.what, operation.more)))

    def note(self, *_: str) -> None:
        """Keep no record of the operation."""

    def _upload(self, key: str, content: str) -> bool:
        self.versions.append(self._world.bucket.put(key, CONTENTS[content]))
        self._notify(self.versions[-1], CREATED)
        return True

    def _delete(self, key: str) -> bool:
        self.versions.append(self._world.bucket.hide(key))
        self._notify(self.versions[-1], HIDDEN)
        return True

    def _erase(self, number: str) -> bool:
        gone = self.versions[int(number[1:]) - 1]
        self._notify(self._world.bucket.erase(gone.key, gone.version or ""), REMOVED)
        return True

    def _notify(self, source: Source, event: str) -> None:
        self._world.tell(f"S3: {event} of {source.key} {source.version}")
        self._world.send(ImageUploaded, notification(source, event))

    def _approve(self, number: str) -> bool:
        return self._judge("approve", number)

    def _reject(self, number: str) -> bool:
        return self._judge("reject", number)

    def _judge(self, verb: str, number: str, *, again: bool = False) -> bool:
        image_id = Image.of(self.versions[int(number[1:]) - 1]).id
        record = self._world.catalog.get(image_id)
        if image_id in self.judged and not again:
            return True  # once is enough: by the time of a second judgement the first may not have been heard
        if record is None or "source" not in record or why_left(read(record)):
            return False
        self.judged[image_id] = verb
        self._world.tell(f"{OPERATOR}: {verb} {number}")
        list(judge(self, [read(record)], JUDGEMENTS[verb], self))  # type: ignore[arg-type]
        return True

    def approve_again(self) -> None:
        """Approve what was approved before and waits at the gate again: its outputs had been deleted."""
        for n, source in enumerate(self.versions, 1):
            if self.judged.get(Image.of(source).id) == "approve":
                self._judge("approve", f"#{n}", again=True)

    def publish(self, envelope: Envelope) -> None:
        """Be where judgements are announced."""
        InMemoryChain.publish(self._world, envelope)

    def _redrive(self, actor: str) -> bool:
        self._world.tell(f"{OPERATOR}: redrive {actor}")
        for parcel in self.take(actor):
            self.send_back(actor, parcel)
        return True

    def _discard(self, actor: str) -> bool:
        self._world.tell(f"{OPERATOR}: discard {actor}")
        for parcel in self.take(actor):
            self._handled(actor, parcel, DISCARDED)
        return True

    def take(self, actor: str) -> list[Parcel]:
        """Take all letters out of an actor's dead-letter queue."""
        taken, self._world.dead[actor] = self._world.dead[actor], []
        return taken

    def send_back(self, actor: str, parcel: Parcel) -> None:
        """Redrive one dead letter, and let the catalog know."""
        letter = self.letter(parcel)
        redrive = Redrive(at=self._world.time.now().isoformat(), by=self.by, operation=self.id, reason=letter.reason)
        self._world.put(actor, parcel.body, attributes=letter.redriven(redrive))
        self._handled(actor, parcel, REDRIVEN)

    def letter(self, parcel: Parcel) -> DeadLetter:
        """Return a dead letter as the commands read it."""
        return DeadLetter(parcel.id, parcel.body, parcel.attributes, self._world.time.now())

    def _handled(self, actor: str, parcel: Parcel, action: str) -> None:
        letter = self.letter(parcel)
        if self._world.chance.fault(self._world.chance.weather.refuse):
            self._world.tell(f"the catalog is not told of what was {action}")
            return
        for image in letter.images():
            told = {"actor": letter.actor or actor, "failed_at": letter.failed_at, "operation": self.id, "by": self.by}
            self.publish(
                wrap(DeadLetterHandled(image=image, action=action, **told), OPERATOR, Trace.read(letter.trace))
            )

    def _rerun(self, actor: str) -> bool:
        self._world.tell(f"{OPERATOR}: rerun --from {actor}")
        self.rerun(actor)
        return True

    def rerun(self, actor: str) -> None:
        """Send every picture that can be sent back to that actor."""
        chain, recipes = self._world.chain, RECIPES[self._world.deployed[actor]]
        for order in plan(self.records(), chain.actor(actor), chain, recipes).orders:
            self._world.put(actor, order.body)

    def records(self) -> Iterator[PictureRecord]:
        """Yield the records of all pictures as the commands read them."""
        return (read(each) for each in list(self._world.catalog.items.values()) if "source" in each)

    def _deploy(self, recipes: str) -> bool:
        self._world.tell(f"{OPERATOR}: deploy recipes {recipes}")
        for actor in self._world.chance.random.sample(_ACTORS, len(_ACTORS)):
            self._world.deployed[actor] = recipes
            if self._world.chance.fault(self._world.chance.weather.wander):
                self._world.deliver()
        return True
