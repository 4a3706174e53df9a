"""Colour: eight bits a channel, sRGB. A file's content defines its colours, never a profile's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import chain, product
from typing import Any

from PIL import Image, ImageChops, ImageCms, ImageStat

from imaging.codec import has_transparency
from imaging.containers import MAX_PROFILE, tiff
from imaging.originals import Original
from services.normalize import spaces
from services.normalize.depth import SRGB_CURVE

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_GREY = ("1", "L", "LA", "I", "I;16", "I;16B")
# Which pixels a profile can be about, by its colour space.
_PROFILED = {b"RGB ": (*_GREY, "P", "PA", "RGB", "RGBA", "YCbCr"), b"GRAY": _GREY, b"CMYK": ("CMYK",)}
_GREY_WITH_ALPHA = 4  # PNG's colour type
_TABLES = {b"A2B0", b"A2B1", b"D2B0", b"D2B1"}  # tags that go before a matrix and curves
_CURVES = {b"RGB ": (b"rTRC", b"gTRC", b"bTRC"), b"GRAY": (b"kTRC",) * 3}
# Of PNG's gAMA: what stands for sRGB's curve, give or take 5 %, and what counts at all; both as in libpng.
_SRGB_GAMMA, _LEAST_GAMMA, _MOST_GAMMA = 1 / 2.2, 0.00016, 6250
_EXIF_DIRECTORY, _COLOUR_SPACE, _INTEROPERABILITY = 0x8769, 0xA001, 0xA005
_SRGB_COLOURS, _ADOBE_COLOURS = 1, 2  # Exif 2.32, 4.6.5; the second is not in it, but in files


@dataclass(frozen=True)
class Profile:
    """An ICC profile that says what numbers mean, and whether it presses light above white below it."""

    icc: bytes
    tone_mapped: bool = False

    @property
    def curves(self) -> tuple[bytes, ...]:
        """Those of red, green and blue, or thrice grey's; none where the profile is more than a matrix and curves."""
        tags, names = spaces.tags_of(self.icc), _CURVES.get(self.icc[16:20], ())
        return tuple(tags[name] for name in names) if tags.keys() >= {*names} and not tags.keys() & _TABLES else ()

    def on_srgbs_curve(self) -> "Profile | None":
        """Return the profile with sRGB's curves instead of its own; None where that is sRGB."""
        tags = {name: tag for name, tag in spaces.tags_of(self.icc).items() if name in (b"rXYZ", b"gXYZ", b"bXYZ")}
        icc = spaces.written(b"RGB ", tags | dict.fromkeys(_CURVES[b"RGB "], SRGB_CURVE))
        return None if is_srgb(icc) else Profile(icc)


def source_profile(original: Original) -> Profile | None:
    """Return the profile that a picture's colours must be converted from.

    None where they count as sRGB: the file says so, or says nothing usable about these pixels.
    By rank: https://www.w3.org/TR/png-3/#color-chunk-precedence; for HEIF and AVIF ISO/IEC 23008-12, 6.5.5; Exif last.
    """
    image, parts, is_png = original.image, original.parts, original.format.name == "PNG"
    grey = is_png and parts.lean[25] == _GREY_WITH_ALPHA  # of 16 bits, which Pillow calls RGBA
    rank = [_of_profile(image.info.get("icc_profile") or b"", "LA" if grey else image.mode)]
    if image.mode != "CMYK":
        rank.insert(0 if is_png else 1, _of_codes(*(parts.codes or (0, 0))))
        rank += [Profile(_of_chunks(image.info)), Profile(_of_exif(parts.exif))]
    found = next((each for each in rank if each.icc), None)
    return None if found is None or is_srgb(found.icc) else found


def _of_codes(primaries: int, transfer: int, full: int = 1) -> Profile:
    return Profile(spaces.coded(primaries, transfer, full), tone_mapped=transfer in spaces.TONE_MAPPED)


