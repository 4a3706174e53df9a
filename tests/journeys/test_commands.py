"""The command line as a new user types it; in test_operations_page.py each command is a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brigade.__main__ import main
from imaging.limits import MAX_BYTES
from kit import aws
from tests.support import pictures

ROOT = Path(__file__).parents[2]
Brigade = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def brigade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Brigade]:
    """A shell of its own: nothing of ours in the environment, an empty state folder."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "BRIGADE_"))]:
        monkeypatch.delenv(name)
    for name in ("NO_PROXY", "no_proxy"):  # set by the command; the test's end puts them back
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        aws.forget()
        if arguments[0] == "up":  # the cloud outlives the command's process
            command = [sys.executable, "-m", "brigade", *arguments]
            return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        capsys.readouterr()
        code = main(list(arguments))
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    yield run
    run("down")
    aws.forget()


def test_a_first_session(brigade: Brigade, tmp_path: Path) -> None:
    def done(*arguments: str) -> str:
        result = brigade(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout + result.stderr

    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:" in done("up", "--detach")
    assert "deploying stack brigade to local cloud on 127.0.0.1" in done("deploy")
    assert "nothing to change" in done("deploy")

    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "one.jpg").write_bytes(pictures.jpeg())
    (photos / "two [2].png").write_bytes(pictures.alpha_png())
    assert "2 uploaded, 0 were already there" in done("upload", "--wait", "photos")
    assert "0 uploaded, 2 were already there" in done("upload", "--wait", "photos")

    listed = json.loads(brigade("ls", "--json").stdout)
    assert {record["source"]["key"]: record["status"] for record in listed} == {
        "one.jpg": "READY",
        "two [2].png": "READY",
    }
    assert "two [2].png" in done("ls", "--status", "ready")
    [shown] = json.loads(brigade("show", "one.jpg", "--json").stdout)
    assert "pixelated-64" in done("show", shown["image_id"])
    done("get", "one.jpg", "--out", "got")
    assert len(list((tmp_path / "got" / "one.jpg").iterdir())) == 11
    assert "no dead letters" in done("dlq", "ls")

    (photos / "bad.jpg").write_bytes(pictures.text_named_jpg())
    refused = brigade("upload", "--wait", "photos")
    assert refused.returncode == 1
    assert "FAILED not-an-image" in refused.stdout
    [group] = json.loads(brigade("dlq", "ls", "--json").stdout)
    assert (group["actor"], group["reason"], group["count"]) == ("ingest", "not-an-image", 1)
    assert group["example"]["key"] == "bad.jpg"
    assert "not-an-image" in done("dlq", "ls")  # and looking has taken nothing away

    with (photos / "huge.jpg").open("wb") as huge:
        huge.truncate(2 * MAX_BYTES)  # a hole: it takes no room
    skipped = brigade("upload", "photos")
    assert skipped.returncode == 1
    assert "0 uploaded, 3 were already there, 1 not uploaded" in skipped.stderr
    assert "skipped: photos/huge.jpg: 209.7 MB, and at most 104.9 MB are admitted" in skipped.stderr

    assert brigade("destroy").returncode == 1
    assert "is deleted" in done("destroy", "--yes")
    assert "is stopped" in done("down")


def test_the_demo_accounts_for_every_upload(brigade: Brigade, tmp_path: Path) -> None:
    (tmp_path / "demo/outputs").mkdir(parents=True)
    (tmp_path / "demo/.brigade-demo").touch()
    (tmp_path / "demo/outputs/of an earlier demo").touch()
    result = brigade("demo", "--out", "demo")
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "demo" / "report.json").read_text())
    assert report["unaccounted"] == 0
    assert {letter["reason"] for letter in report["dead_letters"]} == {"not-an-image", "corrupt-image"}
    ready = [image for image in report["images"] if image["status"] == "READY"]
    assert len(ready) + len(report["dead_letters"]) == report["uploaded"]
    sheet = (tmp_path / "demo" / "index.html").read_text()
    assert not (tmp_path / "demo/outputs/of an earlier demo").exists()
    for image in ready:
        for rendition in image["renditions"]:
            assert (tmp_path / "demo" / "outputs" / rendition["key"]).stat().st_size == rendition["bytes"]
            assert rendition["key"].rpartition("/")[0] in sheet
