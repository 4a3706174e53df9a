"""A function made of a declaration: what happens at import, and what at the first event."""

import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from brigade.inline.memory_storage import MemoryStorage
from kit import logs
from kit.errors import ConfigurationError
from kit.events import Event
from kit.function import Function, Site
from kit.letter import Letter, read_letters
from kit.settings import Settings
from services.chain import CHAIN
from services.functions import FUNCTIONS
from tests.support.stand import PRAISE, Clock, ImagePraised, ImageSeen, image, praise, seen

IMPORTS = """
import sys
from botocore.session import Session

def refuse(*_, **__):
    raise AssertionError("a client is made at import")

Session.create_client = refuse
import {module}
assert callable({module}.handle)
print(sorted({{"pydantic", "aws_xray_sdk"}} & set(sys.modules)))
"""


@pytest.mark.parametrize("module", [actor.module for actor in CHAIN.whole.actors])
def test_importing_a_handler_makes_no_client_and_no_detour(module: str) -> None:
    said = subprocess.check_output([sys.executable, "-c", IMPORTS.format(module=module)], text=True)
    assert said.strip() == "[]"


def test_every_actor_has_its_function_in_the_order_of_the_chain() -> None:
    assert [function.actor for function in FUNCTIONS.values()] == [*CHAIN.whole.actors]


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a function, whose log begins anew."""
    for name in ("SOURCE_BUCKET", "TARGET_BUCKET", "QUEUE_URL", "DEAD_LETTER_QUEUE_URL"):
        monkeypatch.setenv(f"BRIGADE_{name}", name.lower())
    monkeypatch.setattr(logs, "_always", {})


def test_every_line_of_its_log_says_where_it_was_written(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    where = {"AWS_REGION": "eu-west-1", "BRIGADE_ENVIRONMENT": "staging", "AWS_LAMBDA_LOG_STREAM_NAME": "[$LATEST]0a1b"}
    for name, value in where.items():
        monkeypatch.setenv(name, value)
    Function(PRAISE, praise)({"Records": []}, Clock())
    logging.getLogger("brigade").warning("seen")
    (line,) = (vars(each) for each in caplog.records)
    assert [line[name] for name in ("region", "environment", "instance")] == [*where.values()]


def work(letter: Letter[ImageSeen], *, site: Site, praised: str) -> Iterator[Event]:
    yield ImagePraised(image=image(praised))


def test_nothing_is_made_before_the_first_event_and_then_once() -> None:
    made: list[Site] = []

    def make(site: Site) -> str:
        made.append(site)
        return "a.jpg"

    handle = Function(PRAISE, work, praised=make)
    assert made == []
    for _ in range(2):
        assert handle({"Records": []}, Clock()) == {"batchItemFailures": []}
    assert [site.settings.source_bucket for site in made] == ["source_bucket"]


def test_a_stand_in_takes_the_place_of_the_part_of_its_name_and_that_is_not_made() -> None:
    handle = Function(PRAISE, work, praised=lambda _: pytest.fail("made in vain"))
    here = Site(MemoryStorage(), Settings(source_bucket="source", target_bucket="target"))
    act = handle.connect(here, praised="b.jpg", others="ignored")
    [letter] = read_letters(PRAISE, seen("a.jpg"))
    assert [event.image for event in act(letter)] == [image("b.jpg")]


def test_a_function_whose_setting_is_missing_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRIGADE_SOURCE_BUCKET", raising=False)
    with pytest.raises(ConfigurationError, match="BRIGADE_SOURCE_BUCKET is not set"):
        Function(PRAISE, praise)({"Records": []}, Clock())
