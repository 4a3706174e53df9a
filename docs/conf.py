"""What Sphinx makes of the Markdown files: `make docs-site`. The files stay where they are and as they are."""

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from services.chain import CHAIN  # noqa: E402 - found once the path is there
from tools import recipe_pictures  # noqa: E402
from tools.chain_drawing import drawing  # noqa: E402

project = "Bucket Brigade"
root_doc = "README"
extensions = ["myst_parser"]
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/decisions/*.md",
    "services/*/README.md",
    "tests/*/README.md",
    "benchmarks/*.md",
]
# Sphinx is started in the root: what Git does not know is not searched.
exclude_patterns = [".*", "build", "dist", "web"]
# GitHub's anchors for headings. A link to a page or heading that is not there is a warning, and `make` fails on any.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
# A part of a page that is shared between pages begins at the rank that suits the other.
suppress_warnings = ["myst.header"]
smartquotes = False  # it makes a dash of `--json`
html_theme = "furo"
html_title = project
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False

# The order of the pages in the site's menu. Sphinx warns of a page that is in none of them.
MENU = {
    "Using it": "deploying local-cloud recipes pictures portal sites imports subscribing python json bi settings",
    "Running it": "console operations archive erasure health any-queue scaling availability cost",
    "How it works": "architecture chain events cameras licences decisions/README",
}


def _toctree(pages: list[str], *options: str) -> str:
    return "\n".join(["\n```{toctree}", ":hidden:", *options, "", *pages, "```\n"])


def _menu() -> str:
    groups = {title: [f"docs/{page}" for page in pages.split()] for title, pages in MENU.items()}
    groups["Taking part"] = ["CONTRIBUTING", "SECURITY", "CHANGELOG", "benchmarks/RESULTS"]
    return "".join(_toctree(pages, f":caption: {title}") for title, pages in groups.items())


def _read(_: Sphinx, page: str, source: list[str]) -> None:
    """Add to some pages what only the site has."""
    if page == root_doc:
        source[0] += _menu()
    elif page == "docs/decisions/README":
        source[0] += _toctree(["0*"], ":glob:")
    elif page == "docs/chain":
        # GitHub draws this; here it would take a browser or foreign scripts.
        source[0] = re.sub(r"```mermaid.*?```", f"```{{raw}} html\n{drawing(CHAIN)}\n```", source[0], flags=re.DOTALL)
        actors = sorted(path.parent.name for path in ROOT.glob("services/*/README.md"))
        source[0] += (
            "\n```{toctree}\n:hidden:\n\n" + "\n".join(f"/services/{each}/README" for each in actors) + "\n```\n"
        )
    elif page.startswith("tests/"):
        source[0] = f"---\norphan: true\n---\n{source[0]}"
    elif page == "docs/recipes":
        folder = ROOT / "build" / "recipe-pictures"
        source[0] = recipe_pictures.illustrated(source[0], recipe_pictures.draw(folder), "../build/recipe-pictures")


def _first_page(app: Sphinx, failed: Exception | None) -> None:
    """Let the site's address show the README, under the name by which the pages link to it."""
    if not failed:
        move = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=README.html">'
        text = f'{move}<title>{project}</title><a href="README.html">{project}</a>\n'
        (Path(app.outdir) / "index.html").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect the above."""
    app.connect("source-read", _read)
    app.connect("build-finished", _first_page)
