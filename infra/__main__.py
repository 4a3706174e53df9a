"""``python -m infra`` writes infra/template.json; ``--check`` says whether it is up to date."""

import argparse
import sys
from pathlib import Path

from infra.template import render
from services.chain import CHAIN

TEMPLATE = Path(__file__).with_name("template.json")


def main(arguments: list[str] | None = None, path: Path = TEMPLATE) -> int:
    """Write the rendered template, or compare it with the file; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra", description="Render the CloudFormation template.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is stale")
    rendered = render(CHAIN)
    if not parser.parse_args(arguments).check:
        path.write_text(rendered, encoding="utf-8")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == rendered:
        return 0
    print(f"{path} does not match the declarations: run `python -m infra`", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
