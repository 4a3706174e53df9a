"""However a file is damaged, it is admitted or refused with a reason, never answered with a bug."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.containers import whole
from kit.errors import Rejected
from services.ingest.admission import admit
from services.ingest.reasons import NotAnImage
from tests.imaging.test_damage import FILES, file

# Pillow remarks on some damage with a warning; on Lambda that is a line in the log.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def ends_well(content: bytes) -> None:
    with suppress(Rejected):
        admitted = admit(whole(content), len(content))
        assert admitted.format


@pytest.mark.parametrize("name", FILES)
@given(share=st.floats(0, 1))
def test_a_truncated_file_ends_well(name: str, share: float) -> None:
    content = file(name)
    ends_well(content[: int(len(content) * share)])


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_a_file_with_flipped_bytes_ends_well(name: str, data: st.DataObject) -> None:
    content = bytearray(file(name))
    places = st.integers(0, min(len(content), 400) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)):
        content[place] = value
    ends_well(bytes(content))


def test_a_box_longer_than_any_file_is_damage() -> None:
    brands = struct.pack(">I4s4sI4s", 20, b"ftyp", b"avif", 0, b"avif")
    with pytest.raises(NotAnImage, match="no box says how large"):
        admit(whole(brands + struct.pack(">I4sQ", 1, b"free", 2**64 - 1)), 36)
