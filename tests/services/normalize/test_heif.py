import pytest

from imaging.reasons import CorruptImage
from services.normalize.heif import check_whole


def box(kind: bytes, payload: bytes, size: int | None = None) -> bytes:
    return (8 + len(payload) if size is None else size).to_bytes(4, "big") + kind + payload


WHOLE = box(b"ftyp", b"heic\0\0\0\0") + box(b"mdat", b"p" * 100)


def test_a_whole_file_is_whole() -> None:
    check_whole(WHOLE)
    check_whole(box(b"ftyp", b"heic") + box(b"mdat", b"p" * 100, size=0))
    check_whole(WHOLE + (1).to_bytes(4, "big") + b"free" + (20).to_bytes(8, "big") + b"1234")


@pytest.mark.parametrize("missing", [1, 50, 99])
def test_a_file_that_was_cut_off_is_corrupt_and_the_reason_says_by_how_much(missing: int) -> None:
    with pytest.raises(CorruptImage, match=f"{missing} bytes are missing"):
        check_whole(WHOLE[:-missing])
