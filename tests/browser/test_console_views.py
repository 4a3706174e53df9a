"""Every view of the operators' page, as phones and desks show it, light and dark: what axe and the policy say of it."""

import re
from collections.abc import Callable

from tests.brigade.dead_letters.conftest import one_thread
from tests.browser.operators import REASONS, Operator, bury, held, operator, ready
from tests.support import story
from tests.support.browsing import SCREENS, Report, checking, photograph

__all__ = ["one_thread", "operator"]  # fixtures
LETTERS = 1_000 if SCREENS else 60


def look_around(operator: Operator, look: Callable[[str], None]) -> None:
    """Go through every view, and look at each."""
    stack, page = operator.stack, operator.page
    page.goto(operator.address)
    operator.says("Open the address that")
    look("0-not-signed-in")
    for number in range(LETTERS):
        bury(stack, f"2026/november/IMG_{number:04}.jpg", *REASONS[(number % 3) * (number % 7) % len(REASONS)])
    ready(stack, "in/pine.jpg")
    stack.catalog(story.said(story.rejected(ready(stack, "in/cut-off.jpg")), "normalize"))
    picture = held(stack, "in/beach.jpg")
    stack.functions.mappings["moderate"]["State"] = "Disabled"
    operator.enter()
    operator.says("moderate is paused")
    look("1-overview")
    operator.go("Dead letters")
    operator.says(f"All {LETTERS:,} dead letters")
    look("2-dead-letters")
    page.get_by_role("link", name="unknown-recipe").click()
    page.get_by_role("button", name=re.compile("Redrive these")).click()
    page.get_by_role("dialog").wait_for()
    look("3-question")
    page.keyboard.press("Escape")
    page.locator(".letter a").first.click()
    message = page.get_by_label("Message", exact=True)
    message.fill(message.input_value().replace('"wall"', '"walls"'))
    operator.press("Compare")
    page.locator("ins").wait_for()
    look("4-one-letter")
    page.go_back()
    page.get_by_role("button", name=re.compile("Discard these")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Discard")).click()
    operator.says("dead letters discarded.")
    operator.says("No dead letter is like this.")
    look("5-discarded")
    operator.go("Pictures")
    page.locator(".tile img[src]").first.wait_for()
    look("6-pictures")
    page.goto(f"{operator.address}#/pictures/{picture.id}")
    operator.heading("in/beach.jpg").wait_for()
    look("7-held-back")
    operator.go("History")
    operator.says("discarded")
    look("8-history")


def test_axe_finds_nothing_and_nothing_is_against_the_policy(operator: Operator) -> None:
    found = Report()
    check = checking(operator.page, found)

    def look(view: str) -> None:
        photograph(operator.page, f"console-{view}")
        check(view)

    look_around(operator, look)
    assert len(found) == 9 * 4
    assert {view: broken for view, broken in found.items() if broken} == {}
    assert operator.violations == []
