"""`brigade demo` and the files that were there before it."""

from pathlib import Path

import pytest

from brigade.__main__ import main
from brigade.demo import demo_folder
from brigade.terminal import OperatorError
from tests.support import pictures


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "wedding.jpg").write_bytes(pictures.jpeg())
    return folder


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo that gets as far as this would have deleted already what it deletes."""

    def reached() -> None:
        raise AssertionError("a local cloud was started")

    monkeypatch.setattr("brigade.local.local_cloud.running", reached)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("out", ["precious", "precious/demo", ".", "precious/../precious"])
def test_a_demo_that_would_write_into_the_photos_is_refused_and_deletes_nothing(
    out: str, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--photos", str(photos), "--out", str(photos.parent / out)]) == 1
    assert "overlap — write elsewhere, with --out" in capsys.readouterr().err
    assert files(photos) == {"wedding.jpg"}


def test_a_single_photo_in_the_folder_is_refused_too(photos: Path) -> None:
    assert main(["demo", "--photos", str(photos / "wedding.jpg"), "--out", str(photos)]) == 1
    assert files(photos) == {"wedding.jpg"}


def test_photos_that_are_links_into_an_earlier_demo_are_refused(photos: Path, tmp_path: Path) -> None:
    demo_folder.prepare(tmp_path / "demo")
    (tmp_path / "demo/photos").mkdir()
    (tmp_path / "demo/photos/drawn.jpg").write_bytes(pictures.jpeg())
    (photos / "link.jpg").symlink_to(tmp_path / "demo/photos/drawn.jpg")
    assert main(["demo", "--photos", str(photos), "--out", str(tmp_path / "demo")]) == 1
    assert (tmp_path / "demo/photos/drawn.jpg").exists()


def test_an_earlier_demos_own_pictures_are_not_deleted_when_they_are_the_photos(tmp_path: Path) -> None:
    demo_folder.prepare(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.jpg").write_bytes(pictures.jpeg())
    assert main(["demo", "--photos", str(tmp_path / "photos"), "--out", str(tmp_path)]) == 1
    assert (tmp_path / "photos/a.jpg").exists()


def test_photos_that_are_not_there_are_named_before_anything_is_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo_folder.prepare(tmp_path)
    (tmp_path / "report.json").touch()
    assert main(["demo", "--photos", str(tmp_path / "nowhere"), "--out", str(tmp_path)]) == 1
    assert "nowhere does not exist" in capsys.readouterr().err
    assert (tmp_path / "report.json").exists()


def test_a_folder_with_files_of_ones_own_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "report.json").write_text("my thesis")
    assert main(["demo", "--out", str(tmp_path)]) == 1
    assert "holds files that no demo has made — write elsewhere, with --out" in capsys.readouterr().err
    assert (tmp_path / "report.json").read_text() == "my thesis"


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(OperatorError, match="demo is no folder"):
        demo_folder.prepare(tmp_path / "demo")


def test_of_an_earlier_demo_only_what_it_made_is_deleted(tmp_path: Path, photos: Path) -> None:
    demo_folder.prepare(tmp_path / "demo")
    for name in ("photos/a.jpg", "report.json", "index.html", "notes.txt"):
        (tmp_path / "demo" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "demo" / name).touch()
    (tmp_path / "demo/outputs").symlink_to(photos)
    demo_folder.prepare(tmp_path / "demo")
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {".brigade-demo", "notes.txt"}
    assert files(photos) == {"wedding.jpg"}
