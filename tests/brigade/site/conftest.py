"""A site, and a pipeline without a cloud."""

from pathlib import Path

import pytest

from tests.support.web import Site, installed


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    return installed(Site(folder.resolve(), capsys), monkeypatch)
