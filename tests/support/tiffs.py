"""Small TIFF files of any kind, written by hand: two halves, each of one colour given in the file's own numbers."""

import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from PIL import Image

from services.normalize.pixels import Master, normalize
from tests.support import pictures
from tests.support.pictures import opened

SIZE = (8, 4)
SHORT, LONG = 3, 4
_CODES = {1: "B", 2: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 16: "Q", 13: "I"}
Tag = tuple[int, Sequence[int]]  # type, values
BOTH = pytest.mark.parametrize("order", ["<", ">"])


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


def shown(content: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the master's colour left and right, with alpha."""
    return of_master(normalize(content))


def of_master(master: Master) -> tuple[tuple[int, ...], tuple[int, ...]]:
    image = opened(master.content).convert("RGBA")
    assert image.size == SIZE
    left, right = image.getpixel((1, 1)), image.getpixel((6, 2))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    return left, right


def close(seen: tuple[tuple[int, ...], ...], *right: tuple[int, ...], within: int = 4) -> bool:
    """Compare colours; JPEG's own error is a level or two, chroma's of so small a picture three."""
    return all(
        abs(a - b) <= within for one, other in zip(seen, right, strict=True) for a, b in zip(one, other, strict=True)
    )


def grey(level: int, alpha: int = 255) -> tuple[int, ...]:
    return (level, level, level, alpha)


def tiled(planar: bool) -> bytes:
    """Return the scene in tiles of 64×64, which hang over its edge."""
    image = Image.new("RGB", (128, 64))
    image.paste(pictures.scene())
    tiles = [image.crop((left, 0, left + 64, 64)) for left in (0, 64)]
    if planar:
        data = [tile.getchannel(channel).tobytes() for channel in range(3) for tile in tiles]
    else:
        data = [tile.tobytes() for tile in tiles]
    length = len(data[0])
    said: dict[int, Tag] = {
        256: (SHORT, [96]),
        257: (SHORT, [64]),
        258: (SHORT, [8] * 3),
        262: (SHORT, [2]),
        277: (SHORT, [3]),
        284: (SHORT, [2 if planar else 1]),
        322: (SHORT, [64]),
        323: (SHORT, [64]),
        324: (LONG, [8 + length * k for k in range(len(data))]),
        325: (LONG, [length] * len(data)),
    }
    return file("<", b"".join(data), said)