def _of_profile(icc: bytes, mode: str) -> Profile:
    """Return a profile for pixels of that mode; an empty one where it is broken, too large, or about other pixels."""
    if mode not in _PROFILED.get(icc[16:20], ()) or len(icc) > MAX_PROFILE:
        return Profile(b"")
    coding = spaces.tags_of(icc).get(b"cicp", b"")[8:10]
    if len(coding) > 1 and coding[1] in spaces.TONE_MAPPED:  # its other tags are for screens with highlights
        return _of_codes(*coding)
    try:
        ImageCms.ImageCmsProfile(BytesIO(icc))
    except OSError:
        return Profile(b"")
    return Profile(icc)


def _of_chunks(info: Mapping[Any, Any]) -> bytes:
    """Return the profile of PNG's sRGB, or gAMA and cHRM (white first); what one of these does not say is sRGB's."""
    gamma, chromaticity = info.get("gamma", 0), info.get("chromaticity", ())
    if "srgb" in info or not (gamma or chromaticity):
        return spaces.made(spaces.SRGB, spaces.srgb) if "srgb" in info else b""
    usual = not _LEAST_GAMMA <= gamma <= _MOST_GAMMA or abs(gamma / _SRGB_GAMMA - 1) < 0.05  # noqa: PLR2004
    primaries = chromaticity[2:] + chromaticity[:2] or spaces.SRGB
    return spaces.made(primaries, spaces.srgb if usual else spaces.power(1 / gamma))


def _of_exif(exif: bytes) -> bytes:
    """Return Adobe RGB's profile where Exif says that, as cameras do: by DCF 2.0's rules for file names, "R03"."""
    own = tiff.block(exif).child(_EXIF_DIRECTORY)
    rules = own.child(_INTEROPERABILITY).raw(1)
    said = own.first(_COLOUR_SPACE, 0)
    if said == _ADOBE_COLOURS or (said != _SRGB_COLOURS and rules[:3] == b"R03"):
        return spaces.made(spaces.ADOBE_RGB, spaces.ADOBE_CURVE)
    return b""


@lru_cache(maxsize=16)
def is_srgb(icc: bytes) -> bool:
    """Whether a profile changes no colour by more than two levels, as much as rounding does."""
    space = icc[16:20]
    if space == b"GRAY":
        probe = Image.frombytes("L", (256, 1), bytes(range(256)))
    else:
        probe = Image.frombytes("RGB", (18, 18**2), bytes(chain.from_iterable(product(range(0, 256, 15), repeat=3))))
    off = ImageChops.difference(by_profile(probe.copy(), icc), probe).convert("RGB")
    return space != b"CMYK" and max(most for _, most in ImageStat.Stat(off).extrema) <= 2  # noqa: PLR2004


def by_profile(image: Image.Image, icc: bytes) -> Image.Image:
    """Convert pixels to sRGB, in place where they are RGB; grey stays grey, transparency stays as it is.

    A profile that cannot be used after all ("cannot build transform") leaves the pixels as they are.
    """
    alpha = image.convert("RGBA").getchannel("A") if has_transparency(image) else None
    mode = "L" if icc[16:20] == b"GRAY" else icc[16:20].decode("latin-1").strip()
    try:
        source = image if image.mode == mode else image.convert(mode)
        converted = ImageCms.profileToProfile(
            source,
            ImageCms.ImageCmsProfile(BytesIO(icc)),
            _SRGB,
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            inPlace=mode == "RGB",
        )
    except (ImageCms.PyCMSError, ValueError, OSError, TypeError):
        return image
    converted = converted or source
    if image.mode in ("1", "L", "LA"):
        converted = converted.convert("L")
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def stretched(image: Image.Image) -> Image.Image:
    """Return floating-point grey in eight bits, its darkest black and its brightest white."""
    low, high = image.getextrema()
    if not isinstance(low, float) or not isinstance(high, float):
        raise TypeError("a floating-point picture has one channel")
    scale = 255 / (high - low) if high > low else 0.0
    return image.point(lambda value: value * scale - low * scale).convert("L")
