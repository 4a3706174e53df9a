"""Declarations: what cannot work on AWS is refused where it is written down."""

from dataclasses import replace
from typing import Any

import pytest

from kit.actor import Acknowledgement, Declaration, Setting, Skip
from kit.errors import ConfigurationError, Throttled
from tests.support.stand import PRAISE, ImagePraised, ImageSeen, TooUgly


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "use 2 to 20 lower-case letters and digits"),
        ("name", "Praise", "use 2 to 20 lower-case letters and digits"),
        ("name", "praise-all", "use 2 to 20 lower-case letters and digits"),
        ("name", "p" * 21, "use 2 to 20 lower-case letters and digits"),
        ("name", "9lives", "use 2 to 20 lower-case letters and digits"),
        ("hears", (), "praise hears nothing"),
        ("skips", (Skip(event=ImageSeen, attribute="size", values=("0",)),), "hears no image-seen with a size"),
        ("skips", (Skip(event=ImagePraised, attribute="words", values=("",)),), "hears no image-praised with a words"),
        ("memory", 127, "memory must be between 128 and 10240"),
        ("memory", 10_241, "memory must be between 128 and 10240"),
        ("timeout", 16, "timeout must be above 16 s"),
        ("timeout", 901, "timeout must be between 1 and 900"),
        ("batch", 0, "batch must be between 1 and 10"),
        ("batch", 11, "batch must be between 1 and 10"),
        ("concurrency", 1, "concurrency must be between 2 and 1000"),
        ("concurrency", 1_001, "concurrency must be between 2 and 1000"),
        ("attempts", 4, "attempts must be between 5 and 60"),
        ("bug_attempts", 13, "bug_attempts may not be above attempts"),
        ("attempts", 61, "attempts must be between 5 and 60"),
        ("bug_attempts", 0, "bug_attempts must be between 1 and 60"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused_with_the_reason(field: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        replace(PRAISE, **{field: value})


@pytest.mark.parametrize(
    "limits",
    [
        {"memory": 128, "timeout": 17, "batch": 1, "concurrency": 2, "attempts": 5, "bug_attempts": 1},
        {"memory": 10_240, "timeout": 900, "batch": 10, "concurrency": 1_000, "attempts": 60, "bug_attempts": 60},
    ],
)
def test_the_limits_themselves_are_allowed(limits: dict[str, int]) -> None:
    assert replace(PRAISE, **limits).memory == limits["memory"]  # type: ignore[arg-type]


@pytest.mark.parametrize(("shade", "sent"), [("red", True), ("grey", False), (None, True)])
def test_an_actor_is_not_sent_what_it_skips_and_is_sent_what_does_not_say(shade: str | None, sent: bool) -> None:
    choosy = replace(PRAISE, skips=(Skip(event=ImageSeen, attribute="shade", values=("grey", "black")),))
    attributes = {"type": "brigade.image-seen"} | ({"shade": shade} if shade else {})
    assert choosy.is_sent(ImageSeen, attributes) is sent
    assert PRAISE.is_sent(ImageSeen, attributes)
    assert not choosy.is_sent(ImagePraised, attributes)


def test_an_actors_function_is_found_by_its_name() -> None:
    assert PRAISE.module == "services.praise.handler"


def test_a_setting_is_a_variable_of_the_function() -> None:
    setting = Setting(name="Moderator", meaning="Who looks", default="none", choices=("none",))
    assert setting.variable == "BRIGADE_MODERATOR"


_, RETRY_LATER, DEAD_LETTER = Acknowledgement
BUG = KeyError("width")
LAST, LAST_OF_BUGS = PRAISE.attempts, PRAISE.bug_attempts


@pytest.mark.parametrize(
    ("errors", "attempts", "becomes"),
    [
        ([TooUgly()], 1, DEAD_LETTER),
        ([Throttled()], LAST - 1, RETRY_LATER),
        ([Throttled()], LAST, DEAD_LETTER),
        ([BUG], LAST_OF_BUGS - 1, RETRY_LATER),
        ([BUG], LAST_OF_BUGS, DEAD_LETTER),
        ([TooUgly(), BUG], 1, RETRY_LATER),  # the patience of the one that may still succeed
        ([BUG, Throttled()], LAST_OF_BUGS, RETRY_LATER),
    ],
)
def test_what_becomes_of_a_message_that_failed(
    errors: list[Exception], attempts: int, becomes: Acknowledgement
) -> None:
    assert PRAISE.acknowledgement(errors, attempts) is becomes


def test_a_function_that_no_queue_feeds_has_name_size_and_rights_of_the_same_rules() -> None:
    portal = Declaration(name="portal", purpose="Takes uploads", table=("GetItem",), memory=256)
    assert (portal.module, portal.timeout) == ("services.portal.handler", 30)
    with pytest.raises(ConfigurationError, match="memory must be between 128 and 10240"):
        replace(portal, memory=64)
    assert not hasattr(portal, "hears")
