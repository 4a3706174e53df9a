"""Normalisation: however a picture comes, its master is upright, sRGB, eight bits a channel and free of metadata."""

import struct
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageOps, JpegImagePlugin

from imaging.limits import MAX_JPEG_SIDE
from imaging.reasons import CorruptImage, DecompressionBomb
from services.normalize.pixels import Master, normalize
from tests.support import pictures
from tests.support.metadata import metadata
from tests.support.pictures import difference, encoded, exif, is_scene, opened, oriented, scene

FILES: dict[str, Callable[[], bytes]] = {
    **pictures.ORDINARY,
    "MPO": pictures.mpo,
    "PNG with alpha": pictures.alpha_png,
    "PNG with palette": pictures.palette_png,
    "PNG with a transparent colour": lambda: pictures.palette_png(transparent=True),
    "grey PNG": lambda: encoded(scene().convert("L"), "PNG"),
    "WebP with alpha": pictures.alpha_webp,
    "JPEG for print": pictures.cmyk_jpeg,
    "JPEG in Display P3": pictures.display_p3_jpeg,
}


def picture_of(master: Master) -> Image.Image:
    """Return the master's picture, after comparing the file with what is said about it."""
    image = opened(master.content)
    assert (image.format, image.width, image.height) == (master.format, master.width, master.height)
    return image


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_however_the_camera_was_held_the_master_is_upright(format_: str, orientation: int) -> None:
    assert is_scene(picture_of(normalize(oriented(format_, orientation))))


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_means_nothing_changes_nothing(orientation: int) -> None:
    assert is_scene(picture_of(normalize(encoded(scene(), "JPEG", exif=exif(orientation)))))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow remarks on it
