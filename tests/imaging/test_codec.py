"""Bytes to pixels and back."""

import struct
import zlib

import pytest
from PIL import Image

from imaging import codec, limits
from imaging.codec import decoding, encode, flatten, has_transparency, open_image, real_alpha
from imaging.formats import WRITTEN
from imaging.originals import open_original
from imaging.reasons import CorruptImage, DecompressionBomb
from tests.support import pictures
from tests.support.metadata import metadata
from tests.support.pictures import half_transparent, is_scene, opened, scene


def full_of_metadata() -> Image.Image:
    """Return a picture as it comes from a camera: everything that an encoder might carry over."""
    image = scene()
    image.info = {
        "exif": pictures.exif(6).tobytes(),
        "icc_profile": pictures.display_p3_profile(),
        "comment": pictures.SECRET.encode(),
        "xmp": f"<x>{pictures.SECRET}</x>".encode(),
        "dpi": (300, 300),
        "photoshop": {1028: pictures.SECRET.encode()},
        "gamma": 0.45,
        "Title": pictures.SECRET,
    }
    return image


@pytest.mark.parametrize("format_", WRITTEN)
def test_what_is_written_holds_no_metadata(format_: str) -> None:
    content = encode(full_of_metadata(), format_, 90)
    assert metadata(content) == set()
    assert pictures.SECRET.encode() not in content


@pytest.mark.parametrize("format_", WRITTEN)
def test_metadata_would_be_found(format_: str) -> None:
    """The test above tests something."""
    assert metadata(pictures.oriented(format_, 6)) != set()


@pytest.mark.parametrize("format_", WRITTEN)
def test_the_picture_that_is_written_stays_as_it_was(format_: str) -> None:
    image = full_of_metadata()
    before = dict(image.info)
    encode(image, format_, 90)
    assert image.info == before


@pytest.mark.parametrize("format_", WRITTEN)
def test_what_is_written_shows_the_picture(format_: str) -> None:
    assert is_scene(opened(encode(scene(), format_, 90)))


@pytest.mark.parametrize("format_", ["PNG", "WEBP"])
def test_transparency_is_kept_where_the_format_has_it(format_: str) -> None:
    alpha = opened(encode(half_transparent(), format_, 90)).convert("RGBA").getchannel("A")
    assert (alpha.getpixel((5, 5)), alpha.getpixel((90, 5))) == (0, 255)


def test_a_palettes_transparent_colour_is_kept_in_png() -> None:
    image = opened(encode(opened(pictures.palette_png(transparent=True)), "PNG", 90))
    assert image.mode == "P"
    assert image.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_in_jpeg_white_shows_through() -> None:
    image = opened(encode(half_transparent(), "JPEG", 95))
    assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_what_jpeg_can_hold_is_not_touched_before_it(mode: str) -> None:
    image = scene().convert(mode)
    assert flatten(image) is image


@pytest.mark.parametrize("mode", ["1", "LA", "P", "RGBA", "CMYK", "YCbCr"])
def test_every_kind_of_picture_can_become_jpeg(mode: str) -> None:
    assert opened(encode(scene().convert(mode), "JPEG", 90)).size == pictures.SIZE


def test_a_better_quality_takes_more_bytes() -> None:
    noise = Image.effect_noise((64, 64), 80)
    sizes = [len(encode(noise, "JPEG", quality)) for quality in (20, 60, 95)]
    assert sizes == sorted(sizes)


def test_transparency_is_seen() -> None:
    assert has_transparency(half_transparent())
    assert has_transparency(opened(pictures.palette_png(transparent=True)))
    assert not has_transparency(opened(pictures.palette_png()))
    assert not has_transparency(scene())


