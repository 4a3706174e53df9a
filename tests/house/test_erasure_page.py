"""docs/erasure.md: every place in which something of a picture can be has a test that shows what becomes of it."""

import ast
import re
from pathlib import Path

import pytest

from infra.template import template
from kit import outputs
from services.chain import CHAIN

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "erasure.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("shown_by", [row[-1].strip(" `") for row in ROWS])
def test_each_row_names_a_test_that_there_is(shown_by: str) -> None:
    path, _, name = shown_by.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_prefix_of_the_target_bucket_is_spoken_of() -> None:
    words = {
        "normalized/": "master",
        "renditions/": "renditions",
        "metadata/": "metadata",
        "focus/": "focus/",
        "operations/": "operations/",
    }
    prefixes = {value for name, value in vars(outputs).items() if name.isupper() and str(value).endswith("/")}
    assert prefixes == set(words)
    assert all(any(word in row[0] for row in ROWS) for word in words.values())


def test_the_parameters_that_it_names_are_the_templates() -> None:
    named = set(re.findall(r"`([A-Z]\w+Days)`", PAGE))
    assert named
    assert named <= set(template(CHAIN, {}).to_dict()["Parameters"])
