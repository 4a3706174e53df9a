"""Which kinds of TIFF come out right, by their directory's tags; every other kind is refused by its name.

Each row of the tables is proved against known pixel values in tests/imaging/test_tiff.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imaging.reasons import CorruptImage, unsupported

if TYPE_CHECKING:
    from imaging.containers.tiff import Directory, Order

_BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _SAMPLES, _PLANAR, _COLOUR_MAP = 258, 259, 262, 266, 277, 284, 320
_INK_SET, _EXTRA, _FORMAT, _CHROMA_SIZE = 332, 338, 339, 530
_MAKE, _DNG_VERSION = 271, 50706
_PLANE_TAGS = (273, 279, 324, 325)  # where strips and tiles stand and how long they are, plane after plane
_SHORT = 3
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _SEPARATED, _YCBCR, _CIELAB = 0, 1, 2, 3, 5, 6, 8
_COLOURS = {0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3}  # channels, by photometric interpretation
_OTHER_COLOURS = {4: "a mask", 9: "ICC L*a*b*", 10: "ITU L*a*b*", 32844: "LogL", 32845: "LogLuv", 51177: "a depth map"}
_FAX, _OLD_JPEG = {2, 3, 4}, 6
_COMPRESSIONS = {1, *_FAX, 5, 7, 8, 32773, 32946, 34925, 50000}
_UNSIGNED, _FLOAT = 1, 3
_NUMBERS = {2: "signed integers", _FLOAT: "floating-point numbers", 4: "numbers of no kind", 5: "complex integers"}
# What extra samples are: unspecified, associated alpha, alpha. Corel Draw says 999 for alpha.
_NOT_ALPHA, _ASSOCIATED, _ALPHA, _COREL = 0, 1, 2, 999
# Bits of a sample and number of samples that the decoder reads right, by photometric interpretation.
_READ = {
    _WHITE_IS_ZERO: {(1, 1), (2, 1), (4, 1), (8, 1), (16, 1)},
    _BLACK_IS_ZERO: {(1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (8, 2)},
    _RGB: {(8, 3), (8, 4), (8, 5), (8, 6), (16, 3), (16, 4)},
    _PALETTE: {(1, 1), (2, 1), (4, 1), (8, 1)},
    _SEPARATED: {(8, 4), (8, 5), (8, 6), (16, 4)},
    _YCBCR: {(8, 3)},
    _CIELAB: {(8, 3)},
}
_REVERSIBLE = {(1, 1), (2, 1), (4, 1), (8, 1), (8, 3)}  # where bits may come in the other order
_PLANES = {_BLACK_IS_ZERO: "L", _RGB: "RGB", _SEPARATED: "CMYK"}  # what may lie in planes of its own
# Raw files that look like TIFF, by what the maker's name begins with, and by what no finished picture has.
_RAW = {
    "NIKON": "NEF",
    "SONY": "ARW",
    "PENTAX": "PEF",
    "RICOH": "PEF",
    "SAMSUNG": "SRW",
    "CANON": "CR2",
    "LEICA": "RWL",
}
_RAW |= {"HASSELBLAD": "3FR", "PHASE ONE": "IIQ", "LEAF": "MOS", "EPSON": "ERF", "SEIKO": "ERF", "MAMIYA": "MEF"}
_RAW |= {"KODAK": "DCR", "EASTMAN": "DCR", "OLYMPUS": "ORF", "PANASONIC": "RW2", "FUJIFILM": "RAF"}
_RAW_COLOURS = {32803, 34892}
_RAW_COMPRESSIONS = {32767, 32769, 32770, 32772, 34713, 65000, 65535}


@dataclass(frozen=True)
class Layout:
    """How pixels lie, and how they are shown to a decoder: in one frame, or in ``planes``, each a channel of ``mode``.

    ``negative`` says that nought is white and the decoder does not know.
    """

    order: "Order"
    bits: int
    photometric: int
    number_format: int
    samples: int
    extra: tuple[int, ...]
    planes: int = 1
    mode: str = ""
    negative: bool = False

    def changes(self, values: Mapping[int, tuple[int, bytes]], plane: int) -> dict[int, tuple[int, bytes]]:
        """Return, by tag, the type and the values that differ in a frame's directory; empty ones are left out."""
        grey = bool(self.mode)
        own = {
            _BITS: (self.bits,) * (1 if grey else self.samples),
            _PHOTOMETRIC: (_BLACK_IS_ZERO if grey or self.negative else self.photometric,),
            _SAMPLES: (1 if grey else self.samples,),
            _PLANAR: (1,),
            _EXTRA: () if grey else self.extra,
            _FORMAT: (self.number_format,),
        }
        changed = {
            tag: (_SHORT, b"".join(each.to_bytes(2, self.order) for each in every)) for tag, every in own.items()
        }
        colour_map = values.get(_COLOUR_MAP, (_SHORT, b""))[1]
        if self.photometric == _PALETTE and not any(colour_map[self.order == "little" :: 2]):
            # Written by those who took its numbers for bytes; libtiff makes them whole, too.
            changed[_COLOUR_MAP] = (
                _SHORT,
                bytes(byte for byte in colour_map[self.order == "big" :: 2] for _ in range(2)),
            )
        if grey:
            for tag in _PLANE_TAGS:
                kind, raw = values.get(tag, (_SHORT, b""))
                length = len(raw) // self.samples
                changed[tag] = kind, raw[plane * length : (plane + 1) * length]
        return changed


