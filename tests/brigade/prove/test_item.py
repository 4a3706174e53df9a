"""What comes of an item, and which are chosen."""

import re
from typing import Any

import pytest

from brigade.prove.item import Item, NotSeen, Result, choose, expect
from brigade.prove.items import ITEMS
from brigade.terminal import OperatorError

STAGE: Any = None
first = Result("first", "", "proved", "", 0)


def second(_: Any) -> str:
    """Something holds: it is looked at."""
    return "it holds"


def unseen(_: Any) -> str:
    raise NotSeen("nothing here tells of it")


def unexpected(_: Any) -> str:
    expect("answer", "no", "yes")
    return "never"


def broken(_: Any) -> str:
    raise KeyError("key")


@pytest.mark.parametrize(
    ("run", "outcome", "seen"),
    [
        (second, "proved", "it holds"),
        (unseen, "not seen", "nothing here tells of it"),
        (unexpected, "failed", "answer: expected yes, saw no"),
        (broken, "failed", "unexpected KeyError: 'key'"),
    ],
)
def test_what_comes_of_an_item(run: Any, outcome: str, seen: str) -> None:
    result = Item(run).attempt(STAGE, [])
    assert (result.outcome, result.seen) == (outcome, seen)


def test_an_interruption_is_no_outcome() -> None:
    def interrupted(_: Any) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Item(interrupted).attempt(STAGE, [])


@pytest.mark.parametrize("outcome", ["failed", "not seen"])
def test_an_item_is_tried_whatever_came_of_those_that_it_does_not_need(outcome: str) -> None:
    others = [first, Result("other", "", outcome, "", 0)]
    assert Item(second, needs="first").attempt(STAGE, others).outcome == "proved"
    lacking = Item(second, needs="other").attempt(STAGE, others)
    assert (lacking.outcome, lacking.seen) == ("not seen", "needs other")


def test_all_items_are_chosen_or_those_that_are_named_with_what_they_need() -> None:
    assert choose(ITEMS, []) == list(ITEMS)
    assert [item.name for item in choose(ITEMS, ["delete-pictures", "redrive"])] == [
        "deploy",
        "pictures",
        "redrive",
        "destroy",
        "delete-pictures",
    ]
    with pytest.raises(OperatorError, match="there is no item dream — there are deploy, deploy-again, "):
        choose(ITEMS, ["deploy", "dream"])


def test_every_item_says_what_it_proves_and_how_and_needs_an_earlier_one() -> None:
    names = [item.name for item in ITEMS]
    assert len(set(names)) == len(names)
    for number, item in enumerate(ITEMS):
        assert re.fullmatch(r"[A-Z][^:]+: [^:]+\.", item.proves), item.name
        assert item.needs in names[:number] or (number, item.needs) == (0, "")
        assert len(item.name) <= 21  # the column that the command leaves it
