"""Who reads: exiftool, and Pillow where there is none or where it could not."""

import PIL
import pytest

from services.describe.common import read
from services.describe.exiftool import NONE, VARIABLE, Exiftool, ExiftoolFailed
from services.describe.extractors import Found, by_pillow, here, with_exiftool
from services.describe.tags import Tags, written
from tests.support import exif as drawn

PICTURE = drawn.picture()
TAGS = written({"IFD0:Make": "RECONYX"})


class Tool(Exiftool):
    """exiftool, as far as it is asked."""

    def read(self, content: bytes, format_: str) -> Tags:
        if format_ != "JPEG":
            raise ExiftoolFailed("it hung")
        self.version = "13.59"
        return TAGS


def test_exiftool_reads_where_it_is() -> None:
    assert with_exiftool(Tool("exiftool"))(PICTURE, "JPEG") == Found(TAGS, "exiftool", "13.59")


def test_pillow_reads_what_exiftool_could_not_and_it_is_said_why(caplog: pytest.LogCaptureFixture) -> None:
    found = with_exiftool(Tool("exiftool"))(PICTURE, "PNG")
    assert found == Found(read(PICTURE), "Pillow", PIL.__version__, "it hung")
    assert "Pillow reads what exiftool could not: it hung" in caplog.text


def test_without_exiftool_pillow_reads_and_nothing_is_wrong() -> None:
    assert by_pillow(PICTURE, "JPEG") == Found(read(PICTURE), "Pillow", PIL.__version__)


def test_a_process_has_one_extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, NONE)
    here.cache_clear()
    assert here() is by_pillow
    assert here() is here()
    here.cache_clear()
