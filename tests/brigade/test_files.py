import os
import sys
from pathlib import Path
from typing import Any

import pytest

from brigade.console import OperatorError
from brigade.files import find


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def keys(paths: list[Path], prefix: str = "") -> list[str]:
    return [file.key for file in find(paths, prefix)]


def test_a_file_keeps_its_name_and_a_folders_files_their_path_below_it(tmp_path: Path) -> None:
    touch(tmp_path / "photos/a.jpg")
    touch(tmp_path / "photos/summer/b.jpg")
    assert keys([tmp_path / "photos/a.jpg"]) == ["a.jpg"]
    assert keys([tmp_path / "photos"], "postpic/") == ["postpic/a.jpg", "postpic/summer/b.jpg"]


def test_what_begins_with_a_dot_is_left_out_of_folders(tmp_path: Path) -> None:
    touch(tmp_path / ".DS_Store")
    touch(tmp_path / ".thumbs/a.jpg")
    touch(tmp_path / "a.jpg")
    assert keys([tmp_path]) == ["a.jpg"]


def test_the_same_file_named_twice_is_uploaded_once(tmp_path: Path) -> None:
    path = touch(tmp_path / "a.jpg")
    assert keys([path, path]) == ["a.jpg"]


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="nowhere does not exist"):
        find([tmp_path / "nowhere"])


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no files found"):
        find([tmp_path])


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "open/a.jpg")
    touch(tmp_path / "closed/b.jpg")
    really = os.scandir

    def scan(path: str) -> Any:
        if Path(path).name == "closed":  # also to root, who runs these tests in a container
            raise PermissionError(13, "Permission denied", path)
        return really(path)

    monkeypatch.setattr(os, "scandir", scan)
    with pytest.raises(OperatorError, match=r"folder .*closed cannot be read: Permission denied — mend that"):
        find([tmp_path])


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system takes no such name")
def test_a_name_that_is_not_utf_8_is_refused_before_anything_is_done_and_can_be_recognised(tmp_path: Path) -> None:
    touch(tmp_path / "good.jpg")
    touch(tmp_path / os.fsdecode(b"b\xe4d.jpg"))
    with pytest.raises(OperatorError, match=r"the name '.*b\\udce4d.jpg' is not UTF-8 — rename it"):
        find([tmp_path])


def test_a_prefix_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"'\\udce4/a.jpg' is not UTF-8"):
        find([touch(tmp_path / "a.jpg")], os.fsdecode(b"\xe4/"))


def test_two_files_for_one_key_are_refused(tmp_path: Path) -> None:
    paths = [touch(tmp_path / "x/a.jpg"), touch(tmp_path / "y/a.jpg")]
    with pytest.raises(OperatorError, match="would both become a"):
        find(paths)
