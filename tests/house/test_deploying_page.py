"""docs/deploying.md: its commands exist, and the files that it names are there."""

import re
import shlex
from pathlib import Path

import pytest

from services.chain import CHAIN
from tests.support.commands import every

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "deploying.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    {
        re.sub(r"\s*#.*", "", command)
        for command in re.findall(r"(?:^|`|&& |=\S+ )(brigade [a-z][^`\n&]*)", PAGE, re.MULTILINE)
    }
)


def test_there_are_commands_on_it() -> None:
    assert len(COMMANDS) > 12


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_it_names_exists_with_its_options(command: str) -> None:
    words = shlex.split(command)[1:]
    found = max((name for name in every() if words[: len(name.split())] == name.split()), key=len, default="")
    assert found, f"there is no {command}"
    known = {option for parameter in every()[found].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)]+)\)", PAGE))))
def test_what_it_links_to_is_there(link: str) -> None:
    name, _, anchor = link.partition("#")
    target = DOCS / (name or "deploying.md")
    assert target.is_file()
    assert not anchor or anchor in anchors(target.read_text(encoding="utf-8"))


def test_it_names_the_concurrency_that_the_functions_ask_for() -> None:
    assert f"up to {sum(actor.concurrency for actor in CHAIN.actors)} executions at once" in PAGE


def anchors(page: str) -> set[str]:
    """Return what GitHub makes of a page's headings: lower case, hyphens for spaces, no punctuation."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_an_anchor_is_a_headings_words() -> None:
    assert anchors("# A, b\n```sh\n# no heading\n```\n## C d-e\n") == {"a-b", "c-d-e"}
