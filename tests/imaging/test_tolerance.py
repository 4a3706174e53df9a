"""Damage in, or too much of, what carries neither colour, alpha nor orientation leaves the same pixels.

So do libpng (PNG 3, 13.2: errors in ancillary chunks are not fatal), libjpeg, libwebp, libtiff, browsers.
"""

import zlib
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from imaging.containers import tiff, whole
from imaging.containers.png import chunks
from imaging.reasons import CorruptImage, DecompressionBomb
from services.ingest.admission import admit
from services.normalize.pixels import normalize
from tests.imaging.test_png_webp import chunk, with_chunk
from tests.support import pictures
from tests.support.pictures import SIZE, encoded, opened, scene
from tests.support.tiffs import LONG, SHORT, file, tags

PNGS: dict[str, Callable[[], bytes]] = {
    "RGB": pictures.png,
    "alpha": pictures.alpha_png,
    "palette": lambda: pictures.palette_png(transparent=True),
    "grey": lambda: encoded(scene().convert("L"), "PNG"),
    "16 bits": pictures.grey16_png,
}
WEBPS: dict[str, Callable[[], bytes]] = {
    "lossless": pictures.webp,
    "lossy": lambda: encoded(scene(), "WEBP", quality=80),
    "alpha": pictures.alpha_webp,
    "animated": lambda: encoded(scene(), "WEBP", save_all=True, append_images=[scene().rotate(180)], lossless=True),
}
bytes_ = st.binary(max_size=60)


def pixels(content: bytes) -> tuple[str, tuple[int, int], bytes]:
    """Return what the master shows, after the admission that goes before it."""
    admitted = admit(whole(content), len(content))
    image = opened(normalize(content).content)
    assert image.size == (admitted.width, admitted.height)
    return image.mode, image.size, image.convert("RGBA").tobytes()


