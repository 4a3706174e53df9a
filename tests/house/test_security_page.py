"""SECURITY.md claims nothing that no test shows: each test that it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
CLAIMS = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))
ROWS = [line for line in PAGE.partition("## Threats")[2].splitlines() if re.match(r"\| (?!---|attack|deputy)", line)]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_test_that_is_named_is_there(claim: str) -> None:
    path, _, name = claim.partition("::")
    assert (ROOT / path).exists()
    if name:
        assert re.search(rf"^ *def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_threat_has_a_test() -> None:
    assert len(ROWS) > 20
    assert [row for row in ROWS if "`tests/" not in row.rpartition(" | ")[2]] == []
