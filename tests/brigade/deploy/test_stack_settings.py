"""Settings: what was given goes before what the stack has, and that before the defaults."""

import json
from pathlib import Path

import pytest

from brigade.deploy.stack_settings import of_stack, read_file, settle
from brigade.target import Target, local_target
from brigade.terminal import OperatorError
from services.chain import CHAIN

AWS, LOCAL = Target("eu-west-1"), local_target("http://127.0.0.1:4566")


@pytest.mark.parametrize(("target", "environment"), [(AWS, "production"), (LOCAL, "local")])
def test_given_before_kept_before_default(target: Target, environment: str) -> None:
    before = {"LogRetentionDays": "7", "GraceSeconds": "9", "CodeBucket": "is not an operator's to set"}
    settled = settle(target, CHAIN, before, {"GraceSeconds": "8"})
    assert (settled["GraceSeconds"], settled["LogRetentionDays"], settled["Environment"]) == ("8", "7", environment)
    assert "CodeBucket" not in settled


@pytest.mark.parametrize(
    ("machine", "architecture"),
    [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("aarch64", "arm64"), ("arm64", "arm64"), ("riscv64", "arm64")],
)
def test_only_on_this_machine_is_its_processor_taken_unless_one_is_given(
    machine: str, architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert settle(AWS, CHAIN, {}, {})["Architecture"] == "arm64"
    assert settle(LOCAL, CHAIN, {}, {})["Architecture"] == architecture
    for given in ("arm64", "x86_64"):
        assert settle(LOCAL, CHAIN, {}, {"Architecture": given})["Architecture"] == given


@pytest.mark.parametrize(
    "listed", [["AlarmEmail=a=b@c.org"], [{"ParameterKey": "AlarmEmail", "ParameterValue": "a=b@c.org"}]]
)
def test_a_file_is_what_the_aws_cli_takes(tmp_path: Path, listed: list[object]) -> None:
    path = tmp_path / "parameters.json"
    path.write_text(json.dumps(listed))
    assert read_file(path) == {"AlarmEmail": "a=b@c.org"}


@pytest.mark.parametrize(
    ("stack", "stage", "name"),
    [
        ("brigade", "", "brigade"),
        ("brigade", "staging", "brigade-staging"),
        ("brigade-staging", "staging", "brigade-staging"),
        ("staging", "staging", "staging-staging"),
        ("brigade-prestaging", "staging", "brigade-prestaging-staging"),
    ],
)
def test_a_stage_is_named_once_in_its_stacks_name(stack: str, stage: str, name: str) -> None:
    assert of_stack(stack, stage) == name


def test_what_keeps_its_previous_value_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "parameters.json"
    kept = {"ParameterKey": "AlarmEmail", "UsePreviousValue": True}
    new = {"ParameterKey": "LogRetentionDays", "ParameterValue": 7, "UsePreviousValue": False}
    path.write_text(json.dumps([kept, new]))
    assert read_file(path) == {"LogRetentionDays": "7"}


AS_LIST = 'write it as for the AWS CLI: ["LogRetentionDays=7"]'
AS_ENTRY = 'write {"ParameterKey": "LogRetentionDays", "ParameterValue": "7"}, or "UsePreviousValue": true'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no", f" is not JSON: Expecting value: line 1 column 1 (char 0) — {AS_LIST}"),
        ('{"LogRetentionDays": 7}', f" holds no list — {AS_LIST}"),
        ("7", f" holds no list — {AS_LIST}"),
        ('["LogRetentionDays"]', f": LogRetentionDays has no value — {AS_LIST}"),
        ("[7]", f": 7 names no parameter — {AS_ENTRY}"),
        ('[{"ParameterValue": "7"}]', f': {{"ParameterValue": "7"}} names no parameter — {AS_ENTRY}'),
        *(
            (entry, f": A has no ParameterValue that is a text or a number — {AS_ENTRY}")
            for entry in (
                '[{"ParameterKey": "A"}]',
                '[{"ParameterKey": "A", "ParameterValue": null}]',
                '[{"ParameterKey": "A", "ParameterValue": true}]',
                '[{"ParameterKey": "A", "ParameterValue": ["7"]}]',
                '[{"ParameterKey": "A", "UsePreviousValue": false}]',
            )
        ),
    ],
)
def test_another_notation_is_refused_with_the_right_one(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "parameters.json"
    path.write_text(text)
    with pytest.raises(OperatorError) as refused:
        read_file(path)
    assert str(refused.value) == f"{path}{said}"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"gone.json cannot be read: No such file"):
        read_file(tmp_path / "gone.json")