def layout(of: "Directory") -> Layout:
    """Return how a directory's pixels lie. Raises UnsupportedFormat with the kind's name, and CorruptImage."""
    compression = of.first(_COMPRESSION, 1)
    samples = of.first(_SAMPLES, 1)
    # Not said in spite of the specification: what libtiff assumes, too.
    usual = _RGB if samples >= _COLOURS[_RGB] else _WHITE_IS_ZERO if compression in _FAX else _BLACK_IS_ZERO
    photometric = of.first(_PHOTOMETRIC, usual)
    if photometric not in _COLOURS:
        raise unsupported(f"TIFF with {_OTHER_COLOURS.get(photometric, f'photometric interpretation {photometric}')}")
    if compression not in _COMPRESSIONS:
        kind = "old-style JPEG" if compression == _OLD_JPEG else f"compression {compression}"
        raise unsupported(f"TIFF with {kind}")
    bits = _one(of.integers(_BITS, samples) or (1,), "different bits a sample")
    number_format = _one(of.integers(_FORMAT, samples) or (_UNSIGNED,), "different kinds of numbers")
    is_float = number_format == _FLOAT and (bits, samples) == (32, 1) and photometric in (0, 1)
    if number_format != _UNSIGNED and not is_float:
        raise unsupported(f"TIFF with {_NUMBERS.get(number_format, f'sample format {number_format}')} of {bits} bits")
    extra = _extra(of, samples - _COLOURS[photometric])
    planar = of.first(_PLANAR, 1) == 2 and samples > 1  # noqa: PLR2004
    found = Layout(of.order, bits, photometric, number_format, samples, extra)
    if planar:
        return _in_planes(found)
    _refuse_unproved(of, found, compression)
    if not is_float and (bits, samples) not in _READ[photometric]:
        raise unsupported(f"TIFF with {samples} samples of {bits} bits in photometric interpretation {photometric}")
    return replace(found, negative=photometric == _WHITE_IS_ZERO and bits > 8)  # noqa: PLR2004


def _one(values: tuple[int, ...], otherwise: str) -> int:
    if len(set(values)) > 1:
        raise unsupported(f"TIFF with {otherwise}")
    return values[0]


def _extra(of: "Directory", number: int) -> tuple[int, ...]:
    """Return what each extra sample is; alpha can only be the first, and is it where nothing is said."""
    if number < 0:
        raise CorruptImage("it has fewer samples than colours")
    said = of.integers(_EXTRA, number) if number else ()
    if number and not said:
        said = (_ALPHA,)
    kinds = [_ALPHA if kind == _COREL else kind for kind in said]
    if any(kind in (_ASSOCIATED, _ALPHA) for kind in kinds[1:]):
        raise unsupported("TIFF with alpha behind other extra samples")
    first = kinds[:1] if kinds[:1] in ([_ASSOCIATED], [_ALPHA]) else [_NOT_ALPHA]
    return tuple((first + [_NOT_ALPHA] * number)[:number])


def _in_planes(found: Layout) -> Layout:
    mode = _PLANES.get(found.photometric, "")
    if not mode or found.bits not in (8, 16) or found.number_format != _UNSIGNED:
        raise unsupported(f"TIFF with photometric interpretation {found.photometric} of {found.bits} bits in planes")
    alpha = {_ASSOCIATED: "a", _ALPHA: "A"}.get((*found.extra, _NOT_ALPHA)[0], "")
    if alpha and mode == "CMYK":
        raise unsupported("TIFF with inks and alpha")
    return replace(found, planes=_COLOURS[found.photometric] + len(alpha), mode=mode + alpha)


def _refuse_unproved(of: "Directory", found: Layout, compression: int) -> None:
    """Raise UnsupportedFormat for what stands in the way of a kind that is read right as a rule."""
    if found.photometric == _SEPARATED and (of.first(_INK_SET, 1) != 1 or any(found.extra)):
        raise unsupported("TIFF with inks other than CMYK, or with alpha,")
    if of.first(_FILL_ORDER, 1) == 2 and (found.bits, found.samples) not in _REVERSIBLE:  # noqa: PLR2004
        raise unsupported("TIFF with reversed bits")
    if found.photometric == _YCBCR and compression == 1 and of.integers(_CHROMA_SIZE) != (1, 1):
        raise unsupported("TIFF with subsampled, uncompressed YCbCr")


def refuse_raw(first: "Directory", others: "Iterable[Directory]", mark: bytes = b"") -> None:
    """Raise UnsupportedFormat for a camera's raw file, by its directories and what stands behind the file's header."""
    if first.raw(_DNG_VERSION):
        raise unsupported("DNG")
    if mark[:2] == b"CR" or mark in (b"IIII", b"MMMM"):
        raise unsupported("CR2" if mark[:2] == b"CR" else "IIQ")
    if any(
        of.first(_PHOTOMETRIC, 0) in _RAW_COLOURS or of.first(_COMPRESSION, 0) in _RAW_COMPRESSIONS
        for of in (first, *others)
    ):
        maker = first.raw(_MAKE, 256).decode("latin-1").upper()
        raise unsupported(
            next((name for begins, name in _RAW.items() if maker.startswith(begins)), "a camera's raw file")
        )
