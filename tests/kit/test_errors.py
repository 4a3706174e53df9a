"""Errors: the name is the reason, the docstring is the message."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from kit.errors import OutOfTime, Rejected, Retryable, Throttled, UnreadableMessage, aws_code, kebab, reason_of
from tests.support.stand import TooUgly


@pytest.mark.parametrize(
    ("name", "words"), [("CorruptImage", "corrupt-image"), ("Failure", "failure"), ("NotAnImage", "not-an-image")]
)
def test_a_class_name_is_read_as_words(name: str, words: str) -> None:
    assert kebab(name) == words


def test_a_failure_says_why_in_its_own_words_and_keeps_what_was_seen() -> None:
    assert reason_of(TooUgly()) == ("too-ugly", "Nobody could praise this picture.")
    assert reason_of(TooUgly("three noses")) == ("too-ugly", "three noses")
    assert str(TooUgly("three noses")) == "three noses"


def test_a_bug_is_called_unexpected_and_named() -> None:
    assert reason_of(KeyError("width")) == ("unexpected-error", "KeyError: 'width'")


def test_failures_are_sorted_by_what_happens_next() -> None:
    assert issubclass(UnreadableMessage, Rejected)
    assert issubclass(Throttled, Retryable)
    assert issubclass(OutOfTime, Retryable)


@pytest.mark.parametrize(("answer", "code"), [({"Error": {"Code": "SlowDown"}}, "SlowDown"), ({}, "")])
def test_the_code_in_an_answer_of_aws(answer: Any, code: str) -> None:
    assert aws_code(ClientError(answer, "GetObject")) == code
