"""What people and programs outside get of a record."""

import gzip
from typing import Any

from records.attribute_values import read_item, write
from records.shown import shown
from records.stored import read

SOURCE = {"bucket": "source", "key": "a.jpg", "version": "v"}


def told(camera: dict[str, Any]) -> Any:
    item = {"image_id": "i", "status": "READY", "source": SOURCE, "camera": camera, "tags_stored": True}
    return shown(read(read_item({name: write(value) for name, value in item.items()})))


def test_what_the_record_holds_packed_of_a_camera_is_told_in_full() -> None:
    found = told({"make": "RECONYX", "packed": gzip.compress(b'{"IFD0:Make": "RECONYX", "ExifIFD:FNumber": 8.0}')})
    assert found["camera"]["all"] == {"IFD0:Make": "RECONYX", "ExifIFD:FNumber": 8.0}
    assert "packed" not in found["camera"]
    assert "tags_stored" not in found


def test_what_is_a_file_is_named() -> None:
    found = told({"tags": "metadata/i.json.gz"})
    assert (found["camera"]["tags"], found["camera"]["all"]) == ("metadata/i.json.gz", None)
