"""Choosing among dead letters."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.selection import Selection, age, named
from brigade.terminal import OperatorError
from tests.support.desk import ingested, uploaded
from tests.support.site import picture

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
KEYS = ("in/a.jpg", "in/b.jpg", "holiday/a.png", "[odd] *.jpg")
REASONS = ("corrupt-image", "object-gone", "unknown")

letters = st.builds(
    lambda key, reason, minutes: DeadLetter(
        "m",
        ingested(source=picture(key).source),
        {"reason": reason} if reason != "unknown" else {},
        AT + timedelta(minutes=minutes),
    ),
    st.sampled_from(KEYS),
    st.sampled_from(REASONS),
    st.integers(0, 9),
)
selections = st.builds(
    Selection,
    reason=st.none() | st.sampled_from(REASONS),
    image=st.none() | st.sampled_from([picture(key).id for key in KEYS]),
    key=st.none() | st.sampled_from(["*.jpg", "in/*", "in/?.jpg", "[[]odd] *", "[odd] *.jpg", "nothing"]),
    since=st.none() | st.integers(0, 9).map(lambda minutes: AT + timedelta(minutes=minutes)),
)


def alone(wanted: Selection) -> Sequence[Selection]:
    return [
        Selection(reason=wanted.reason),
        Selection(image=wanted.image),
        Selection(key=wanted.key),
        Selection(since=wanted.since),
    ]


@given(st.lists(letters, max_size=12), selections)
def test_a_letter_is_chosen_when_every_filter_by_itself_would_choose_it(
    found: list[DeadLetter], wanted: Selection
) -> None:
    assert wanted.choose(found) == [each for each in found if all(one.matches(each) for one in alone(wanted))]


@given(st.lists(letters, max_size=12))
def test_without_filters_everything_is_chosen_in_its_order(found: list[DeadLetter]) -> None:
    assert Selection().choose(found) == found


@given(letters, selections)
def test_each_filter_means_what_it_says(one: DeadLetter, wanted: Selection) -> None:
    by_reason, by_image, by_key, by_time = (each.matches(one) for each in alone(wanted))
    assert by_reason == (wanted.reason in {None, one.reason})
    assert by_image == (wanted.image in {None, one.image_id})
    assert by_time == (wanted.since is None or one.sent_at >= wanted.since)
    if wanted.key == "in/?.jpg":
        assert by_key == (one.key in {"in/a.jpg", "in/b.jpg"})
    if wanted.key == "[[]odd] *":
        assert by_key == (one.key == "[odd] *.jpg")
    if wanted.key == "[odd] *.jpg":  # as it stands, too: nobody should have to escape what is a key
        assert by_key == (one.key == "[odd] *.jpg")


def test_of_a_letter_about_several_pictures_one_is_enough() -> None:
    first, second = picture("a.jpg").source, picture("b.jpg").source
    both = DeadLetter("m", uploaded(first, second), {}, AT)
    assert Selection(image=picture("b.jpg").id).matches(both)
    assert Selection(key="b.*").matches(both)
    assert not Selection(key="c.*").matches(both)


def test_a_key_with_brackets_is_named_as_it_is_written() -> None:
    one = DeadLetter("m", ingested("in/a [1].jpg"), {}, AT)
    assert Selection(key="in/a [1].jpg").matches(one)
    assert not Selection(key="in/a [2].jpg").matches(one)
    assert Selection(key="in/b [1].jpg").matches(DeadLetter("m", ingested("in/b 1.jpg"), {}, AT))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        (" 2h ", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(weeks=1)),
        ("0s", timedelta()),
    ],
)
def test_an_age(text: str, length: timedelta) -> None:
    assert age(text) == length


@pytest.mark.parametrize("text", ["", "2", "h", "2 h", "-2h", "2y", "1.5h", "999999999w", "٢h", "2h3m"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(OperatorError, match="is no age — write it as 90s, 30m, 2h, 3d or 1w"):
        age(text)


def test_a_message_is_named_by_the_beginning_of_its_id() -> None:
    found = [DeadLetter(message_id, "{}", {}, AT) for message_id in ("aa1", "aa2", "b")]
    assert named(found, "b").message_id == "b"
    assert named(found, "aa2").message_id == "aa2"
    with pytest.raises(OperatorError, match="2 dead letters begin with 'aa' — name more"):
        named(found, "aa")
    for message in ("c", ""):
        with pytest.raises(OperatorError, match=f"no dead letter begins with '{message}'"):
            named(found, message)
