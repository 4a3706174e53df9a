"""Pictures of a site in the pipeline: what is waited for, what a dry run makes, and what is said of the others."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from brigade.deploy import deployed_recipes
from brigade.pictures import uploads
from brigade.pictures.local_files import LocalFile, Skipped
from brigade.pictures.uploads import Uploaded
from brigade.site import serving
from imaging.recipes import parse
from records.picture import PictureRecord
from tests.support import pictures
from tests.support.web import ready

RECIPES = '[[recipe]]\nname = "web"\nprefix = "site/"\nrendition = [{ name = "w40", width = 40 }]'


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[LocalFile]:
    """A picture, something that is none, and a file for which there is no recipe."""
    monkeypatch.setattr(deployed_recipes, "of", lambda _: parse(RECIPES))
    contents = {"a.jpg": pictures.jpeg(), "b.jpg": pictures.text_named_jpg(), "c.jpg": b""}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    keys = ("site/a.jpg", "site/b.jpg", "c.jpg")
    return [LocalFile(tmp_path / name, key) for name, key in zip(contents, keys, strict=True)]


def pipeline(*known: PictureRecord) -> Any:
    def by_key(key: str) -> Iterator[PictureRecord]:
        return (record for record in known if record.key == key)

    return SimpleNamespace(stack=None, s3=None, source_bucket="source", catalog=SimpleNamespace(by_key=by_key))


def reasons(skipped: list[Skipped]) -> dict[str, str]:
    return {each.path.name: each.why for each in skipped}


def test_a_dry_run_makes_what_is_not_there_and_says_what_would_fail(files: list[LocalFile]) -> None:
    skipped: list[Skipped] = []
    made = serving.preview(pipeline(), files, skipped)
    assert [rendition.width for rendition in made.pop("site/a.jpg").renditions] == [40]
    assert made == {}
    assert reasons(skipped) == {"b.jpg": "FAILED: not-an-image", "c.jpg": "no recipe matches c.jpg"}


def test_a_dry_run_shows_what_is_there(files: list[LocalFile]) -> None:
    there = ready("site/a.jpg", (96, 64))
    assert serving.preview(pipeline(there), files[:1], []) == {"site/a.jpg": there}


def test_an_upload_waits_and_says_of_each_picture_why_it_is_not_served(
    files: list[LocalFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [ready("site/a.jpg", (96, 64))]

    def upload(_s3: Any, _bucket: str, wanted: list[LocalFile], _skip: Any) -> Iterator[Uploaded]:
        yield Uploaded(wanted[0], records[0].image_id)
        yield Uploaded(wanted[1], "slow")

    def wait(_catalog: Any, ids: list[str], _seconds: float, settled: Any) -> list[str]:
        settled(records[0])
        return [each for each in ids if each == "slow"]

    monkeypatch.setattr(uploads, "upload", upload)
    monkeypatch.setattr(uploads, "wait", wait)
    monkeypatch.setattr(uploads, "wait_for_recall", lambda *_: None)
    monkeypatch.setattr(serving, "send_unheard", lambda *_: [])
    skipped: list[Skipped] = []
    assert serving.upload(pipeline(), files, 9, skipped) == {"site/a.jpg": records[0]}
    assert reasons(skipped) == {
        "b.jpg": "not done after 9 s without progress",
        "c.jpg": "no recipe matches c.jpg",
    }
