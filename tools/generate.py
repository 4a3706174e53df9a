"""``python -m tools.generate`` writes the pages that say what is declared; ``--check`` compares them."""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import troposphere

from brigade.exports.columns import TABLES
from brigade.prove.items import ITEMS
from infra.parameters import parameters
from kit.chain import Chain
from services.chain import CHAIN
from tools import json_contract, licences, operator_rights, recipe_words
from tools.chain_page import chain_page
from tools.events_page import events_page
from tools.markdown import fill, table, whole_page

DOCS = Path(__file__).parents[1] / "docs"


def deploying_page(chain: Chain) -> str:
    """Return docs/deploying.md as it is, with the parameters as they are declared, and the items of `brigade prove`."""
    page = (DOCS / "deploying.md").read_text(encoding="utf-8")
    items = table(("item", "what it proves: how"), ((f"`{item.name}`", item.proves) for item in ITEMS))
    parts = {
        "parameters": parameters_table(chain),
        "items": items,
        "operators": operator_rights.operators_table(),
    }
    return fill(page, "generated", parts.__getitem__)


def parameters_table(chain: Chain) -> str:
    """Return the parameters that an operator may set. Those without a default are the deploying command's to give."""
    rows = (
        (f"`{each.title}`", each.properties["Description"], _value(each.properties["Default"]), _allowed(each))
        for each in parameters(chain)
        if "Default" in each.properties
    )
    return table(("parameter", "meaning", "default", "allowed"), rows)


def _value(value: object) -> str:
    return "empty" if value == "" else f"`{value}`"


def _allowed(parameter: troposphere.Parameter) -> str:
    """Say which values a parameter takes; of a pattern, what is said where it is not met, if anything is."""
    match parameter.properties:
        case {"AllowedValues": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"MinValue": least, "MaxValue": most}:
            return f"`{least}` to `{most}`"
        case {"ConstraintDescription": said}:
            return str(said).removeprefix("must be ")
        case {"AllowedPattern": pattern}:
            return f"`{pattern}`"
    return "any text"


def recipes_page(_: Chain) -> str:
    """Return docs/recipes.md: every word that a recipe may say."""
    return whole_page("# Recipes", *recipe_words.sections())


def licences_page(chain: Chain) -> str:
    """Return docs/licences.md: what the actors' zips hold, and under which licences."""
    return whole_page("# Licences", *licences.page(chain))


def bi_page(_: Chain) -> str:
    """Return docs/bi.md as it is, with the tables' columns as they are declared, and their statements for Athena."""
    return fill((DOCS / "bi.md").read_text(encoding="utf-8"), "generated", _bi_part)


def _bi_part(name: str) -> str:
    if name == "athena":
        return "```text\n" + "\n\n".join(athena(each) for each in TABLES) + "\n```"
    columns = ((f"`{each.name}`", each.kind, each.meaning) for each in TABLES[name])
    return table(("column", "kind", "meaning"), columns)


def athena(name: str) -> str:
    """Return the statement by which Athena knows a table."""
    kinds = {"text": "string", "integer": "bigint", "number": "double", "time": "timestamp"}
    columns = ",\n".join(f"  `{each.name}` {kinds[each.kind]}" for each in TABLES[name])
    return f"CREATE EXTERNAL TABLE {name} (\n{columns}\n)\nSTORED AS PARQUET LOCATION 's3://my-bucket/catalog/{name}/'"


def policy(size: operator_rights.Size, _: Chain) -> str:
    """Return docs/operator-policy-….json."""
    return json.dumps(size.policy, indent=2) + "\n"


PAGES: dict[str, Callable[[Chain], str]] = {
    "bi.md": bi_page,
    "chain.md": chain_page,
    "deploying.md": deploying_page,
    "events.md": events_page,
    "json.md": lambda _: json_contract.page(),
    "json-schemas.json": lambda _: json_contract.schemas(),
    "licences.md": licences_page,
    "recipes.md": recipes_page,
    **{size.file: partial(policy, size) for size in operator_rights.SIZES},
}


def main(arguments: list[str] | None = None, folder: Path = DOCS) -> int:
    """Write the pages, or compare them with the files; return the exit code."""
    parser = argparse.ArgumentParser("python -m tools.generate", description="Generate docs from the declarations.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is stale")
    check = parser.parse_args(arguments).check
    for name, page in PAGES.items():
        path, text = folder / name, page(CHAIN.whole)
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"docs/{name} does not match the declarations: run `python -m tools.generate`", file=sys.stderr)  # noqa: T201
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
