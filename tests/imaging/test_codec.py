"""Bytes to pixels and back."""

import pytest
from PIL import Image

from imaging import codec, limits
from imaging.codec import WRITTEN, decoding, encode, flatten, has_transparency, open_image
from imaging.reasons import CorruptImage, DecompressionBomb
from tests import pictures
from tests.imaging.metadata import metadata
from tests.pictures import half_transparent, is_scene, opened, scene


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
