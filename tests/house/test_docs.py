"""The generated docs say all that is declared, and are not stale."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import troposphere
from msgspec.structs import fields

from brigade.inline import InMemoryChain
from infra import names
from infra.parameters import LAYER_ARN, parameters
from kit import settings
from kit.actor import Actor
from kit.chain import Edge, says
from kit.envelope import Envelope, decode
from kit.errors import Rejected
from kit.events import Event, ImageNormalized, StoredImage
from services.chain import CHAIN
from services.ingest import notification
from tools.chain_drawing import drawing
from tools.chain_page import chain_page, diagram
from tools.events_page import DEAD_LETTER, events_page
from tools.examples import NOTIFICATION, SOURCE
from tools.generate import deploying_page, main, parameters_table

CHAIN_PAGE, EVENTS_PAGE, DEPLOYING_PAGE = chain_page(CHAIN), events_page(CHAIN), deploying_page(CHAIN)


def test_the_docs_are_what_the_declarations_say() -> None:
    assert main(["--check"]) == 0, "run `make docs`"


@pytest.mark.parametrize("name", ["chain.md", "deploying.md", "events.md"])
def test_a_stale_page_is_named_with_what_mends_it(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / name).write_text("old", encoding="utf-8")
    assert main(["--check"], tmp_path) == 1
    said = capsys.readouterr().err.splitlines()
    assert said == [f"docs/{name} does not match the declarations: run `python -m tools.generate`"]


def test_a_page_that_is_not_there_is_stale(tmp_path: Path) -> None:
    assert main(["--check"], tmp_path) == 1


@pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)
def test_every_actor_is_described_with_its_reasons(actor: Actor) -> None:
    section = CHAIN_PAGE.split(f"\n## {actor.name}\n")[1].split("\n## ")[0]
    assert actor.purpose in section
    assert f"{actor.memory:,} MB" in section
    for reason in actor.rejects:
        assert f"| `{reason.reason}` | {reason.__doc__} |" in section
    for event in actor.hears:
        assert f"events.md#{event.kind}" in section


@pytest.mark.parametrize("event", CHAIN.events, ids=lambda event: event.kind)
def test_every_event_is_described_with_its_fields(event: type[Event]) -> None:
    section = EVENTS_PAGE.split(f"\n## {event.kind}\n")[1].split("\n## ")[0]
    assert all(f"| `{field.name}` |" in section for field in fields(event))
    example = re.search(r"```json\n(.+?)```", section, re.DOTALL)
    assert example
    if event is not CHAIN.origin:
        envelope, _ = decode(example[1], [event])
        assert json.loads(example[1]).keys() == {field.name for field in fields(Envelope)}
        assert event in dict(CHAIN.speakers)[envelope.actor]


def test_the_example_of_a_notification_is_one() -> None:
    assert [upload.image.source for upload in notification.read(json.dumps(NOTIFICATION))] == [SOURCE]


@pytest.mark.parametrize("edge", CHAIN.edges, ids=lambda edge: f"{edge.speaker}-{edge.hearer}-{edge.event.kind}")
def test_every_way_of_a_message_is_drawn(edge: Edge) -> None:
    drawn = re.sub(r"[\[({/]+\"[^\"]+\"[\])}/]+", "", diagram(CHAIN))  # without the labels
    topic = edge.event.kind.replace("-", "_")
    speaker = edge.speaker.replace("s3", "source")
    assert f"    {speaker} --> {topic}\n" in drawn
    assert f"    {topic} --> {edge.hearer}_queue\n" in drawn


def test_the_sites_drawing_shows_every_actor_with_what_it_hears_and_says() -> None:
    actors = CHAIN.whole.actors
    shown = Counter(re.findall(r">([^<>]+)</text>", drawing(CHAIN.whole)))
    told = Counter(event.kind for actor in actors for event in says(actor))
    told += Counter(event.kind for actor in actors if not actor.stream for event in actor.hears)
    assert {word: count for word, count in shown.items() if word in told} == told
    assert all(shown[actor.name] == 1 for actor in actors)


def test_every_setting_is_listed() -> None:
    names = {value for name, value in vars(settings).items() if name.isupper() and str(value).startswith("BRIGADE_")}
    topics = {settings.topic_variable(event.kind) for event in CHAIN.events if event is not CHAIN.origin}
    listed = set(re.findall(r"^\| `(BRIGADE_\w+)` \|", EVENTS_PAGE, re.MULTILINE))
    assert listed == {name for name in names if not name.endswith("_")} | topics


def test_the_attributes_of_dead_letters_are_those_that_they_have() -> None:
    line = InMemoryChain(CHAIN)
    line.upload("notes.jpg", b"no picture")
    line.run()
    [letter] = line.queues["ingest"].dead_letters
    assert set(letter.attributes) == set(DEAD_LETTER)


class ImageFramed(Event, frozen=True, kw_only=True):
    """Somebody put a frame around a picture."""

    framed: StoredImage
    corners: tuple[int, ...]
    title: str | None = None  # what the frame says


class TooWide(Rejected):
    """The picture is wider than any frame."""


def test_an_actor_that_joins_needs_no_word_in_the_generator() -> None:
    framer = Actor(name="frame", purpose="Frames", hears=(ImageNormalized,), says=(ImageFramed,), rejects=(TooWide,))
    chain = replace(CHAIN, actors=(*CHAIN.actors, framer))
    assert "| `too-wide` | The picture is wider than any frame. |" in chain_page(chain)
    events = events_page(chain)
    assert "| `title` | `str \\| None` | `null` | what the frame says |" in events
    assert "Said by frame. Heard by nobody in the chain." in events
    assert re.search(r"Heard by moderate, resize, catalog.* and frame\.", events)


@pytest.mark.parametrize("parameter", parameters(CHAIN), ids=lambda parameter: parameter.title)
def test_every_parameter_that_brigade_does_not_fill_in_is_described(parameter: troposphere.Parameter) -> None:
    ours = parameter.title in (names.CODE_BUCKET, names.VERSION) or parameter.title.endswith("CodeKey")
    row = f"| `{parameter.title}` | {parameter.properties['Description']} |"
    assert (row in DEPLOYING_PAGE.split("## Parameters, tags")[1].split("\n## ")[0]) is not ours


@pytest.mark.parametrize(
    ("name", "default", "allowed"),
    [
        ("AlarmEmail", "empty", "one e-mail address, or nothing"),
        ("Architecture", "`arm64`", "`arm64`, `x86_64`"),
        ("Environment", "`production`", "any text"),
        ("GraceSeconds", "`900`", "`0` to `900`"),
        ("ExiftoolLayerArn", "empty", f"`{LAYER_ARN}`".replace("|", "\\|")),
    ],
)
def test_a_parameter_has_its_default_and_what_is_allowed(name: str, default: str, allowed: str) -> None:
    (row,) = [row for row in parameters_table(CHAIN).splitlines() if row.startswith(f"| `{name}` |")]
    assert row.endswith(f" | {default} | {allowed} |")
