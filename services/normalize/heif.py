"""What libheif does not say: that the file was cut off. It decodes what is left and leaves the rest black or grey."""

from imaging.reasons import CorruptImage

_HEADER = 8
_LONG_HEADER = 16


def check_whole(content: bytes) -> None:
    """Raise CorruptImage when a top-level box (ISO/IEC 14496-12) is longer than what is left of the file."""
    position = 0
    while position + _HEADER <= len(content):
        size, start = int.from_bytes(content[position : position + 4], "big"), _HEADER
        if size == 1:  # a 64-bit size follows
            size, start = int.from_bytes(content[position + 8 : position + 16], "big"), _LONG_HEADER
        if size < start:  # 0: up to the end of the file
            return
        position += size
    if position > len(content):
        raise CorruptImage(f"the file is cut off: {position - len(content):,} bytes are missing")
