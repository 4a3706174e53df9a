"""Requests about several things at once, done in part."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.backoff import Backoff, Policy, under
from kit.batches import Refused, delete_objects, failed, in_full
from kit.deadline import within

MOST = Policy().attempts
NO_WAITING = Policy(backoff=Backoff(first_s=0, longest_s=0))


def moody(refusals: dict[str, int], sent: list[list[str]]) -> Callable[[list[str]], list[Refused[str]]]:
    """Return a request that refuses each thing so many times, and notes what it was asked for."""
    left = Counter(refusals)

    def send(things: list[str]) -> list[Refused[str]]:
        sent.append(things)
        refused = [thing for thing in things if left[thing] > 0]
        left.subtract(refused)
        return [Refused(thing, "SlowDown") for thing in refused]

    return send


@given(refusals=st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, MOST - 1), max_size=6))
def test_what_is_refused_for_a_while_is_asked_for_again_and_nothing_else(refusals: dict[str, int]) -> None:
    sent: list[list[str]] = []
    with under(NO_WAITING):
        assert in_full(moody(refusals, sent), refusals) == []
    assert Counter(thing for things in sent for thing in things) == {n: count + 1 for n, count in refusals.items()}


def test_there_is_an_end_when_nothing_gets_done_any_more(no_waiting: None) -> None:
    sent: list[list[str]] = []
    lost = in_full(moody({"a": 10**6, "b": 2}, sent), ["a", "b", "c"])
    assert lost == [Refused("a", "SlowDown")]
    assert sent[-1] == ["a"]
    assert len(sent) <= 3 + MOST


def test_the_waits_are_the_policys() -> None:
    waits: list[float] = []
    with under(Policy(sleep=waits.append)):
        in_full(moody({"a": 10**6}, []), ["a"])
    assert len(waits) == MOST - 1
    assert all(wait <= Policy().backoff.longest(number) for number, wait in enumerate(waits, start=1))


def test_what_does_not_pass_is_not_asked_for_again() -> None:
    sent: list[list[str]] = []

    def send(things: list[str]) -> list[Refused[str]]:
        sent.append(things)
        return [Refused("a", "AccessDenied", passing=False)]

    assert [str(each) for each in in_full(send, ["a", "b"])] == ["AccessDenied"]
    assert sent == [["a", "b"]]


def test_nothing_is_asked_without_things_and_nothing_more_without_time() -> None:
    sent: list[list[str]] = []
    assert in_full(moody({}, sent), []) == []
    with within(-1):
        in_full(moody({}, sent), ["a"])
    assert sent == []


def test_who_is_meant_in_an_answer_of_sqs_or_sns() -> None:
    answer = {"Failed": [{"Id": "1", "Code": "Internal", "SenderFault": False}]}
    answer["Failed"].append({"Id": "2", "Code": "Invalid", "SenderFault": True, "Message": "No."})
    assert failed("abc", answer) == [Refused("b", "Internal"), Refused("c", "Invalid", "No.", passing=False)]
    assert failed("abc", {}) == []


class Bucket:
    """S3 as far as it deletes: what XML cannot say, DeleteObjects does not take."""

    def __init__(self, refuses: str = "", code: str = "InternalError") -> None:
        self.deleted: list[tuple[str, str | None]] = []
        self.alone: list[str] = []
        self._refusal = {"Key": refuses, "VersionId": "v", "Code": code, "Message": "No."} if refuses else None

    def delete_objects(self, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's words
        assert all(char.isprintable() for each in Delete["Objects"] for char in each["Key"]), "MalformedXML"
        self.deleted += [(each["Key"], each.get("VersionId")) for each in Delete["Objects"]]
        return {"Errors": [self._refusal]} if self._refusal else {}

    def delete_object(self, Bucket: str, Key: str, VersionId: str | None = None) -> None:  # noqa: N803
        self.deleted.append((Key, VersionId))
        self.alone.append(Key)


@given(keys=st.lists(st.text(min_size=1), unique=True))
def test_whatever_its_key_an_object_is_deleted(keys: list[str]) -> None:
    bucket = Bucket()
    assert delete_objects(bucket, "b", [{"Key": key, "VersionId": "v"} for key in keys]) == []
    assert sorted(bucket.deleted) == sorted((key, "v") for key in keys)


def test_only_keys_that_xml_cannot_say_are_deleted_alone() -> None:
    bucket = Bucket()
    delete_objects(bucket, "b", [{"Key": key} for key in ("a b+ü🦊.jpg", "a\x01b.jpg", "a\nb", "\ufffe")])
    assert bucket.alone == ["a\x01b.jpg", "a\nb", "\ufffe"]


@pytest.mark.parametrize(("code", "asked"), [("InternalError", MOST), ("AccessDenied", 1)])
def test_an_object_that_is_not_deleted_is_asked_for_again_unless_that_is_denied(
    code: str, asked: int, no_waiting: None
) -> None:
    bucket = Bucket(refuses="a", code=code)
    names = [{"Key": "a", "VersionId": "v"}]
    assert [each.thing for each in delete_objects(bucket, "b", names)] == names
    assert len(bucket.deleted) == asked
