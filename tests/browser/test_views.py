"""Every view, as phones and desks show it, light and dark: what axe says of it, and whether the policy lets it be."""

from collections.abc import Callable

from tests.browser.conftest import Visitor
from tests.services.portal.conftest import Portal
from tests.support.browsing import Report, checking
from tests.support.story import rejected, said

NOBODYS = "00000000-0000-0000-0000-000000000000"


def look_around(visitor: Visitor, portal: Portal, look: Callable[[str], None]) -> None:
    """Go through every view, and look at each."""
    page = visitor.page
    visitor.open()
    visitor.ask_for_code()
    look("the code")
    page.reload()
    visitor.heading("Hand over your pictures").wait_for()
    look("the address")
    visitor.sign_in()
    visitor.choose("pine.jpg", "broken.jpg", "waits.jpg")
    visitor.choose("notes.txt", type_="text/plain")
    ready, broken = visitor.finish("pine.jpg"), visitor.arrived("broken.jpg")
    portal.hear(said(rejected(broken), "normalize"))
    visitor.says("broken.jpg", "The file is damaged.")
    visitor.says("pine.jpg", "Ready")
    look("all pictures")
    views = {ready.id: "pine.jpg", broken.id: "broken.jpg", NOBODYS: "There is no such picture"}
    for image, heading in views.items():
        page.goto(f"{visitor.address}#/pictures/{image}")
        visitor.heading(heading).wait_for()
        look(heading)
    page.go_back()
    page.get_by_role("button", name="Delete this picture").click()
    look("the question")


def test_axe_finds_nothing_and_nothing_is_against_the_policy(visit: Callable[..., Visitor], portal: Portal) -> None:
    visitor, found = visit(), Report()
    look_around(visitor, portal, checking(visitor.page, found))
    assert len(found) == 7 * 4
    assert {view: broken for view, broken in found.items() if broken} == {}
    assert visitor.violations == []
