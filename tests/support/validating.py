"""Nu's checker of HTML and AMP's own validator, which `make validators` fetches; both work without a network."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

MODULES = Path(__file__).parents[2] / "build/validators/node_modules"
_NU = MODULES / "vnu-jar/build/dist/vnu.jar"

needs_validators = pytest.mark.skipif(
    not (_NU.is_file() and shutil.which("java") and shutil.which("node")),
    reason="make validators fetches Nu's checker and AMP's validator",
)

_HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Pictures</title></head><body>
{}
</body></html>
"""
_AMP = """<!doctype html>
<html ⚡ lang="en"><head><meta charset="utf-8"><script async src="https://cdn.ampproject.org/v0.js"></script>
<title>Pictures</title><link rel="canonical" href="https://example.org/">
<meta name="viewport" content="width=device-width,minimum-scale=1,initial-scale=1">
<style amp-boilerplate>{style}</style><noscript><style amp-boilerplate>{plain}</style></noscript></head><body>
{body}
</body></html>
"""
# https://amp.dev/documentation/guides-and-tutorials/learn/spec/amp-boilerplate/
_MAKERS = ("-webkit-", "-moz-", "-ms-", "")
_STARTS = ";".join(f"{maker}animation:-amp-start 8s steps(1,end) 0s 1 normal both" for maker in _MAKERS)
_SHOWS = "keyframes -amp-start{from{visibility:hidden}to{visibility:visible}}"
_STYLE = f"body{{{_STARTS}}}" + "".join(f"@{maker}{_SHOWS}" for maker in (*_MAKERS[:3], "-o-", ""))
_PLAIN = "body{" + ";".join(f"{maker}animation:none" for maker in _MAKERS) + "}"


def html_errors(bodies: list[str], folder: Path) -> list[str]:
    """Return Nu's messages about pages with these bodies, each with its page's number and what it is about."""
    pages = [folder / f"{number}.html" for number in range(len(bodies))]
    for page, body in zip(pages, bodies, strict=True):
        page.write_text(_HTML.format(body), encoding="utf-8")
    return [
        f"{page.stem}: {each}"
        for page, said in zip(pages, messages(pages, extracts=True), strict=True)
        for each in said
    ]


def messages(pages: list[Path], *, extracts: bool = False) -> list[list[str]]:
    """Return Nu's messages about each page, on request with what they are about."""
    done = subprocess.run(
        ["java", "-jar", str(_NU), "--format", "json", "--stdout", "--exit-zero-always", *map(str, pages)],
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, list[str]] = {page.as_uri().removeprefix("file:").lstrip("/"): [] for page in pages}
    for each in json.loads(done.stdout)["messages"]:
        said[each["url"].removeprefix("file:").lstrip("/")].append(
            each["message"] + (f" {each.get('extract', '')}" if extracts else "")
        )
    return list(said.values())


def amp_errors(bodies: list[str], folder: Path) -> list[str]:
    """Return the errors and warnings of AMP's validator about pages with these bodies."""
    files = []
    for number, body in enumerate(bodies):
        files.append(folder / f"{number}.amp.html")
        files[-1].write_text(_AMP.format(body=body, style=_STYLE, plain=_PLAIN), encoding="utf-8")
    script = Path(__file__).parent / "validators/amp.cjs"
    done = subprocess.run(["node", script, MODULES, *files], capture_output=True, text=True, check=True)
    answers: list[list[str]] = json.loads(done.stdout)
    return [f"{number}: {message}" for number, errors in enumerate(answers) for message in errors]
