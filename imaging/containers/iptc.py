"""IPTC, as it stands among Photoshop's image resources: IIM 4.2, 1.5; Adobe Photoshop File Formats, Image Resources."""

from collections.abc import Iterator

_MARKS = (b"8BIM", b"AgHg", b"DCSR", b"MeSa", b"PHUT")
_IPTC = b"\x04\x04"
_DATA_SET, _APPLICATION = 0x1C, 2
_EXTENDED = 0x8000  # the length of the length follows


def among(resources: bytes) -> bytes:
    """Return the first IPTC block of Photoshop's image resources; nothing where there is none."""
    at = 0
    while resources[at : at + 4] in _MARKS and len(head := resources[at : at + 7]) == 7:  # noqa: PLR2004
        start = at + 7 + (head[6] | 1)  # behind a name that is padded
        size = int.from_bytes(resources[start : start + 4], "big")
        if head[4:6] == _IPTC:
            return resources[start + 4 : start + 4 + size]
        at = start + 4 + size + size % 2
    return b""


def values(content: bytes, number: int) -> Iterator[bytes]:
    """Yield the values of a data set of the application record, up to the first damage."""
    at = 0
    while len(head := content[at : at + 5]) == 5 and head[0] == _DATA_SET:  # noqa: PLR2004
        start, size = at + 5, int.from_bytes(head[3:], "big")
        if size & _EXTENDED:
            start, size = start + (size - _EXTENDED), int.from_bytes(content[start : start + size - _EXTENDED], "big")
        at = start + size
        if head[1:3] == bytes([_APPLICATION, number]):
            yield content[start:at]
