import os
import sys
from pathlib import Path
from typing import Any

import pytest

from brigade.pictures.local_files import Skipped, find
from brigade.terminal import OperatorError


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


def link(path: Path, leads_to: Path | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(leads_to)
    return path


def found(*paths: Path, prefix: str = "") -> tuple[set[str], dict[str, str]]:
    """Return the keys, and why what was skipped was, by its name."""
    skipped: list[Skipped] = []
    files = find(paths, prefix, skipped.append)
    return {file.key for file in files}, {each.path.name: each.why for each in skipped}


def test_a_linked_folder_is_followed_under_the_links_name(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere/deep/b.jpg")
    link(tmp_path / "elsewhere/deep/more", tmp_path / "third")
    touch(tmp_path / "third/c.jpg")
    touch(tmp_path / "here/a.jpg")
    link(tmp_path / "here/album", "../elsewhere")
    link(tmp_path / "here/file.jpg", "../elsewhere/deep/b.jpg")
    assert found(tmp_path / "here") == ({"a.jpg", "file.jpg", "album/deep/b.jpg", "album/deep/more/c.jpg"}, {})


def test_what_lies_in_a_folder_keeps_the_key_of_its_place_though_a_link_to_it_comes_first(tmp_path: Path) -> None:
    touch(tmp_path / "real/a.jpg")
    link(tmp_path / "before", "real")
    keys, skipped = found(tmp_path)
    assert keys == {"real/a.jpg"}
    assert skipped["before"].endswith("real, which is walked already")


def test_no_circle_of_links_is_walked_twice_and_each_link_that_closes_one_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "here/in/a.jpg")
    touch(tmp_path / "there/b.jpg")
    link(tmp_path / "here/in/up", "..")
    link(tmp_path / "here/over", "../there")
    link(tmp_path / "there/back", "../here")
    link(tmp_path / "here/again", "over")
    link(tmp_path / "here/snake.jpg", "snake.jpg")
    keys, skipped = found(tmp_path / "here")
    assert keys == {"in/a.jpg", "again/b.jpg"}
    assert set(skipped) == {"up", "over", "back", "snake.jpg"}
    assert skipped["up"].endswith("which holds the link itself")


def test_a_link_to_a_folder_around_what_is_walked_leaves_that_out(tmp_path: Path) -> None:
    touch(tmp_path / "around/inner/a.jpg")
    touch(tmp_path / "around/b.jpg")
    link(tmp_path / "other/all", "../around")
    keys, skipped = found(tmp_path / "around/inner", tmp_path / "other")
    assert keys == {"a.jpg", "all/b.jpg"}
    assert "walked already" in skipped["inner"]


def test_links_that_lead_nowhere_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg")
    broken = link(tmp_path / "broken.jpg", "nowhere.jpg")
    assert found(tmp_path) == ({"a.jpg"}, {"broken.jpg": "a link that leads nowhere"})
    assert found(tmp_path / "a.jpg", broken) == ({"a.jpg"}, {"broken.jpg": "a link that leads nowhere"})
    assert found(broken) == (set(), {"broken.jpg": "a link that leads nowhere"})


def test_who_does_not_say_what_to_do_with_them_gets_an_error(tmp_path: Path) -> None:
    broken = link(tmp_path / "broken.jpg", "nowhere.jpg")
    with pytest.raises(OperatorError, match=r"broken.jpg was skipped: a link that leads nowhere — mend that"):
        find([broken])


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "open/a.jpg")
    touch(tmp_path / "closed/b.jpg")
    really = os.scandir

    def scan(path: str) -> Any:
        if Path(path).name == "closed":  # also to root, who runs these tests in a container
            raise PermissionError(13, "Permission denied", path)
        return really(path)

    monkeypatch.setattr(os, "scandir", scan)
    assert found(tmp_path) == ({"open/a.jpg"}, {"closed": "the folder cannot be read: Permission denied"})


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system takes no such name")
def test_a_name_that_is_not_utf_8_is_skipped_and_can_be_recognised(tmp_path: Path) -> None:
    touch(tmp_path / "good.jpg")
    touch(tmp_path / os.fsdecode(b"b\xe4d.jpg"))
    assert found(tmp_path) == ({"good.jpg"}, {"b\udce4d.jpg": "its name or prefix is not UTF-8: rename it"})
    with pytest.raises(OperatorError, match=r"b\\udce4d.jpg was skipped: its name"):
        find([tmp_path])


def test_a_prefix_that_is_not_utf_8_fits_no_key(tmp_path: Path) -> None:
    keys, skipped = found(touch(tmp_path / "a.jpg"), prefix=os.fsdecode(b"\xe4/"))
    assert (keys, list(skipped)) == (set(), ["a.jpg"])


def test_a_key_that_s3_would_refuse_for_its_bytes_is_skipped(tmp_path: Path) -> None:
    touch(tmp_path / ("ü" * 120 + ".jpg"))
    assert found(tmp_path, prefix="p" * 780)[1] == {}
    keys, skipped = found(tmp_path, prefix="p" * 781)
    assert keys == set()
    assert list(skipped.values()) == ["its key has 1,025 bytes, and S3 takes at most 1,024"]


def test_two_files_for_one_key_are_refused(tmp_path: Path) -> None:
    paths = [touch(tmp_path / "x/a.jpg"), touch(tmp_path / "y/a.jpg")]
    with pytest.raises(OperatorError, match="would both become a"):
        find(paths)
