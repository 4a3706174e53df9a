"""What `brigade demo` says of the photos that it did not send."""

from pathlib import Path

import pytest

from brigade.__main__ import main
from brigade.demo import demo_run as demo
from brigade.demo.demo_run import DemoReport
from brigade.pictures.local_files import Skipped
from tests.support import pictures


def test_a_photo_that_was_not_sent_is_named_and_the_demo_was_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(pictures.jpeg())
    account = DemoReport(skipped=[Skipped(photo, "Permission denied")])
    monkeypatch.setattr(demo, "run", lambda *_: account)
    assert main(["demo", "--photos", str(photo), "--out", str(tmp_path / "demo")]) == 1
    assert f"skipped: {photo}: Permission denied\n" in capsys.readouterr().err