TEXT_KINDS = [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP"]
PNG_KINDS = [*TEXT_KINDS, b"tIME", b"pHYs", b"bKGD", b"hIST", b"sPLT", b"acTL", b"fcTL", b"fdAT", b"sRGB", b"prVt"]
KEYWORDS = [
    b"Comment\0",
    b"XML:com.adobe.xmp\0\0\0\0\0",
    b"Raw profile type exif\0\0",
    b"icc\0\0",
    b"transparency\0",
    b"",
]


@pytest.mark.parametrize("name", PNGS)
@given(
    kind=st.sampled_from(PNG_KINDS),
    data=st.builds(bytes.__add__, st.sampled_from(KEYWORDS), bytes_),
    where=st.sampled_from([(right, before) for right in (False, True) for before in (b"IDAT", b"IEND")]),
    behind=bytes_,
)
def test_chunks_of_a_png(name: str, kind: bytes, data: bytes, where: tuple[bool, bytes], behind: bytes) -> None:
    """With a right checksum and with a wrong one, before the pixels and behind them."""
    original, (right, before) = PNGS[name](), where
    assume(tiff.orientation(data) is None)
    added = with_chunk(original, kind, data, before)
    if not right:
        at = added.index(chunk(kind, data)) + 8 + len(data)
        added = added[:at] + bytes([added[at] ^ 0x55]) + added[at + 1 :]
    assert pixels(added + behind) == pixels(original)


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_a_chunk_that_unpacks_to_more_than_memory_is_not_unpacked(kind: bytes) -> None:
    packed = zlib.compress(bytes(30_000_000))
    keyword = {b"iTXt": b"workflow\0\1\0\0\0", b"iCCP": b"icc\0\0"}.get(kind, b"prompt\0\0")
    assert pixels(with_chunk(pictures.png(), kind, keyword + packed)) == pixels(pictures.png())


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE"])
def test_what_counts_in_a_png_must_be_whole(kind: bytes) -> None:
    content = bytearray(pictures.palette_png())
    _, start, stop = next(each for each in chunks(whole(bytes(content))) if each[0] == kind)
    content[stop] ^= 0x55
    with pytest.raises(CorruptImage):
        normalize(bytes(content))
    assert start < stop


def test_colour_is_kept_where_text_goes() -> None:
    """A wrong checksum is no reason to believe a chunk, so it then counts as not there: libpng, png_handle_gAMA."""
    profile = encoded(scene(), "PNG", icc_profile=pictures.display_p3_profile())
    assert pixels(with_chunk(profile, b"tEXt", b"a\0b")) == pixels(profile)
    assert pixels(profile) != pixels(pictures.png())


APPLICATION = [b"JFIF\0", b"JFXX\0", b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0", b"MPF\0"]
SIGNATURES = [*APPLICATION, b"Photoshop 3.0\x008BIM", b"FPXR\0", b"Adobe", b"Ducky", b"", b"\xff\xd8\xff\xd9"]


@pytest.mark.parametrize("progressive", [False, True])
@given(
    marker=st.sampled_from([*range(0xE0, 0xF0), 0xFE]),
    said=st.tuples(st.sampled_from(SIGNATURES), bytes_),
    place=st.integers(0, 3),
    behind=bytes_,
)
def test_segments_of_a_jpeg(
    progressive: bool, marker: int, said: tuple[bytes, bytes], place: int, behind: bytes
) -> None:
    original = encoded(scene(), "JPEG", quality=90, progressive=progressive)
    (begins, rest), body = said, b"".join(said)
    assume(tiff.orientation(body) is None)
    assume(marker != 0xEE or begins != b"Adobe" or len(rest) < 7)  # whole, it says how colours are written
    at = [2, original.index(b"\xff\xdb"), original.index(b"\xff\xc4"), original.rindex(b"\xff\xda")][place]
    segment = bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body
    assert pixels(original[:at] + segment + original[at:] + behind) == pixels(original)


@pytest.mark.parametrize(
    "jfif", [b"", b"JFIF", b"JFIF\0", b"JFIF\0\1\1", b"JFIF\0\1\1\0\0\1\0\1\7\7", b"JFIF\0" + b"\xff" * 40]
)
def test_a_jfif_header_of_any_length(jfif: bytes) -> None:
    original = pictures.jpeg()
    length = 2 + int.from_bytes(original[4:6], "big")
    segment = b"\xff\xe0" + (len(jfif) + 2).to_bytes(2, "big") + jfif
    assert pixels(original[:2] + segment + original[2 + length :]) == pixels(original)


@given(st.binary(min_size=1, max_size=30).filter(lambda junk: b"\xff" not in junk))
def test_junk_between_the_segments_of_a_jpeg(junk: bytes) -> None:
    original = pictures.jpeg()
    at = original.index(b"\xff\xdb")
    assert pixels(original[:at] + junk + original[at:]) == pixels(original)


def test_a_turned_jpeg_with_too_many_scans_is_a_bomb() -> None:
    content = encoded(scene(), "JPEG", progressive=True, exif=pictures.exif(6))
    at = content.index(b"\xff\xda")
    stop = content.index(b"\xff", at + 20)
    scans = content[at:stop] * 200
    with pytest.raises(DecompressionBomb, match="100 scans"):
        normalize(content[:at] + scans + content[at:])


@pytest.mark.parametrize("name", WEBPS)
@given(
    kind=st.sampled_from([b"EXIF", b"XMP ", b"ICCP", b"prVt"]),
    data=bytes_,
    longer=st.sampled_from([0, 0, 1, 7, 1 << 20]),
    behind=bytes_,
)
def test_chunks_of_a_webp(name: str, kind: bytes, data: bytes, longer: int, behind: bytes) -> None:
    """Also one that says that it is longer than the file."""
    original = WEBPS[name]()
    assume(tiff.orientation(data) is None)
    body = original + kind + (len(data) + longer).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
    assert pixels(body[:4] + (len(body) - 8).to_bytes(4, "little") + body[8:] + behind) == pixels(original)


@given(
    st.dictionaries(
        st.sampled_from(
            [269, 270, 271, 272, 282, 283, 305, 306, 315, 316, 700, 33432, 33723, 34377, 34665, 34853, 37724]
        ),
        st.tuples(st.integers(1, 20), st.integers(0, 1 << 32), st.integers(0, 1 << 32)),
        max_size=8,
    ),
    bytes_,
)
def test_tags_of_a_tiff(more: dict[int, tuple[int, int, int]], behind: bytes) -> None:
    """Of any type, as often as one likes, anywhere, in any order."""
    data = scene().tobytes()
    said = tags([(8, len(data))], 3, 8, 2, t256=(SHORT, [SIZE[0]]), t257=(SHORT, [SIZE[1]]), t278=(SHORT, [SIZE[1]]))
    content = bytearray(file("<", data, said | {tag: (LONG, [0]) for tag in more}))
    at = 8 + len(data) + 2
    while at + 12 <= len(content):
        tag = int.from_bytes(content[at : at + 2], "little")
        if tag in more:
            kind, count, where = (min(number, (1 << 32) - 1) for number in more[tag])
            content[at + 2 : at + 12] = (
                kind.to_bytes(2, "little") + count.to_bytes(4, "little") + where.to_bytes(4, "little")
            )
        at += 12
    assert pixels(bytes(content) + behind) == pixels(file("<", data, said))


@given(st.integers(0, 30), st.binary(min_size=1, max_size=12), bytes_)
def test_exif_of_an_avif(at: int, damage: bytes, behind: bytes) -> None:
    plain = encoded(scene(), "AVIF", quality=95)
    content = encoded(scene(), "AVIF", quality=95, exif=pictures.exif(1))
    at += content.index(b"II*\0" if b"II*\0" in content else b"MM\0*") - 4
    damaged = content[:at] + damage + content[at + len(damage) :]
    assert pixels(damaged + behind) == pixels(plain)


def second_frame(name: str) -> tuple[bytes, int]:
    """Return a file of three frames, and where the second begins."""
    frames = [scene().rotate(180), scene(colors=((9, 9, 9), *pictures.COLORS[1:]))]
    if name == "WEBP":
        content = encoded(scene(), "WEBP", save_all=True, append_images=frames, lossless=True)
        return content, content.index(b"ANMF", content.index(b"ANMF") + 4)
    content = encoded(scene(), "GIF", save_all=True, append_images=frames, duration=50)
    return content, content.index(b"\x21\xf9", content.index(b"\x2c\0\0\0\0") + 10)


@pytest.mark.parametrize("name", ["GIF", "WEBP"])
@given(at=st.integers(9, 400), damage=st.binary(min_size=1, max_size=20), cut=st.booleans())
def test_later_frames(name: str, at: int, damage: bytes, cut: bool) -> None:
    content, start = second_frame(name)
    at += start
    damaged = content[:at] + damage + (b"" if cut else content[at + len(damage) :])
    assert pixels(damaged) == pixels(content)
    assert normalize(content).frames == 3
