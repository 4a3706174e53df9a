"""What a user may get wrong where a chain is deployed."""

from pathlib import Path

import pytest

from tests.support import pictures
from tests.support.journey import Brigade


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("ls --stack other", "no stack named other"),
        ("upload nowhere.jpg", "nowhere.jpg does not exist"),
        ("upload empty", "no files found"),
        ("show nothing", "the catalog knows no picture 'nothing'"),
        ("ls --taken-from yesterday", "is no time"),
    ],
)
def test_what_a_user_may_get_wrong_is_one_clear_line(command: str, said: str, brigade: Brigade, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.jpg").write_bytes(pictures.jpeg())
    line = brigade(*command.split(), code=1)
    assert said in line
    assert len(line.strip().splitlines()) == 1
    assert "Traceback" not in line
