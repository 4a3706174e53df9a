"""What of the AWS SDK travels in a zip, and that clients made from it do what those of the whole one do."""

import ast
import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.loaders import Loader

from infra.packaging.sdk import SERVICES, is_needed, shorten

ROOT = Path(__file__).parents[3]
WHOLE = Path(botocore.__file__).parent / "data"
# Where it comes from; whether it has read how a manual is laid out; what it says of a method; and of a page of answers.
WITHOUT_MANUAL = """
import botocore, botocore.session, sys
sqs = botocore.session.Session().create_client(
    "sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
)
pages = sqs.get_paginator("list_queues")
laid_out = "botocore.docs.bcdoc" in sys.modules
print(botocore.__file__, laid_out, repr(str(sqs.list_queues.__doc__)), pages._method.__name__)
"""
every_service = pytest.mark.parametrize("service", sorted(SERVICES))


def test_the_descriptions_that_are_shipped_are_those_of_the_services_that_actors_call() -> None:
    called = set()
    for path in [*(ROOT / "kit").rglob("*.py"), *(ROOT / "services").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("aws.client"):
                called.add(ast.literal_eval(node.args[0]))
    assert called == SERVICES


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """botocore's data as it stands in a zip."""
    data = tmp_path_factory.mktemp("installed") / "botocore" / "data"
    for path in WHOLE.rglob("*.json*"):
        name = path.relative_to(WHOLE)
        if is_needed(name):
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, data / name)
    shorten(data.parents[1])
    return data


def without_texts(described: Any) -> Any:
    if isinstance(described, dict):
        return {name: without_texts(each) for name, each in described.items() if name != "documentation"}
    return [without_texts(each) for each in described] if isinstance(described, list) else described


@every_service
def test_a_description_loses_its_texts_and_nothing_else(service: str, short: Path) -> None:
    newest = max(path for path in (WHOLE / service).iterdir() if path.is_dir())
    assert [path.name for path in (short / service).iterdir()] == [newest.name]
    for packed in newest.glob("*.json.gz"):
        whole = gzip.decompress(packed.read_bytes())
        left = (short / packed.relative_to(WHOLE)).with_suffix("").read_bytes()
        assert without_texts(json.loads(left)) == without_texts(json.loads(whole))
        assert len(left) < len(whole) / 2 or packed.name.startswith("endpoint")


@every_service
def test_a_client_has_all_its_operations_and_finds_its_endpoint(service: str, short: Path) -> None:
    session = botocore.session.Session()
    session.register_component(
        "data_loader", Loader(extra_search_paths=[str(short)], include_default_search_paths=False)
    )
    access: dict[str, Any] = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    ours, whole = (
        each.create_client(service, region_name="eu-west-1", **access) for each in (session, botocore.session.Session())
    )
    # moto, once it has been imported, adds a few operations to what is described.
    assert ours.meta.method_to_api_mapping.items() <= whole.meta.method_to_api_mapping.items()
    assert ours.meta.endpoint_url == whole.meta.endpoint_url


def test_of_the_endpoints_those_of_our_services_stay(short: Path) -> None:
    left = json.loads((short / "endpoints.json").read_text())["partitions"]
    whole = json.loads((WHOLE / "endpoints.json").read_text())["partitions"]
    assert [each["partition"] for each in left] == [each["partition"] for each in whole]
    for ours, theirs in zip(left, whole, strict=True):
        assert ours["services"] == {name: each for name, each in theirs["services"].items() if name in SERVICES}


def test_what_writes_the_manual_stays_out_and_the_sdk_works_without_it(tmp_path: Path) -> None:
    shutil.copytree(WHOLE.parent, tmp_path / "botocore", ignore=shutil.ignore_patterns("data", "__pycache__"))
    for path in [*WHOLE.glob("*.json"), *WHOLE.glob("sqs/*/*")]:
        (tmp_path / "botocore" / "data" / path.relative_to(WHOLE)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, tmp_path / "botocore" / "data" / path.relative_to(WHOLE))
    shorten(tmp_path)
    command = [sys.executable, "-c", WITHOUT_MANUAL]
    environment = {"PYTHONPATH": str(tmp_path)}
    tried = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (tried.returncode, tried.stderr) == (0, "")
    assert tried.stdout.split() == [str(tmp_path / "botocore" / "__init__.py"), "False", "''", "list_queues"]


def test_a_folder_without_the_sdk_is_left_alone(tmp_path: Path) -> None:
    shorten(tmp_path)
    assert not list(tmp_path.iterdir())
