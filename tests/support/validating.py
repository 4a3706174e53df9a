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
    for number, body in enumerate(bodies):
        (folder / f"{number}.html").write_text(_HTML.format(body), encoding="utf-8")
    done = subprocess.run(
        ["java", "-jar", str(_NU), "--format", "json", "--stdout", "--exit-zero-always", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)["messages"]
    return [f"{Path(each['url']).stem}: {each['message']} {each.get('extract', '')}" for each in said]


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
