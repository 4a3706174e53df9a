"""RGB colour spaces as ICC profiles, made from primaries and a curve.

Code points: ITU-T H.273, tables 2 and 3. Profiles: ICC.1:2022, 7.2, 10.6, 10.18 and, for Bradford's matrix, annex E.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import exp

Curve = Callable[[float], float]  # from signal to light, both 0 to 1
Vector = tuple[float, float, float]

_D50: Vector = (0.9642, 1.0, 0.8249)
_D65, _C = (0.3127, 0.3290), (0.310, 0.316)
_NTSC = (0.630, 0.340, 0.310, 0.595, 0.155, 0.070)
_P3 = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
SRGB = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, *_D65)
ADOBE_RGB = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *_D65)
_UNSPECIFIED = 2  # sRGB's, where the other is specified: ISO/IEC 23000-22 (MIAF), 7.3.6.4
# x and y of red, green, blue and white.
_PRIMARIES = {
    1: SRGB,
    _UNSPECIFIED: SRGB,
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *_C),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *_D65),
    6: (*_NTSC, *_D65),
    7: (*_NTSC, *_D65),
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *_C),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    11: (*_P3, 0.314, 0.351),
    12: (*_P3, *_D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *_D65),
}
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_BACK = ((0.9869929, -0.1470543, 0.1599627), (0.4323053, 0.5183603, 0.0492912), (-0.0085287, 0.0400428, 0.9684867))
# Light of the white of pictures without highlights, cd/m²: ITU-R BT.2408, 2.1. Below the knee, a share of it, light
# stays; what is above, up to the brightest, is pressed between knee and white.
_SDR_WHITE, _KNEE = 203.0, 0.75


def srgb(signal: float) -> float:
    """Return sRGB's light: IEC 61966-2-1."""
    return signal / 12.92 if signal <= 0.04045 else ((signal + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def power(exponent: float) -> Curve:
    """Return the curve that raises the signal."""
    return lambda signal: signal**exponent


ADOBE_CURVE = power(563 / 256)  # Adobe RGB (1998) Color Image Encoding, 4.3.4.2


def _bt709(signal: float) -> float:
    return signal / 4.5 if signal < 0.081243 else ((signal + 0.099297) / 1.099297) ** (1 / 0.45)  # noqa: PLR2004


def _smpte240(signal: float) -> float:
    return signal / 4 if signal < 0.0913 else ((signal + 0.1115) / 1.1115) ** (1 / 0.45)  # noqa: PLR2004


def _pq(signal: float) -> float:
    """Perceptual quantization, up to 10,000 cd/m²: SMPTE ST 2084."""
    root = signal ** (32 / 2523)
    light = max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return _kneed(10_000 * light ** (16_384 / 2610), 10_000)


def _hlg(signal: float) -> float:
    """Hybrid log-gamma on a screen of 1,000 cd/m², each channel alone: ITU-R BT.2100, table 5."""
    low = signal * signal / 3
    scene = low if signal <= 0.5 else (exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12  # noqa: PLR2004
    return _kneed(1_000 * scene**1.2, 1_000)


def _kneed(light: float, most: float) -> float:
    """Press light in cd/m² below 1: from the knee on by Reinhard's curve, at whose end the most is white."""
    above, top = ((cd / _SDR_WHITE - _KNEE) / (1 - _KNEE) for cd in (light, most))
    return _KNEE + (1 - _KNEE) * (above if above <= 0 else above * (1 + above / top**2) / (1 + above))


TONE_MAPPED = {16: _pq, 18: _hlg}
_CURVES: dict[int, Curve] = {
    **dict.fromkeys((1, 6, 11, 12, 14, 15), _bt709),
    **dict.fromkeys((_UNSPECIFIED, 13), srgb),
    4: power(2.2),
    5: power(2.8),
    7: _smpte240,
    8: power(1),
    9: lambda signal: 10 ** (2 * signal - 2) if signal else 0.0,
    10: lambda signal: 10 ** (2.5 * signal - 2.5) if signal else 0.0,
    17: lambda signal: min(1.0, signal**2.6 * 52.37 / 48),
    **TONE_MAPPED,
}


def coded(primaries: int, transfer: int, full: int = 1) -> bytes:
    """Return the profile of two code points, or nothing. If not ``full``, black is 16 and white 235."""
    curve = _CURVES.get(transfer)
    if primaries not in _PRIMARIES or curve is None or primaries == transfer == _UNSPECIFIED:
        return b""
    return made(
        _PRIMARIES[primaries], curve if full else lambda signal: curve(min(1.0, max(0.0, (255 * signal - 16) / 219)))
    )


@lru_cache(maxsize=8)
def made(primaries: Sequence[float], curve: Curve) -> bytes:
    """Return the profile of primaries (x and y of red, green, blue, white); empty for primaries that no light has."""
    try:
        *inks, white = ((x / y, 1.0, (1 - x - y) / y) for x, y in zip(primaries[::2], primaries[1::2], strict=True))
        crosses = [_cross(inks[n - 2], inks[n - 1]) for n in range(3)]
        shares = [_dot(white, cross) / _dot(inks[0], crosses[0]) for cross in crosses]
        gains = [to / by for to, by in zip(_times(_BRADFORD, _D50), _times(_BRADFORD, white), strict=True)]
        table = struct.pack(">4s4xI4096H", b"curv", 4096, *(round(65_535 * curve(step / 4095)) for step in range(4096)))
        tags: dict[bytes, bytes] = {}
        for name, ink, share in zip((b"r", b"g", b"b"), inks, shares, strict=True):
            cones = [share * gain * cone for gain, cone in zip(gains, _times(_BRADFORD, ink), strict=True)]
            tags |= {name + b"XYZ": _xyz(_times(_BACK, cones)), name + b"TRC": table}
    except (ZeroDivisionError, struct.error):
        return b""
    return written(b"RGB ", tags) if min(shares) > 0 else b""


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _cross(one: Sequence[float], other: Sequence[float]) -> Vector:
    (a, b, c), (x, y, z) = one, other
    return b * z - c * y, c * x - a * z, a * y - b * x


def _times(matrix: Sequence[Vector], vector: Sequence[float]) -> Vector:
    x, y, z = (_dot(row, vector) for row in matrix)
    return x, y, z


def _xyz(numbers: Vector) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(65_536 * number) for number in numbers))


def written(space: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    """Return a profile for screens of that colour space."""
    tags = {b"wtpt": _xyz(_D50), **tags}
    table, body, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    fields = (start + len(body), 0x02400000, b"mntr", space, b"XYZ ", b"acsp", _xyz(_D50)[8:])
    return struct.pack(">I4xI4s4s4s12x4s28x12s48x", *fields) + table + body


def tags_of(profile: bytes) -> dict[bytes, bytes]:
    """Return what stands in a profile, by the names of its tags; nothing in one that is broken."""
    entries = profile[132 : 132 + 12 * min(int.from_bytes(profile[128:132], "big"), 100)]
    places = struct.iter_unpack(">4sII", entries[: len(entries) // 12 * 12])
    return {name: profile[start : start + size] for name, start, size in places}
