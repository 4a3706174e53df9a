"""Colour: eight bits a channel, sRGB."""

from io import BytesIO

from PIL import Image, ImageCms

from imaging.codec import has_transparency

MAX_PROFILE = 1024 * 1024  # bytes; cameras' profiles have a few kB, those of printing presses some hundred
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# Which pixels a profile can be about, by its colour space.
_PROFILED = {
    "RGB": ("1", "L", "LA", "P", "PA", "RGB", "RGBA"),
    "GRAY": ("1", "L", "LA"),
    "CMYK": ("CMYK",),
}


def profile_of(content: bytes, mode: str) -> ImageCms.ImageCmsProfile | None:
    """Return the ICC profile by which pixels of that mode must be converted.

    None where they count as sRGB: no profile, sRGB's own, one that is broken, too large, or about another colour space.
    """
    if not content or len(content) > MAX_PROFILE:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(content))
        space = profile.profile.xcolor_space.strip()
        if mode not in _PROFILED.get(space, ()) or _is_srgb(ImageCms.getProfileDescription(profile)):
            return None
    except (ImageCms.PyCMSError, ValueError, OSError, TypeError):
        return None
    return profile


def _is_srgb(description: str) -> bool:
    """Whether a profile is sRGB by its name. The ICC's "preference" profile is named so too, and is another one."""
    return "sRGB" in description and "preference" not in description


def by_profile(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    """Convert pixels to sRGB; grey stays grey, transparency stays as it is.

    A profile that cannot be used after all ("cannot build transform") leaves the pixels as they are.
    """
    alpha = image.convert("RGBA").getchannel("A") if has_transparency(image) else None
    space = profile.profile.xcolor_space.strip()
    mode = "L" if space == "GRAY" else space
    try:
        converted = ImageCms.profileToProfile(
            image if image.mode == mode else image.convert(mode),
            profile,
            _SRGB,
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, ValueError, OSError, TypeError):
        return image
    if converted is None:
        return image
    if image.mode in ("1", "L", "LA"):
        converted = converted.convert("L")
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit and floating-point grey to eight bits: Pillow's own conversion would clip it to white."""
    if image.mode.startswith("I"):
        # From 0…65535; 1/257 maps white to white.
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if image.mode != "F":
        return image
    low, high = image.getextrema()
    if not isinstance(low, float) or not isinstance(high, float):
        raise TypeError("a floating-point picture has one channel")
    scale = 255 / (high - low) if high > low else 0.0
    return image.point(lambda value: value * scale - low * scale).convert("L")
