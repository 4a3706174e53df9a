"""CONTRIBUTING.md's steps are followed to the letter, in a copy of the project."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("kit", "imaging", "records", "services", "infra", "brigade")


def blocks(language: str) -> list[str]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def follow_diff(project: Path, diff: str) -> None:
    """Find the lines that the diff keeps or takes away, and put in their place those that it keeps or adds."""
    path = project / (re.search(r"^\+\+\+ b/(.+)$", diff, re.MULTILINE) or pytest.fail("names no file"))[1]
    lines = diff.split("@@\n", 1)[1].splitlines()
    before = "".join(line[1:] + "\n" for line in lines if not line.startswith("+"))
    after = "".join(line[1:] + "\n" for line in lines if not line.startswith("-"))
    text = path.read_text(encoding="utf-8") + "\n"
    assert before in text, f"{path.name} does not read as CONTRIBUTING.md says"
    path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("project")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, project / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "recipes.toml", project)
    for diff in blocks("diff"):
        follow_diff(project, diff)
    for block in blocks("python") + blocks("text"):
        name, content = block.split("\n", 1)
        path = project / name.removeprefix("# ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return project


def run(project: Path, *arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=project, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(project)}
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_the_new_actors_own_test_passes(project: Path) -> None:
    assert "1 passed" in run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/services/tone")


def test_the_template_gains_what_the_new_actor_needs(project: Path) -> None:
    run(project, "-m", "infra")
    before = json.loads((ROOT / "infra" / "template.json").read_text(encoding="utf-8"))["Resources"]
    after = json.loads((project / "infra" / "template.json").read_text(encoding="utf-8"))["Resources"]
    assert set(before) < set(after)
    new = set(after) - set(before)
    assert {"ToneQueue", "ToneDeadLetterQueue", "ToneFunction", "ImageTonedTopic", "ImageTonedToCatalog"} <= new
