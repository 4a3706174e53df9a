"""What a host of repositories and a package index see of the project. `make lint` holds the files to their schemas."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
    "wheel"
]


def test_every_package_of_the_wheel_says_that_it_is_typed() -> None:
    missing = [f"{package}/py.typed" for package in WHEEL["packages"] if not (ROOT / package / "py.typed").is_file()]
    assert missing == [], "make an empty file of that name"


def test_the_workflow_runs_what_main_must_pass_and_the_journeys_on_localstack() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
    done = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert done["ci"] == ["bash .ci/run"]
    assert done["localstack"][:2] == ["docker compose up --detach --wait", "make integration ENGINE=localstack"]
