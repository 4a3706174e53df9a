"""The stack made by the AWS CLI alone, from the committed template and packages in a folder (docs/deploying.md)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from brigade.deploy import deployed_recipes, packages
from brigade.local import local_cloud
from brigade.pictures import uploads
from brigade.pipeline import Pipeline
from brigade.target import Target, local_target
from imaging.recipes import load
from infra import names, parameters
from infra.__main__ import TEMPLATE
from infra.packaging.libraries import Platform
from kit.events import Image, Source
from services.chain import CHAIN
from tests.packages.conftest import Built
from tests.support import pictures

pytestmark = pytest.mark.skipif(
    find_spec("awscli") is None, reason="the AWS CLI is not here: pip install '.[dev]' brings it"
)
BUCKET, STACK, PACKAGED = "code-of-my-own", "by-aws-cli", "template.json"
PATIENCE_S = 60

Aws = Callable[..., str]


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with local_cloud.running() as cloud:
        yield local_target(cloud.endpoint)


@pytest.fixture(scope="module")
def aws(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Aws:
    """Give the AWS CLI a command; it must succeed. Returns what it prints."""
    home = tmp_path_factory.mktemp("home")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {**target.variables(), "HOME": str(home), "NO_PROXY": "*"}

    def give(*arguments: str | Path) -> str:
        command = [sys.executable, "-m", "awscli", *map(str, arguments)]
        done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return give


@pytest.fixture(scope="module")
def folder(built: Built, this_machine: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `brigade package --bucket` writes."""
    folder = tmp_path_factory.mktemp("packages")
    made = packages.write(((each, built[each.name]) for each in CHAIN.whole.functions), folder)
    more = {parameters.ARCHITECTURE: this_machine.architecture, names.CODE_BUCKET: BUCKET, names.VERSION: "1"}
    packages.write_parameters(CHAIN.whole, made, folder, more)
    return folder


@pytest.fixture(scope="module")
def deployed(aws: Aws, folder: Path, target: Target) -> Pipeline:
    target.client("s3").create_bucket(Bucket=BUCKET)
    aws("s3", "sync", folder / "brigade", f"s3://{BUCKET}/brigade")
    aws("cloudformation", "package", *given(TEMPLATE), "--output-template-file", folder / PACKAGED, "--use-json")
    assert "Successfully created/updated stack" in deploy(aws, folder)
    return Pipeline.find(target, STACK)


def given(template: Path) -> tuple[str | Path, ...]:
    return ("--template-file", template, "--s3-bucket", BUCKET)


def deploy(aws: Aws, folder: Path) -> str:
    named = ("--stack-name", STACK, "--capabilities", "CAPABILITY_IAM", "--tags", "team=photos")
    overrides = ("--parameter-overrides", f"file://{folder / packages.PARAMETERS}")
    empty = "--no-fail-on-empty-changeset"
    return aws("cloudformation", "deploy", *given(folder / PACKAGED), *named, *overrides, empty)


def test_the_committed_template_needs_no_packaging(deployed: Pipeline, folder: Path) -> None:
    packaged = json.loads((folder / PACKAGED).read_text(encoding="utf-8"))
    assert packaged == json.loads(TEMPLATE.read_text(encoding="utf-8"))


def test_a_picture_goes_through_the_packages(deployed: Pipeline) -> None:
    bucket = deployed.source_bucket
    version = deployed.s3.put_object(Bucket=bucket, Key="a.jpg", Body=pictures.jpeg())["VersionId"]
    image = Image.of(Source(bucket=bucket, key="a.jpg", version=version))
    assert not uploads.wait(deployed.catalog, [image.id], PATIENCE_S, lambda _: None)
    assert deployed.catalog.find("a.jpg").status == "READY"


def test_the_commands_work_on_it(deployed: Pipeline) -> None:
    assert deployed_recipes.of(deployed.stack) == load()
    assert deployed.stack.tags == {"team": "photos"}


def test_again_it_changes_nothing(deployed: Pipeline, aws: Aws, folder: Path) -> None:
    assert "No changes to deploy" in deploy(aws, folder)