def keyed_png(depth: int, colour_type: int, row: bytes, trns: bytes) -> bytes:
    """Return a PNG of one row, 4 pixels wide, with a transparent colour."""
    header = struct.pack(">IIBBBBB", 4, 1, depth, colour_type, 0, 0, 0)
    parts = ((b"IHDR", header), (b"tRNS", trns), (b"IDAT", zlib.compress(b"\0" + row)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


@pytest.mark.parametrize(
    ("depth", "colour_type", "row", "trns"),
    [
        (1, 0, b"\x40", b"\0\1"),
        (2, 0, b"\x1b", b"\0\1"),
        (4, 0, b"\x01\x23", b"\0\1"),
        (8, 0, b"\0\1\2\3", b"\0\1"),
        (8, 0, b"\0\1\2\3", b"\xff\1"),  # bits above the depth do not count
        (4, 0, b"\x01\x23", b"\xff\xf1"),
        (8, 2, b"\1\2\4\1\2\3\1\0\3\0\2\3", b"\0\1\0\2\0\3"),
        (8, 2, b"\1\2\4\1\2\3\1\0\3\0\2\3", b"\7\1\0\2\0\3"),
    ],
)
def test_a_transparent_colour_is_the_one_that_png_says(depth: int, colour_type: int, row: bytes, trns: bytes) -> None:
    """Second of four pixels: https://www.w3.org/TR/png-3/#11tRNS."""
    image = real_alpha(open_image(keyed_png(depth, colour_type, row, trns)))
    assert image.mode == ("LA" if colour_type == 0 else "RGBA")
    assert list(image.getchannel("A").tobytes()) == [255, 0, 255, 255]


def test_alpha_that_was_multiplied_in_is_divided_again() -> None:
    half = Image.new("LA", (2, 2), (200, 128)).convert("La")
    assert half.getpixel((0, 0)) == (100, 128)
    assert real_alpha(half).getpixel((0, 0)) == (199, 128)  # eight bits of 100 ÷ 128


def test_what_an_animated_webp_does_not_draw_first_is_transparent() -> None:
    """Its flag for alpha is left out, as libwebp's own encoder does where no frame has any."""
    frames = [Image.new("RGBA", (40, 30), (200, 40, 40, 255)), Image.new("RGBA", (40, 30), (40, 60, 200, 255))]
    content = bytearray(pictures.encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    assert content[20] & 0x12 == 0x02
    frame = content.index(b"ANMF") + 8
    content[frame : frame + 6] = (4).to_bytes(3, "little") + (3).to_bytes(3, "little")  # at (8, 6), in halves
    content[24:30] = (63).to_bytes(3, "little") + (47).to_bytes(3, "little")  # the canvas: 64 by 48
    image = open_original(bytes(content)).pixels
    assert (image.size, image.getpixel((2, 2)), image.getpixel((9, 7))) == ((64, 48), (0, 0, 0, 0), (200, 40, 40, 255))


@pytest.mark.parametrize("format_", pictures.ORDINARY)
def test_an_ordinary_picture_is_opened(format_: str) -> None:
    assert open_image(pictures.ORDINARY[format_]()).size == pictures.SIZE


@pytest.mark.parametrize("content", [b"", b"x", pictures.text_named_jpg()], ids=["empty", "short", "text"])
def test_what_is_no_picture_is_corrupt(content: bytes) -> None:
    with pytest.raises(CorruptImage, match="no decoder knows what this is"):
        open_image(content)


def test_a_format_that_was_not_asked_for_is_not_opened() -> None:
    with pytest.raises(CorruptImage):
        open_image(pictures.png(), ("JPEG",))


@pytest.mark.parametrize("format_", ["PPM", "PCX", "TGA", "EPS", "SGI"])
def test_decoders_that_we_do_not_need_are_out_of_reach(format_: str) -> None:
    with pytest.raises(CorruptImage):
        open_image(pictures.encoded(scene(), format_))


@pytest.mark.parametrize("format_", pictures.ORDINARY)
def test_a_picture_above_the_limit_is_a_bomb(format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    width, height = pictures.SIZE
    monkeypatch.setattr(codec, "max_pixels", lambda _: width * height - 1)
    with pytest.raises(DecompressionBomb, match="96×64 pixels; the limit is 6,143 in all"):
        open_image(pictures.ORDINARY[format_]())


@pytest.mark.parametrize("pixels_more", [1, 2])
def test_pillows_own_alarms_mean_a_bomb(pixels_more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    width, height = pictures.SIZE
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", width * height // pixels_more - 1)
    with pytest.raises(DecompressionBomb):
        open_image(pictures.jpeg())


def test_running_out_of_memory_means_a_bomb() -> None:
    with pytest.raises(DecompressionBomb), decoding():
        raise MemoryError


def test_our_limit_is_pillows_line_between_warning_and_error() -> None:
    assert limits.max_pixels("JPEG") == Image.MAX_IMAGE_PIXELS


def test_a_bug_is_not_taken_for_damage() -> None:
    with pytest.raises(AttributeError), decoding():
        raise AttributeError
