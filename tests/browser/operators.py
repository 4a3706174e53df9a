"""An operator before the console's page: the console is the real one, AWS is moto."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

import pytest
from botocore.client import BaseClient
from msgspec.structs import replace

from brigade.console.app import application
from brigade.console.console import Console
from brigade.dead_letters.redrive import Pace
from infra import names
from kit.events import DeadLetterHandled, Image, ImageIngested, ImageJudged, Verdict
from services.chain import CHAIN
from tests.brigade.console.conftest import NoTraces
from tests.support import story
from tests.support.browsing import DESK, served
from tests.support.deployed import RENDITIONS, Deployed, deploy, rendition_key, way
from tests.support.moto import REGION, queue
from tests.support.pictures import png
from tests.support.site import body

_SIZE = (600, 400)  # of a master
# Five reasons, as the actors give them.
REASONS = (
    ("normalize", "unknown-recipe", "wall; there are walls, default"),
    ("normalize", "corrupt-image", "image file is truncated (23 bytes not processed)"),
    ("ingest", "not-an-image", "begins with the bytes 6d 69 6c 6b 2c 20 62 72, as no picture does"),
    ("resize", "access-denied", "s3:GetObject of the master: not authorized to perform kms:Decrypt"),
    ("catalog", "throttled", "ProvisionedThroughputExceededException"),
)


@dataclass
class Operator:
    """Who sits before the page, and the stack behind it."""

    page: Any
    stack: Deployed
    console: Console
    address: str
    strangers: list[tuple[str, int]]  # what other pages have asked for, and the answers' status
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on(
            "console", lambda said: self.violations.extend([said.text] if "Content Security" in said.text else [])
        )
        self.page.on("pageerror", lambda error: self.violations.append(str(error)))

    def enter(self) -> "Operator":
        self.page.goto(f"{self.address}#{self.console.session.token}")
        self.heading("Overview").wait_for()
        return self

    def heading(self, name: str) -> Any:
        return self.page.get_by_role("heading", level=1, name=name, exact=True)

    def go(self, name: str) -> None:
        """Choose a view in the bar on top."""
        self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        self.heading(name).wait_for()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def says(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()

    def letters(self, actor: str) -> list[str]:
        """Return the bodies of an actor's dead letters."""
        return sorted(letter.body for letter in self.console.place(actor).queue.look(0))

    def waiting(self, actor: str) -> list[str]:
        """Take out what waits for an actor; return the bodies."""
        return sorted(message["Body"] for message in self.stack.received(CHAIN.actor(actor)))


def noting(app: Any, strangers: list[tuple[str, int]]) -> Any:
    """Return the application; it notes how what comes from other pages is answered."""

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        async def answer(message: Any) -> None:
            is_same_site = dict(scope["headers"]).get(b"sec-fetch-site") == b"same-site"
            if is_same_site and "status" in message and "/api/" in scope["path"]:
                strangers.append((scope["path"], message["status"]))
            await send(message)

        await app(scope, receive, answer)

    return noted


def letter(key: str, actor: str, reason: str, detail: str) -> dict[str, Any]:
    """Return what SQS is sent when an actor gives up the picture of a key."""
    event = ImageIngested(image=story.image(key), recipe="wall", format="JPEG", width=40, height=30, bytes=9)
    failed_at = "2026-11-27T08:00:01.000Z"
    facts = {"reason": reason, "detail": detail, "attempts": "3", "failed_at": failed_at, "actor": actor}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in facts.items()}
    return {"MessageBody": body(event, "ingest"), "MessageAttributes": attributes}


def bury(stack: Deployed, key: str, actor: str, reason: str, detail: str) -> str:
    """Have an actor give up the picture of a key; return the body of the dead letter."""
    url, dead = stack.pipeline.output(names.dead_letter_queue(CHAIN.actor(actor))), letter(key, actor, reason, detail)
    stack.sqs.send_message(QueueUrl=url, **dead)
    return str(dead["MessageBody"])


def held(stack: Deployed, key: str, verdict: Verdict = "refused") -> Image:
    """Have a picture that moderation holds back."""
    picture, (width, height) = stack.upload(key), _SIZE
    master = replace(story.MASTER, width=width, height=height)
    gated = replace(story.normalized(picture, "gate"), master=master)
    judged = replace(story.moderated(picture, "gate", verdict), master=master)
    stack.catalog(*way(picture)[:1], story.said(gated, "normalize"), story.said(judged, "moderate"))
    return picture


def ready(stack: Deployed, key: str) -> Image:
    """Have a picture with which all went well, and that can be looked at."""
    picture = stack.upload(key)
    stack.catalog(*way(picture))
    for name in RENDITIONS:
        stack.pipeline.s3.put_object(Bucket="target", Key=rendition_key(picture.id, name), Body=png())
    return picture


def equip(patch: pytest.MonkeyPatch) -> Deployed:
    """Return a stack with all that the console asks for, and let moto be asked by one thread at a time."""
    call, lock = BaseClient._make_api_call, RLock()  # type: ignore[attr-defined]

    def one_at_a_time(client: Any, *given: Any) -> Any:
        with lock:
            return call(client, *given)

    patch.setattr(BaseClient, "_make_api_call", one_at_a_time)
    patch.setattr("brigade.dead_letters.queue.LONG_POLL_S", 0)
    patch.setattr("brigade.dead_letters.notify_catalog.PATIENCE_S", 0)
    patch.setattr(Pace, "watch_s", 0)  # nobody works on what is sent back
    stack = deploy()
    stack.pipeline.target.clients["xray"] = NoTraces()
    sns = stack.pipeline.target.client("sns")
    for event in (DeadLetterHandled, ImageJudged):
        topic = stack.pipeline.stack.outputs[names.topic(event)] = sns.create_topic(Name=event.kind)["TopicArn"]
        queue(event.kind)
        arn = f"arn:aws:sqs:{REGION}:123456789012:{event.kind}"
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
    stack.pipeline.s3.put_object(Bucket="target", Key=story.MASTER.key, Body=png(_SIZE))
    return stack


@pytest.fixture
def operator(cloud: None, chromium: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Operator]:
    """An operator of a stack on moto."""
    monkeypatch.setattr("brigade.console.work.discards_file", lambda _: tmp_path / "discarded.jsonl")
    stack = equip(monkeypatch)
    console = Console(stack.pipeline)
    strangers: list[tuple[str, int]] = []
    with served(lambda port: noting(application(console, [f"127.0.0.1:{port}"]), strangers)) as port:
        context = chromium.new_context(**DESK)
        context.set_default_timeout(30_000)
        yield Operator(context.new_page(), stack, console, f"http://127.0.0.1:{port}/", strangers)
        context.close()
    console.worker.stop()
    console.worker.wait()
