"""The statuses: one table says of each what it means to people and programs."""

import pytest
from rich.color import Color
from rich.style import Style

from brigade.demo import contact_sheet
from records.status import MEANING, OUTDATED, SETTLED, Status


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_meaning_and_a_color_that_a_terminal_knows(status: Status) -> None:
    color = MEANING[status].color
    assert Style.parse(color).dim or Color.parse(color)
    assert MEANING[status].word


@pytest.mark.parametrize("status", sorted(SETTLED - {Status.READY}))
def test_who_has_uploaded_is_told_what_to_do_where_it_did_not_go_well(status: Status) -> None:
    assert "`brigade " in MEANING[status].hint


@pytest.mark.parametrize("status", Status)
def test_the_contact_sheet_has_a_color_for_it(status: Status) -> None:
    assert f".{status.lower()}" in contact_sheet._STYLE


def test_only_a_picture_in_work_is_not_settled() -> None:
    assert set(Status) - SETTLED == {Status.PROCESSING}
    assert OUTDATED <= SETTLED
