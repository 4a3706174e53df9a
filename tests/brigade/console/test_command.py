"""`brigade console`: what it prints, and how it ends."""

import re
import sys
from typing import Any

import pytest

from brigade.__main__ import main
from brigade.console.worker import Worker
from brigade.portal import serving
from tests.support.desk import Desk


def test_its_first_line_is_the_address_and_ctrl_c_lets_an_act_end_what_it_has_begun(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended: list[str] = []

    def served(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(serving, "serve", served)
    monkeypatch.setattr(Worker, "stop", lambda _: ended.append("stopped"))
    monkeypatch.setattr(Worker, "wait", lambda _: ended.append("waited"))
    assert main(["console", "--yes", "--read-only"]) == 0
    said = capsys.readouterr()
    assert re.fullmatch(
        r"the console of stack brigade is on http://127\.0\.0\.1:\d+/#[\w-]{43} until Ctrl-C\n", said.out
    )
    assert "the console is closed" in said.err
    assert ended == ["stopped", "waited"]


def test_without_the_extra_it_says_what_to_install(
    state: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "brigade.console.app", raising=False)
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    assert main(["console"]) == 1
    assert 'starlette.applications is not installed — pip install "bucket-brigade[portal]"' in capsys.readouterr().err
