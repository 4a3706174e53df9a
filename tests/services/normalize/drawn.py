"""Pictures in other colour spaces and depths, drawn by the formulas of their standards, without the code under test."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.support import pictures

Floats = NDArray[np.float64]
D65 = (0.3127, 0.3290)
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), D65)
# Primaries and white: ITU-T H.273 (07/2024), table 2.
PRIMARIES = {
    1: SRGB,
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), (0.310, 0.316)),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), (0.310, 0.316)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), D65),
}
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), D65)
PROPHOTO = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001), (0.34567, 0.35850))


def srgb_light(signal: Floats) -> Floats:
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def srgb_signal(light: Floats) -> Floats:
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _bt709(light: Floats) -> Floats:
    alpha, beta = 1.099296826809442, 0.018053968510807
    return np.where(light < beta, 4.5 * light, alpha * light**0.45 - (alpha - 1))


def _smpte240(light: Floats) -> Floats:
    return np.where(light < 0.0228, 4 * light, 1.1115 * light**0.45 - 0.1115)


def pq(light: Floats) -> Floats:
    """SMPTE ST 2084 of light as a share of 10,000 cd/m²."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = np.clip(light, 0, 1) ** m1
    return ((c1 + c2 * power) / (1 + c3 * power)) ** m2


def hlg(light: Floats) -> Floats:
    """ITU-R BT.2100's hybrid log-gamma of light as a share of 1,000 cd/m² on a screen, undone channel by channel."""
    scene = np.clip(light, 0, 1) ** (1 / 1.2)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


# From light to signal: ITU-T H.273, table 3.
TRANSFERS: dict[int, Callable[[Floats], Floats]] = {
    1: _bt709,
    4: lambda light: light ** (1 / 2.2),
    5: lambda light: light ** (1 / 2.8),
    6: _bt709,
    7: _smpte240,
    8: lambda light: light,
    9: lambda light: np.where(light < 0.01, 0, 1 + np.log10(np.maximum(light, 0.01)) / 2),
    10: lambda light: np.where(light < 10**-2.5, 0, 1 + np.log10(np.maximum(light, 10**-2.5)) / 2.5),
    13: srgb_signal,
    14: _bt709,
    17: lambda light: (48 / 52.37 * light) ** (1 / 2.6),
}


def to_xyz(primaries: tuple[tuple[float, float], ...]) -> Floats:
    """Return the matrix from light of those primaries to XYZ; their white is brought to D65 by Bradford's matrix."""
    red, green, blue, white = (np.array([x / y, 1, (1 - x - y) / y]) for x, y in primaries)
    matrix = np.stack([red, green, blue], axis=1)
    matrix = matrix * np.linalg.solve(matrix, white)
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d65 = np.array([D65[0] / D65[1], 1, (1 - sum(D65)) / D65[1]])
    gains = (bradford @ d65) / (bradford @ white)
    adapted: Floats = np.linalg.inv(bradford) @ np.diag(gains) @ bradford @ matrix
    return adapted


def light_in(primaries: tuple[tuple[float, float], ...], colours: Floats) -> Floats:
    """Return sRGB's colours (0 to 255) as light of other primaries."""
    matrix = np.linalg.solve(to_xyz(primaries), to_xyz(SRGB))
    return np.clip(srgb_light(colours / 255) @ matrix.T, 0, None)


def scene() -> Floats:
    return np.asarray(pictures.scene(), float)


def whole(signal: Floats, bits: int) -> NDArray[np.uint16]:
    return np.round(np.clip(signal, 0, 1) * ((1 << bits) - 1)).astype(np.uint16)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(numbers: NDArray[np.uint16], bits: int, *before: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of rows of grey, grey and alpha, colours, or colours and alpha, with chunks before its pixels."""
    colour_type = {1: 0, 2: 4, 3: 2, 4: 6}[numbers.shape[2]]
    height, width = numbers.shape[:2]
    if bits < 8:
        row_bits = ((numbers[..., 0][..., None] >> np.arange(bits)[::-1]) & 1).reshape(height, -1)
        rows = [np.packbits(row.astype(np.uint8)).tobytes() for row in row_bits]
    else:
        rows = [row.astype(">u2" if bits == 16 else "u1").tobytes() for row in numbers]
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = ((b"IHDR", header), *before, (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def iccp(profile: bytes) -> tuple[bytes, bytes]:
    return b"iCCP", b"any name\0\0" + zlib.compress(profile)


def profile(
    primaries: tuple[tuple[float, float], ...], curve: bytes, name: str = "any name", space: bytes = b"RGB "
) -> bytes:
    """Return an ICC profile of a matrix and one curve (a tag's bytes), or of grey's curve alone: ICC.1:2022."""
    d50 = np.array([0.9642, 1.0, 0.8249])
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d65 = np.array([D65[0] / D65[1], 1, (1 - sum(D65)) / D65[1]])
    adapt = np.linalg.inv(bradford) @ np.diag((bradford @ d50) / (bradford @ d65)) @ bradford
    columns = (adapt @ to_xyz(primaries)).T

    def xyz(values: Floats) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(value) * 65536) for value in values))

    ascii_ = name.encode() + b"\0"
    tags = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(ascii_)) + ascii_ + bytes(78), b"wtpt": xyz(d50)}
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        tags |= {ink + b"XYZ": xyz(column) for ink, column in zip((b"r", b"g", b"b"), columns, strict=True)}
        tags |= {ink + b"TRC": curve for ink in (b"r", b"g", b"b")}
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for tag, data in tags.items():
        table += struct.pack(">4sII", tag, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4xI4s4s4s12x4s", start + len(body), 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    return header.ljust(68, b"\0") + xyz(d50)[8:].ljust(60, b"\0") + struct.pack(">I", len(tags)) + table + body


LINEAR = b"curv" + bytes(8)
GAMMA_18 = b"curv" + struct.pack(">4xIH2x", 1, round(1.8 * 256))
SRGB_CURVE = b"para" + struct.pack(
    ">4xHH5i", 3, 0, *(round(n * 65536) for n in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)
