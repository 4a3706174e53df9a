"""The record of local clouds: each is found from its folder, or by its name."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from brigade.local import local_record
from brigade.local.cloud_process import LocalCloud
from brigade.local.process_start import process_start_time
from brigade.terminal import OperatorError

pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def one() -> LocalCloud:
    return LocalCloud(1, "12", 4566, "one", "/nowhere", str(Path.cwd()))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, with a folder and another checkout in it; commands are given in its root."""
    for each in (".git", "pictures/2026", "worktrees/other/.git"):
        (tmp_path / "checkout" / each).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "checkout")
    return Path.cwd()


def test_is_what_was_recorded(one: LocalCloud) -> None:
    local_record.record(one)
    assert local_record.recorded() == one


def test_of_two_that_start_at_once_only_one_is_kept(one: LocalCloud) -> None:
    local_record.record(one)
    with pytest.raises(OperatorError, match="another local cloud was started"):
        local_record.record(replace(one, identity="two"))
    assert local_record.recorded() == one


def test_is_dropped_by_its_own_cloud_only(one: LocalCloud) -> None:
    local_record.record(one)
    local_record.forget(replace(one, identity="two"))
    assert local_record.recorded() == one
    local_record.forget(one)
    assert local_record.recorded() is None


@pytest.mark.parametrize(("given_in", "is_found"), [("pictures/2026", True), ("worktrees/other", False), ("..", False)])
def test_is_found_from_its_folder_and_those_below_in_the_same_checkout(
    folder: Path, given_in: str, is_found: bool, one: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_record.record(one)
    monkeypatch.chdir(given_in)
    assert local_record.recorded() == (one if is_found else None)


def test_of_the_nearest_folder_is_found_first(folder: Path, one: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    near = replace(one, identity="near", owner=str(folder / "pictures"))
    local_record.record(one)
    local_record.record(near)
    monkeypatch.chdir("pictures/2026")
    assert local_record.recorded() == near


def test_leaves_nothing_in_the_folder(folder: Path, one: LocalCloud) -> None:
    local_record.record(one)
    assert {each.name for each in folder.iterdir()} == {".git", "pictures", "worktrees"}


def test_by_name_is_found_from_everywhere_and_nothing_else_is(
    folder: Path, one: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = replace(one, identity="named", owner="demo")
    local_record.record(one)
    local_record.record(named)
    assert local_record.recorded() == one
    monkeypatch.setenv("BRIGADE_CLOUD", "demo")
    monkeypatch.chdir("/")
    assert local_record.recorded() == named
    monkeypatch.setenv("BRIGADE_CLOUD", "other")
    monkeypatch.chdir(folder)
    assert local_record.recorded() is None


def test_by_endpoint_is_that_of_the_one_that_lives(one: LocalCloud) -> None:
    living = replace(
        one, pid=os.getpid(), born=process_start_time(os.getpid()) or "", identity="living", owner="/later"
    )
    for each in (living, one, replace(one, identity="dead", owner="/earlier")):
        local_record.record(each)
    assert local_record.at(one.endpoint) == living
    assert local_record.at("http://127.0.0.1:1") is None
