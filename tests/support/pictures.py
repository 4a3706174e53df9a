"""Small pictures, drawn when they are needed. The scene is asymmetrical, so that each turn of it looks different."""

import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageStat

Color = tuple[int, ...]
COLORS: tuple[Color, ...] = ((200, 40, 40), (40, 160, 60), (40, 60, 200), (220, 210, 60))
SIZE = (96, 64)

# How a camera that is held so lays down a scene: what a viewer has to undo.
# https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, table 6
_LAID_DOWN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
_ORIENTATION = 0x0112
SECRET = "Serial 4711"  # stands in every kind of metadata that a test adds


def scene(size: tuple[int, int] = SIZE, colors: tuple[Color, ...] = COLORS) -> Image.Image:
    """Return red and green above blue and yellow."""
    width, height = size
    red, green, blue, yellow = colors
    image = Image.new("RGB", size, red)
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height // 2 - 1), green)
    draw.rectangle((0, height // 2, width // 2 - 1, height), blue)
    draw.rectangle((width // 2, height // 2, width, height), yellow)
    return image


def opened(content: bytes) -> Image.Image:
    """Return a file's picture, decoded."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def difference(left: Image.Image, right: Image.Image) -> float:
    """Return the mean difference of two pictures of one size, in levels (0 to 255)."""
    assert left.size == right.size
    return sum(ImageStat.Stat(ImageChops.difference(left.convert("RGB"), right.convert("RGB"))).mean) / 3


def is_scene(image: Image.Image, tolerance: float = 3) -> bool:
    """Return whether the picture is the scene, upright."""
    return image.width > image.height and difference(image, scene(image.size)) <= tolerance


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """Return Exif with an orientation, a description and a place, as cameras write them."""
    tags = Image.Exif()
    tags[_ORIENTATION] = orientation
    tags[0x010E] = SECRET
    tags.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 0.0)})
    return tags


def laid_down(orientation: int) -> Image.Image:
    """Return the scene as it lies in a camera that was held so."""
    turn = _LAID_DOWN.get(orientation)
    return scene() if turn is None else scene().transpose(turn)


def oriented(format_: str, orientation: int) -> bytes:
    """Return the scene as a camera that was held so would store it."""
    image = laid_down(orientation)
    if format_ == "TIFF":
        return encoded(image, "TIFF", tiffinfo={_ORIENTATION: orientation})
    options: dict[str, dict[str, Any]] = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95, "subsampling": 0}}
    return encoded(image, format_, exif=exif(orientation), **options.get(format_, {}))


def jpeg(size: tuple[int, int] = SIZE, **options: Any) -> bytes:
    return encoded(scene(size), "JPEG", **{"quality": 95} | options)


def png(size: tuple[int, int] = SIZE) -> bytes:
    return encoded(scene(size), "PNG")


def webp(size: tuple[int, int] = SIZE) -> bytes:
    return encoded(scene(size), "WEBP", lossless=True)


def tiff(size: tuple[int, int] = SIZE) -> bytes:
    return encoded(scene(size), "TIFF")


def bmp(size: tuple[int, int] = SIZE) -> bytes:
    return encoded(scene(size), "BMP")


def avif(size: tuple[int, int] = SIZE) -> bytes:
    return encoded(scene(size), "AVIF", quality=95)


def mpo(size: tuple[int, int] = SIZE) -> bytes:
    """Two pictures in one JPEG, as stereo cameras and phones write."""
    return encoded(scene(size), "MPO", save_all=True, append_images=[scene(size)], quality=95)


def animated_gif(frames: int = 3) -> bytes:
    shades = [Image.new("RGB", SIZE, (60 * n, 0, 0)) for n in range(1, frames)]
    return encoded(scene(), "GIF", save_all=True, append_images=shades, duration=50)


def half_transparent(size: tuple[int, int] = SIZE) -> Image.Image:
    """Return the scene, its left half invisible."""
    image = scene(size).convert("RGBA")
    alpha = Image.new("L", size, 255)
    alpha.paste(0, (0, 0, size[0] // 2, size[1]))
    image.putalpha(alpha)
    return image


def alpha_png(size: tuple[int, int] = SIZE) -> bytes:
    return encoded(half_transparent(size), "PNG")


def alpha_webp(size: tuple[int, int] = SIZE) -> bytes:
    return encoded(half_transparent(size), "WEBP", lossless=True)


def palette_png(transparent: bool = False) -> bytes:
    """Return four colours by number; where asked, the number of the first pixel (red) is invisible."""
    image = scene().convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    return encoded(image, "PNG", **({"transparency": image.getpixel((0, 0))} if transparent else {}))


def grey16_png(width: int = 256, height: int = 8) -> bytes:
    """Return a ramp from black (0) to white (65535)."""
    row = struct.pack(f"<{width}H", *(round(65_535 * x / (width - 1)) for x in range(width)))
    return encoded(Image.frombytes("I;16", (width, height), row * height), "PNG")


def cmyk_jpeg() -> bytes:
    """Return the scene in printing colours, without a profile."""
    return encoded(scene().convert("CMYK"), "JPEG", quality=95)


# Columns of the matrix to the connection space, adapted to D50, as Apple's profile has them.
_P3 = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
# https://www.w3.org/TR/css-color-4/#color-conversion-code
_SRGB_TO_P3 = ((0.8225, 0.1774, 0.0), (0.0332, 0.9669, 0.0), (0.0171, 0.0724, 0.9108))


def display_p3_profile() -> bytes:
    """Return an sRGB profile with Display P3's primaries: the two share their white and their curve."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for i in range(struct.unpack_from(">I", profile, 128)[0]):
        name, offset, _ = struct.unpack_from(">4sII", profile, 132 + 12 * i)
        if name in _P3:
            struct.pack_into(">3i", profile, offset + 8, *(round(value * 65_536) for value in _P3[name]))
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "DiP3".encode("utf-16-be"))


def grey_profile() -> bytes:
    """Return the smallest profile for grey: a description, a white and a gamma of 2.2."""
    description = b"desc" + bytes(4) + struct.pack(">I", 5) + b"grey\0" + bytes(78)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0233) + bytes(2)
    tags, body, start = b"", b"", 128 + 4 + 3 * 12
    for name, data in ((b"desc", description), (b"wtpt", white), (b"kTRC", curve)):
        padded = data + bytes(-len(data) % 4)
        tags += struct.pack(">4sII", name, start + len(body), len(data))
        body += padded
    header = struct.pack(">I4sI4s4s4s12x4s", start + len(body), b"none", 0x02100000, b"mntr", b"GRAY", b"XYZ ", b"acsp")
    header = header.ljust(68, b"\0") + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    return header.ljust(128, b"\0") + struct.pack(">I", 3) + tags + body


def display_p3_jpeg() -> bytes:
    """Return the scene, its colours written as Display P3 writes them."""
    image = scene(colors=tuple(_in_p3(color) for color in COLORS))
    return encoded(image, "JPEG", quality=98, subsampling=0, icc_profile=display_p3_profile())


def _in_p3(color: Color) -> Color:
    linear = [((c / 255 + 0.055) / 1.055) ** 2.4 if c > 10 else c / 255 / 12.92 for c in color]
    mixed = [sum(k * c for k, c in zip(row, linear, strict=True)) for row in _SRGB_TO_P3]
    return tuple(round(255 * (1.055 * c ** (1 / 2.4) - 0.055)) for c in mixed)


def truncated_jpeg() -> bytes:
    content = jpeg((400, 300))
    return content[: len(content) * 2 // 3]


def text_named_jpg() -> bytes:
    return b"Dear diary, this is not a picture, whatever I am called.\n" * 20


ORDINARY: dict[str, Callable[[], bytes]] = {
    "JPEG": jpeg,
    "PNG": png,
    "WEBP": webp,
    "TIFF": tiff,
    "BMP": bmp,
    "GIF": animated_gif,
    "AVIF": avif,
}