def test_broken_exif_on_good_pixels_changes_nothing() -> None:
    assert is_scene(picture_of(normalize(encoded(scene(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"))))


@pytest.mark.parametrize("name", FILES)
def test_a_master_shows_what_the_file_showed(name: str) -> None:
    image = picture_of(normalize(FILES[name]()))
    visible = image.convert("RGBA")
    expected = scene().convert("L" if name == "grey PNG" else "RGB").convert("RGBA")
    expected.putalpha(visible.getchannel("A"))
    on_grey = [Image.new("RGBA", image.size, "grey") for _ in range(2)]
    for ground, picture in zip(on_grey, (visible, expected), strict=True):
        ground.alpha_composite(picture)
    assert difference(*on_grey) <= 3


@pytest.mark.parametrize("name", FILES)
def test_a_master_holds_no_metadata(name: str) -> None:
    assert metadata(normalize(FILES[name]()).content) == set()


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_neither_place_nor_serial_number_survive(format_: str) -> None:
    more = {"icc_profile": pictures.display_p3_profile(), "exif": exif(6)}
    content = encoded(scene(), format_, **more)
    assert pictures.SECRET.encode() in content
    master = normalize(content)
    assert metadata(master.content) == set()
    assert pictures.SECRET.encode() not in master.content


def test_comments_and_xmp_do_not_survive() -> None:
    said = pictures.SECRET.encode()
    content = pictures.jpeg(comment=said, xmp=said)
    assert content.count(said) == 2
    assert said not in normalize(content).content


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("JPEG", "JPEG"),
        ("MPO", "JPEG"),
        ("PNG", "PNG"),
        ("WEBP", "WEBP"),
        ("TIFF", "PNG"),
        ("BMP", "PNG"),
        ("GIF", "PNG"),
        ("AVIF", "JPEG"),
    ],
)
def test_what_the_web_shows_stays_what_it_is_and_the_rest_becomes_png_where_it_was_lossless(
    name: str, format_: str
) -> None:
    assert normalize(FILES[name]()).format == format_


def thin() -> Image.Image:
    """Return red lines of one pixel on blue: with half of the colours' resolution they are purple."""
    image = Image.new("RGB", pictures.SIZE, (0, 0, 200))
    for x in range(0, pictures.SIZE[0], 3):
        image.paste((220, 0, 0), (x, 0, x + 1, pictures.SIZE[1]))
    return image


def turned(format_: str, **options: Any) -> bytes:
    return encoded(thin().transpose(Image.Transpose.ROTATE_90), format_, exif=exif(6), **options)


@pytest.mark.parametrize(
    ("content", "most"),
    [
        (encoded(thin(), "BMP"), 0),
        (encoded(thin().quantize(4), "GIF"), 0),
        (encoded(thin(), "TIFF", compression="tiff_lzw"), 0),
        (turned("WEBP", lossless=True), 0),
        (turned("PNG"), 0),
        (turned("JPEG", quality=95, subsampling="4:4:4"), 5),
        (turned("JPEG", quality=95, subsampling="4:2:2"), 5),
        (encoded(thin(), "JPEG", quality=95, keep_rgb=True, exif=exif(2)), 5),
        (encoded(thin(), "AVIF", quality=95, subsampling="4:4:4"), 5),
        (encoded(thin(), "TIFF", compression="jpeg", quality=95), 5),
    ],
    ids=["BMP", "GIF", "TIFF", "WebP", "PNG", "4:4:4", "4:2:2", "RGB JPEG", "AVIF", "JPEG in TIFF"],
)
def test_a_master_loses_no_colour(content: bytes, most: float) -> None:
    before, after = ImageOps.exif_transpose(opened(content)), opened(normalize(content).content)
    assert difference(before, after) <= most


@pytest.mark.parametrize(
    ("content", "sampling"),
    [
        (turned("JPEG", quality=95, subsampling="4:4:4"), 0),
        (turned("JPEG", quality=95, subsampling="4:2:2"), 0),
        (turned("JPEG", quality=95, subsampling="4:2:0"), 2),
        (encoded(thin(), "AVIF", quality=95, subsampling="4:4:4"), 0),
        (encoded(thin(), "AVIF", quality=95, subsampling="4:2:0"), 2),
        (encoded(thin().convert("CMYK"), "JPEG", quality=95), 0),
    ],
)
def test_a_jpeg_masters_colours_are_as_fine_as_they_were(content: bytes, sampling: int) -> None:
    master = opened(normalize(content).content)
    assert isinstance(master, JpegImagePlugin.JpegImageFile)
    assert JpegImagePlugin.get_sampling(master) == sampling


@pytest.mark.parametrize(("lossless", "chunk"), [(True, b"VP8L"), (False, b"VP8 ")])
def test_a_webp_stays_lossless_or_lossy_animated_too(lossless: bool, chunk: bytes) -> None:
    moving = encoded(thin(), "WEBP", save_all=True, append_images=[scene()], lossless=lossless, minimize_size=False)
    for content in (turned("WEBP", lossless=lossless), moving):
        assert normalize(content).content[12:16] == chunk


def test_what_the_first_frame_of_a_gif_does_not_draw_is_transparent() -> None:
    content = bytearray(encoded(scene().quantize(4), "GIF"))
    content[6:10] = struct.pack("<2H", 120, 80)  # a larger screen
    master = opened(normalize(bytes(content)).content).convert("RGBA")
    assert master.size == (120, 80)
    assert [master.getpixel(place)[3] for place in ((119, 79), (5, 70), (5, 5), (95, 63))] == [0, 0, 255, 255]  # type: ignore[index]
    assert difference(master.crop((0, 0, *pictures.SIZE)), scene()) < 3


def test_the_first_picture_of_an_apng_is_whole() -> None:
    later = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    content = encoded(pictures.half_transparent(), "PNG", save_all=True, append_images=[later], default_image=True)
    master = normalize(content)
    assert opened(master.content).convert("RGBA").tobytes() == pictures.half_transparent().tobytes()


@pytest.mark.parametrize("format_", ["TIFF", "GIF", "AVIF"])
def test_other_formats_become_png_where_they_can_be_seen_through(format_: str) -> None:
    image = picture_of(normalize(encoded(pictures.half_transparent(), format_)))
    assert image.format == "PNG"
    alpha = image.convert("RGBA").getchannel("A")
    assert (alpha.getpixel((5, 5)), alpha.getpixel((90, 5))) == (0, 255)


def test_a_picture_too_long_for_jpeg_becomes_png() -> None:
    master = normalize(encoded(Image.new("RGB", (MAX_JPEG_SIDE + 1, 2)), "TIFF"))
    assert (master.format, picture_of(master).width) == ("PNG", MAX_JPEG_SIDE + 1)


@pytest.mark.parametrize("draw", [pictures.alpha_png, pictures.alpha_webp])
def test_transparency_is_kept(draw: Callable[[], bytes]) -> None:
    alpha = picture_of(normalize(draw())).convert("RGBA").getchannel("A")
    assert (alpha.getpixel((5, 5)), alpha.getpixel((90, 5))) == (0, 255)


def test_a_transparent_colour_of_a_palette_is_kept() -> None:
    image = picture_of(normalize(pictures.palette_png(transparent=True))).convert("RGBA")
    assert image.getchannel("A").getpixel((5, 5)) == 0
    assert image.getchannel("A").getpixel((90, 5)) == 255


def test_transparency_is_kept_through_colour_and_turning() -> None:
    image = pictures.half_transparent().transpose(Image.Transpose.ROTATE_90)
    content = encoded(image, "PNG", exif=exif(6), icc_profile=pictures.display_p3_profile())
    master = picture_of(normalize(content))
    assert master.size == pictures.SIZE
    assert (master.getchannel("A").getpixel((5, 5)), master.getchannel("A").getpixel((90, 5))) == (0, 255)


def test_wide_colours_become_srgb() -> None:
    content = pictures.display_p3_jpeg()
    assert difference(opened(content), scene()) > 8, "unconverted, the numbers are other ones"
    assert difference(picture_of(normalize(content)), scene()) < 3


def test_colours_for_print_become_srgb() -> None:
    image = picture_of(normalize(pictures.cmyk_jpeg()))
    assert image.mode == "RGB"
    assert is_scene(image)


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 200], ids=["text", "zeros"])
def test_a_broken_profile_counts_as_none(profile: bytes) -> None:
    assert is_scene(picture_of(normalize(pictures.jpeg(icc_profile=profile))))


def test_a_screens_profile_on_colours_for_print_counts_as_none() -> None:
    content = encoded(scene().convert("CMYK"), "JPEG", quality=95, icc_profile=pictures.display_p3_profile())
    assert is_scene(picture_of(normalize(content)))


def test_a_profile_for_grey_takes_no_colour_away() -> None:
    assert is_scene(picture_of(normalize(pictures.jpeg(icc_profile=pictures.grey_profile()))))


def test_a_grey_picture_with_a_profile_stays_grey() -> None:
    for profile in (pictures.grey_profile(), pictures.display_p3_profile()):
        assert picture_of(normalize(encoded(scene().convert("L"), "JPEG", icc_profile=profile))).mode == "L"


def test_sixteen_bits_of_grey_are_scaled_not_clipped() -> None:
    ramp = picture_of(normalize(pictures.grey16_png()))
    assert ramp.mode == "L"
    assert [ramp.getpixel((x, 4)) for x in range(256)] == list(range(256))


def test_floating_point_grey_is_scaled_from_darkest_to_brightest() -> None:
    image = Image.new("F", (3, 1))
    for x, value in enumerate((-5.0, 0.0, 5.0)):
        image.putpixel((x, 0), value)
    master = picture_of(normalize(encoded(image.resize((48, 16), Image.Resampling.NEAREST), "TIFF")))
    assert [master.getpixel((x, 8)) for x in (4, 24, 44)] == pytest.approx([0, 127, 255], abs=2)


def test_floating_point_grey_of_one_shade_is_a_picture() -> None:
    assert picture_of(normalize(encoded(Image.new("F", (8, 8), 7.0), "TIFF"))).size == (8, 8)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P"])
def test_few_colours_stay_few(mode: str) -> None:
    assert picture_of(normalize(encoded(scene().convert(mode), "PNG"))).mode == mode


def test_of_a_moving_picture_the_first_frame_is_taken_and_the_others_counted() -> None:
    master = normalize(pictures.animated_gif(frames=3))
    assert master.frames == 3
    assert is_scene(picture_of(master), tolerance=5)


def test_of_a_multi_picture_file_the_first_is_taken() -> None:
    master = normalize(pictures.mpo())
    assert master.frames == 2
    assert is_scene(picture_of(master))


@pytest.mark.parametrize("name", FILES)
def test_the_same_file_gives_the_same_bytes(name: str) -> None:
    content = FILES[name]()
    assert normalize(content) == normalize(content)


@pytest.mark.parametrize(
    "content",
    [pictures.truncated_jpeg(), pictures.jpeg()[:-2], pictures.text_named_jpg(), pictures.png()[:60], b""],
    ids=["two thirds of a JPEG", "no end marker", "text", "PNG header", "nothing"],
)
def test_damage_is_refused(content: bytes) -> None:
    with pytest.raises(CorruptImage):
        normalize(content)


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.codec.max_pixels", lambda _: 6_143)
    with pytest.raises(DecompressionBomb):
        normalize(pictures.png())
