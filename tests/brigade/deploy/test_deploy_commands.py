"""`brigade deploy`, `outputs` and `destroy`, as they are typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from brigade.__main__ import main
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.stack import Stack
from brigade.target import Target
from tests.brigade.deploy.deploying import bring_up, buckets


@pytest.mark.journey
class TestTheCommands:
    def test_as_a_new_user_types_them(
        self, here: Target, stack: Callable[[], str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        name = stack()
        assert main(["deploy", "--stack", name]) == 0
        said = capsys.readouterr()
        assert said.err.startswith(f"deploying stack {name} to {here.describe()}\n")
        assert not said.out
        assert main(["deploy", "--stack", name]) == 0
        assert "nothing to change" in capsys.readouterr().err
        assert main(["outputs", "--stack", name, "--json"]) == 0
        listed = json.loads(capsys.readouterr().out)
        assert {frozenset(each) for each in listed} == {frozenset({"name", "value", "description"})}
        assert main(["outputs", "--stack", name]) == 0
        assert listed[0]["value"] in capsys.readouterr().out
        assert main(["destroy", "--stack", name, "--yes"]) == 0
        said = capsys.readouterr()
        source = next(each["value"] for each in listed if each["name"] == "SourceBucket")
        assert f"destroying stack {name} on {here.describe()}; that keeps:" in said.err
        assert f"  {source} (S3::Bucket)\n" in said.err
        assert f"`brigade destroy --stack {name} --delete-pictures` deletes what it kept\n" in said.err
        assert main(["outputs", "--stack", name]) == 1
        assert f"no stack named {name} on {here.describe()} — `brigade deploy` makes it" in capsys.readouterr().err
        assert main(["destroy", "--stack", name, "--delete-pictures", "--yes"]) == 0
        assert buckets(here, name) == []

    def test_destroying_asks(
        self,
        here: Target,
        stack: Callable[[], str],
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        name = stack()
        bring_up(here, name)
        assert main(["destroy", "--stack", name]) == 1
        assert "There is no terminal to answer on — add --yes" in capsys.readouterr().err
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdin.isatty", lambda: True, raising=False)
            patch.setattr("click.confirm", lambda *_, **__: False)
            assert main(["destroy", "--stack", name]) == 1
            assert "nothing was changed" in capsys.readouterr().err
            assert Stack.look(here, name)
            patch.setattr("click.confirm", lambda *_, **__: True)
            assert main(["destroy", "--stack", name, "--delete-pictures"]) == 0
        assert "that deletes for ever:" in capsys.readouterr().err
        assert buckets(here, name) == []

    def test_destroying_what_was_never_made_clears_its_code_away(
        self, here: Target, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Artifacts(here, "unmade").prepare()
        assert main(["destroy", "--stack", "unmade", "--yes"]) == 0
        assert buckets(here, "unmade") == []
        assert main(["destroy", "--stack", "unmade", "--yes"]) == 1
        assert "no stack named unmade" in capsys.readouterr().err

    def test_a_stage_is_a_stack_of_its_own_with_parameters_and_tags(
        self, here: Target, stack: Callable[[], str], capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        name, file = stack(), tmp_path / "parameters.json"
        settings = {"LogRetentionDays": 7, "Environment": "of the file", "GraceSeconds": 9}
        file.write_text(json.dumps([{"ParameterKey": key, "ParameterValue": v} for key, v in settings.items()]))
        base, _, stage = name.rpartition("-")
        command = ["deploy", "--stack", base, "--stage", stage, "--parameters", str(file), "--set", "GraceSeconds=8"]
        assert main([*command, "--tag", "team=photos", "--dry-run"]) == 0
        [code] = buckets(here, name)
        assert f"nothing was changed, only the code was uploaded to {code};" in capsys.readouterr().err
        assert main([*command, "--tag", "team=photos"]) == 0
        assert f"`brigade outputs --stack {name}`" in capsys.readouterr().err
        made = Stack.find(here, name)
        chosen = {key: made.parameters[key] for key in settings}
        assert chosen == {"LogRetentionDays": "7", "Environment": stage, "GraceSeconds": "8"}
        assert made.tags == {"team": "photos"}
        assert Stack.look(here, base) is None
        assert main(["deploy", "--stack", name, "--stage", stage]) == 0  # as with BRIGADE_STACK
        assert Stack.look(here, f"{name}-{stage}") is None

    def test_a_setting_without_a_value_is_refused(self, here: Target, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["deploy", "--set", "LogRetentionDays"]) == 1
        assert (
            "--set LogRetentionDays has no value — write NAME=VALUE, as --set LogRetentionDays=7"
            in capsys.readouterr().err
        )
