"""An upright sRGB PNG or WebP loses its metadata and nothing else."""

import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imaging.containers import png, webp
from services.normalize.pixels import normalize
from tests.support import pictures
from tests.support.metadata import metadata

SECRET = b"a secret that must not survive"


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def with_chunk(content: bytes, kind: bytes, data: bytes, before: bytes = b"IDAT") -> bytes:
    at = content.index(before) - 4
    return content[:at] + chunk(kind, data) + content[at:]


def same_pixels(one: bytes, other: bytes) -> bool:
    with Image.open(BytesIO(one)) as a, Image.open(BytesIO(other)) as b:
        return (a.mode, a.size, a.tobytes()) == (b.mode, b.size, b.tobytes())


PNGS: dict[str, Callable[[], bytes]] = {
    "RGB": pictures.png,
    "alpha": pictures.alpha_png,
    "palette": pictures.palette_png,
    "transparent palette": lambda: pictures.palette_png(transparent=True),
    "one bit": lambda: pictures.encoded(pictures.scene().convert("1"), "PNG"),
    "odd width": lambda: pictures.png((97, 61)),
}
WEBPS: dict[str, Callable[[], bytes]] = {
    "lossy": pictures.webp,
    "lossless": lambda: pictures.encoded(pictures.scene(), "WEBP", lossless=True),
    "alpha": pictures.alpha_webp,
    "lossless alpha": lambda: pictures.encoded(pictures.half_transparent(), "WEBP", lossless=True),
}


@pytest.mark.parametrize("name", PNGS)
def test_a_png_keeps_its_pixels_and_loses_its_metadata(name: str) -> None:
    original = PNGS[name]()
    dirty = with_chunk(with_chunk(original, b"tEXt", b"Comment\0" + SECRET), b"prVt", SECRET) + SECRET
    stripped = png.strip(dirty)
    assert stripped is not None
    assert same_pixels(stripped, original)
    assert SECRET not in stripped
    assert metadata(stripped) == set()


@pytest.mark.parametrize("name", WEBPS)
def test_a_webp_keeps_its_pixels_and_loses_its_metadata(name: str) -> None:
    original = WEBPS[name]()
    dirty = original + b"XMP " + len(SECRET).to_bytes(4, "little") + SECRET
    dirty = dirty[:4] + (len(dirty) - 8).to_bytes(4, "little") + dirty[8:] + SECRET
    stripped = webp.strip(dirty)
    assert stripped is not None
    assert same_pixels(stripped, original)
    assert SECRET not in stripped
    assert metadata(stripped) == set()


def test_bytes_that_hide_behind_the_compressed_pixels_of_a_png_go() -> None:
    original = pictures.png()
    start = original.index(b"IDAT")
    length = int.from_bytes(original[start - 4 : start], "big")
    data = original[start + 4 : start + 4 + length]
    hiding = original[: start - 4] + chunk(b"IDAT", data + SECRET) + chunk(b"IEND", b"")
    stripped = png.strip(hiding)
    assert stripped is not None
    assert SECRET not in stripped
    assert same_pixels(stripped, original)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pictures.grey16_png(), id="sixteen bits"),
        pytest.param(pictures.png()[:-40], id="cut off"),
        pytest.param(pictures.png().replace(b"IDAT", b"IDAX"), id="no pixels"),
        pytest.param(pictures.jpeg(), id="no PNG"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_png_that_cannot_be_stripped_safely_is_left_to_the_decoder(content: bytes) -> None:
    assert png.strip(content) is None


def animated() -> bytes:
    frames = [pictures.scene(), pictures.scene().rotate(180)]
    return pictures.encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])


@pytest.mark.parametrize("content", [animated(), pictures.webp()[:30], pictures.png(), b""])
def test_a_webp_that_cannot_be_stripped_safely_is_left_to_the_decoder(content: bytes) -> None:
    assert webp.strip(content) is None


def test_interlaced_pngs_are_whole_too() -> None:
    """Pillow writes none; this one is eight rows of one grey, in Adam7's seven passes."""
    rows = [1, 1, 1, 2, 2, 4, 4]
    columns = [1, 1, 2, 2, 4, 4, 8]
    packed = zlib.compress(b"".join((b"\0" + b"\x80" * wide) * high for wide, high in zip(columns, rows, strict=True)))
    header = (8).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 1])
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    stripped = png.strip(content)
    assert stripped == content
    with Image.open(BytesIO(content)) as image:
        assert image.getextrema() == (128, 128)


@pytest.mark.parametrize("content", [pictures.png(), pictures.alpha_webp(), pictures.webp()])
def test_masters_of_upright_pictures_are_stripped(content: bytes) -> None:
    master = normalize(content)
    assert master.method == "stripped"
    assert same_pixels(master.content, content)
    assert normalize(master.content).content == master.content


@given(st.sampled_from([*PNGS.values(), *WEBPS.values()]), st.data())
def test_no_damage_makes_it_fail(draw_file: Callable[[], bytes], data: st.DataObject) -> None:
    content = bytearray(draw_file())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])
    png.strip(cut)
    webp.strip(cut)
