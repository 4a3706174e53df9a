"""Small TIFF files of any kind, written by hand: two halves, each of one colour given in the file's own numbers."""

import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

SIZE = (8, 4)
SHORT, LONG = 3, 4
_CODES = {1: "B", 2: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 16: "Q", 13: "I"}
Tag = tuple[int, Sequence[int]]  # type, values


def directory(order: str, tags: dict[int, Tag], at: int, following: int = 0) -> bytes:
    """Return a directory that stands at a position, its long values behind it."""
    entries, long = b"", b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        raw = struct.pack(f"{order}{len(values)}{_CODES[kind]}", *values)
        entries += struct.pack(f"{order}HHI", tag, kind, len(values))
        if len(raw) > 4:
            entries += struct.pack(f"{order}I", behind + len(long))
            long += raw + b"\0" * (len(raw) % 2)
        else:
            entries += raw.ljust(4, b"\0")
    return struct.pack(f"{order}H", len(tags)) + entries + struct.pack(f"{order}I", following) + long


def file(order: str, data: bytes, *directories: dict[int, Tag]) -> bytes:
    """Return a TIFF: its header, ``data`` from position 8 on, and directories that follow one another."""
    content = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8 + len(data)) + data
    for number, tags in enumerate(directories):
        length = len(directory(order, tags, 0))
        last = number + 1 == len(directories)
        content += directory(order, tags, len(content), 0 if last else len(content) + length)
    return content


def tags(strips: Iterable[tuple[int, int]], samples: int, bits: int, photometric: int, **more: Any) -> dict[int, Tag]:
    """Return a directory for strips at these positions, of these lengths; ``more`` by tag number, as t339=(3, [3])."""
    offsets, lengths = zip(*strips, strict=True)
    said: dict[int, Tag] = {
        256: (SHORT, [SIZE[0]]),
        257: (SHORT, [SIZE[1]]),
        258: (SHORT, [bits] * samples),
        259: (SHORT, [1]),
        262: (SHORT, [photometric]),
        273: (LONG, offsets),
        277: (SHORT, [samples]),
        278: (SHORT, [SIZE[1]]),
        279: (LONG, lengths),
    }
    return said | {int(name[1:]): value for name, value in more.items()}


def packed(order: str, bits: int, rows: Sequence[Sequence[int]], *, is_float: bool = False) -> bytes:
    """Return rows of samples; those of less than 16 bits lie bit behind bit, each row begins with a new byte."""
    if is_float or bits in (16, 32):
        code = "f" if is_float else {16: "H", 32: "I"}[bits]
        return b"".join(struct.pack(f"{order}{len(row)}{code}", *row) for row in rows)
    packed_rows = []
    for row in rows:
        text = "".join(f"{value:0{bits}b}" for value in row)
        text += "0" * (-len(text) % 8)
        packed_rows.append(int(text, 2).to_bytes(len(text) // 8, "big"))
    return b"".join(packed_rows)


def halves(
    left: Sequence[int],
    right: Sequence[int],
    bits: int,
    photometric: int,
    order: str = "<",
    *,
    planar: bool = False,
    deflated: bool = False,
    is_float: bool = False,
    change: Callable[[bytes], bytes] = bytes,
    **more: Any,
) -> bytes:
    """Return a picture whose left half has these samples, and whose right half those."""
    across, down = SIZE
    row = [left] * (across // 2) + [right] * (across // 2)
    if planar:
        planes = [
            packed(order, bits, [[pixel[k] for pixel in row]] * down, is_float=is_float) for k in range(len(left))
        ]
        more["t284"] = (SHORT, [2])
    else:
        planes = [packed(order, bits, [[sample for pixel in row for sample in pixel]] * down, is_float=is_float)]
    planes = [change(plane) for plane in planes]
    if deflated:
        planes = [zlib.compress(plane) for plane in planes]
        more["t259"] = (SHORT, [8])
    if is_float:
        more["t339"] = (SHORT, [3] * len(left))
    positions = [8 + sum(map(len, planes[:k])) for k in range(len(planes))]
    strips = zip(positions, map(len, planes), strict=True)
    return file(order, b"".join(planes), tags(strips, len(left), bits, photometric, **more))
