"""Settings: what was given goes before what the stack has, and that before the defaults."""

import json
from pathlib import Path

import pytest

from brigade.console import OperatorError
from brigade.deploy.stack_settings import of_stage, read_file, settle
from brigade.target import Target, local_target
from services.chain import CHAIN

AWS, LOCAL = Target("eu-west-1"), local_target("http://127.0.0.1:4566")


@pytest.mark.parametrize(("target", "environment"), [(AWS, "production"), (LOCAL, "local")])
def test_given_before_kept_before_default(target: Target, environment: str) -> None:
    before = {"LogRetentionDays": "7", "GraceSeconds": "9", "CodeBucket": "is not an operator's to set"}
    settled = settle(target, CHAIN, before, {"GraceSeconds": "8"})
    assert (settled["GraceSeconds"], settled["LogRetentionDays"], settled["Environment"]) == ("8", "7", environment)
    assert "CodeBucket" not in settled


def test_only_on_this_machine_is_its_processor_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert settle(AWS, CHAIN, {}, {})["Architecture"] == "arm64"
    assert settle(LOCAL, CHAIN, {}, {})["Architecture"] == "x86_64"


def test_a_stage_names_the_environment() -> None:
    assert of_stage("staging") == {"Environment": "staging"}
    assert of_stage("") == {}


@pytest.mark.parametrize(
    "listed", [["AlarmEmail=a=b@c.org"], [{"ParameterKey": "AlarmEmail", "ParameterValue": "a=b@c.org"}]]
)
def test_a_file_is_what_the_aws_cli_takes(tmp_path: Path, listed: list[object]) -> None:
    path = tmp_path / "parameters.json"
    path.write_text(json.dumps(listed))
    assert read_file(path) == {"AlarmEmail": "a=b@c.org"}


@pytest.mark.parametrize(
    "text", ["{", '{"LogRetentionDays": 7}', '["LogRetentionDays"]', '[{"ParameterKey": "A"}]', "7"]
)
def test_another_notation_is_refused_with_the_right_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "parameters.json"
    path.write_text(text)
    with pytest.raises(
        OperatorError, match=r"parameters.json is no parameters file: .*as for the AWS CLI: .*LogRetentionDays=7"
    ):
        read_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"gone.json cannot be read: No such file"):
        read_file(tmp_path / "gone.json")
