import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from brigade.dead_letters.letter import DeadLetter
from brigade.demo.contact_sheet import SheetPicture, render
from brigade.inline import TARGET, InMemoryChain
from kit.outputs import MASTERS, RENDITIONS
from records.picture import Failure, PictureRecord, Stage
from records.rules import failure
from records.status import Status
from services.chain import CHAIN
from tests.services.catalog.stored import typed
from tests.support.desk import ingested
from tests.support.pictures import jpeg

HOSTILE = '<script>alert("1")</script> & co.jpg'
KEYS = ("beach 1.jpg", HOSTILE, "postpic/training.jpg", "broken.jpg")


class Page(HTMLParser):
    """What a reader sees: pictures, links and words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name == "src"]

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture(scope="module")
def line() -> InMemoryChain:
    line = InMemoryChain(CHAIN)
    for key in KEYS:
        content = jpeg()
        line.upload(key, content[:-20] if key == "broken.jpg" else content, sequencer="01")
    line.run()
    return line


def records(line: InMemoryChain) -> list[PictureRecord]:
    return [typed(record) for record in line.records.items.values()]


def dead_letters(line: InMemoryChain) -> dict[str, list[DeadLetter]]:
    return {
        actor: [DeadLetter(each.id, each.body, each.attributes, datetime.now(UTC)) for each in queue.dead_letters]
        for actor, queue in line.queues.items()
    }


def page(
    records: list[PictureRecord],
    letters: Mapping[str, list[DeadLetter]] | None = None,
    files: Mapping[str, str] | None = None,
) -> Page:
    return Page(render("Demo", [SheetPicture(each, files or {}) for each in records], letters or {}, seconds=8.25))


def test_every_stored_picture_is_shown_from_the_file_beside_the_sheet(line: InMemoryChain, tmp_path: Path) -> None:
    files = {}
    for bucket, key in line.storage.objects:
        if bucket == TARGET and key.startswith((MASTERS, RENDITIONS)):
            files[key] = f"out/100% of #1? {key}"
            path = tmp_path / files[key]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(line.storage.objects[bucket, key])
    sources = page(records(line), dead_letters(line), files).sources
    assert len(set(sources)) == len(files) == 2 * (1 + 10) + (1 + 1)
    assert all((tmp_path / unquote(source)).is_file() for source in sources)


def test_it_says_what_each_picture_was_and_became(line: InMemoryChain) -> None:
    text = page(records(line)).text
    assert "beach 1.jpg ready original JPEG, 96×64" in text
    assert "recipe training" in text
    assert "thumbnail 96×64" in text
    assert "pixelated-8" in text
    assert "pixelate 8" in text
    assert not {"lanczos", "stripped", "unchanged"} & set(text.replace(",", " ").split())  # words of ours
    assert "normalize" in text
    assert "ms, queued 0 ms" in text


def test_it_begins_with_a_summary(line: InMemoryChain) -> None:
    text = page(records(line), dead_letters(line)).text
    assert "4 pictures 3 ready 1 failed 1 dead letter 8.2 seconds" in text


def test_it_needs_nothing_from_elsewhere(line: InMemoryChain) -> None:
    html = render("Demo", [SheetPicture(each, {}) for each in records(line)], dead_letters(line), seconds=1)
    assert not {"script", "link", "iframe"} & set(Page(html).tags)
    assert not any(outside in html for outside in ("http:", "https:", "url(", "@import"))


def test_what_people_name_stays_text(line: InMemoryChain) -> None:
    shown = page(records(line), dead_letters(line))
    assert HOSTILE in shown.text
    assert "script" not in shown.tags


def test_hostile_failures_and_titles_stay_text(line: InMemoryChain) -> None:
    letter = DeadLetter("1", "{}", {"reason": "<b>", "detail": "<script>"}, datetime.now(UTC))
    failed = Failure(actor="resize", reason="<i>", detail="<script>", at="9")
    record = replace(records(line)[0], failures={"resize": failed})
    html = render("<script>", [SheetPicture(record, {})], {"<script>": [letter]}, seconds=1)
    assert "script" not in Page(html).tags


def test_a_failed_picture_says_who_gave_it_up_and_why(line: InMemoryChain) -> None:
    record = next(each for each in records(line) if failure(each))
    text = page([record]).text
    assert "broken.jpg failed" in text
    assert "normalize: corrupt-image OSError" in text


def test_dead_letters_are_listed_with_key_actor_reason_and_detail(line: InMemoryChain) -> None:
    text = page([], dead_letters(line)).text
    assert "Picture Actor Reason Detail broken.jpg normalize corrupt-image OSError" in text


def test_a_dead_letter_that_a_killed_function_left_says_so() -> None:
    text = page([], {"resize": [DeadLetter("1", ingested("a.jpg"), {}, datetime.now(UTC))]}).text
    assert "a.jpg resize unknown the function was stopped before it could say why" in text


def test_a_picture_that_was_not_fetched_is_still_described(line: InMemoryChain) -> None:
    shown = page(records(line)[:1])
    assert shown.sources == []
    assert "not here master 96×64" in shown.text


def test_an_older_upload_says_what_superseded_it(line: InMemoryChain) -> None:
    record = replace(records(line)[0], status=Status.SUPERSEDED, superseded_by="the-newer-id")
    text = page([record]).text
    assert "superseded by the-newer-id" in text
    assert "1 picture 1 superseded" in text


def test_a_stage_that_was_tried_again_says_so(line: InMemoryChain) -> None:
    record = records(line)[0]
    again = Stage(queued_ms=1_250, worked_ms=40, attempts=3, at="2026-11-21T08:00:01Z")
    assert "ingest 40 ms, queued 1,250 ms, attempt 3" in page([replace(record, stages={"ingest": again})]).text


def test_nothing_at_all_is_a_sheet_too() -> None:
    assert "0 pictures 8.2 seconds" in page([]).text


def test_good_news_come_first(line: InMemoryChain) -> None:
    bad, *good = sorted(records(line), key=lambda record: record.status is Status.READY)
    text = page([bad, *good]).text
    assert all(text.index(each.key) < text.index(bad.key) for each in good)


def test_lanes_stand_on_one_scale_and_an_actor_has_one_colour(line: InMemoryChain) -> None:
    times = {"describe": "2026-11-21T08:00:02Z", "resize": "2026-11-21T08:00:04Z"}
    stages = {name: Stage(queued_ms=1_000, worked_ms=1_000, at=at) for name, at in times.items()}
    both, one = (
        render("Demo", [SheetPicture(replace(records(line)[0], stages=some), {})], {}, seconds=1)
        for some in (stages, {"resize": stages["resize"]})
    )
    lanes = re.findall(r'class="lane (\w+)"><span>(\w+) .*?<div>(.*?)</div>', both)
    widths = {actor: re.findall(r"width:([\d.]+)%", drawn) for _, actor, drawn in lanes}
    assert widths == {"describe": ["0.00", "25.00", "25.00"], "resize": ["50.00", "25.00", "25.00"]}
    assert len({colour for colour, _, _ in lanes}) == 2
    assert [colour for colour, actor, _ in lanes if actor == "resize"] == re.findall(r'class="lane (\w+)"', one)
