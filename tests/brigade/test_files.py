from pathlib import Path

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


def test_two_files_for_one_key_are_refused(tmp_path: Path) -> None:
    paths = [touch(tmp_path / "x/a.jpg"), touch(tmp_path / "y/a.jpg")]
    with pytest.raises(OperatorError, match="would both become a"):
        find(paths)
