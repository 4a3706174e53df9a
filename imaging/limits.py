"""How much one picture may ask for. The numbers follow the memory of the functions that decode."""

# What normalize and resize are given, in MB: one full vCPU,
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
DECODING_MEMORY_MB = 1769
# The interpreter, its libraries, the file's bytes and the encoded outputs, in MB.
_BESIDE_PIXELS_MB = 300
# Measured at most 8 bytes a pixel (a rotated or progressive JPEG, decoded and encoded again); half of it in reserve.
_BYTES_PER_PIXEL = 12
# One GiB of RGBX, a quarter of that per byte, a third of that: Pillow's own line between warning and error.
_PILLOW_LINE = 89_478_485
# What normalize holds in memory beside the pixels.
MAX_BYTES = 100 * 1024 * 1024
# Longer than this by its width, or wider by its length, a picture is a line, and made to hurt.
MAX_ASPECT = 40_000
# WebP's longest side, the shortest of the formats that we write:
# https://developers.google.com/speed/webp/faq#what_is_the_maximum_size_a_webp_image_can_be
MAX_SIDE = 16_383
# The longest side that libjpeg writes: JPEG_MAX_DIMENSION in its jmorecfg.h.
MAX_JPEG_SIDE = 65_500
# Seconds that one actor may work on one picture; most need one.
MAX_SECONDS = 20


def max_pixels(format_: str, memory_mb: int = DECODING_MEMORY_MB) -> int:
    """Return how many pixels a picture may have that a function with so much memory decodes.

    JPEG may have what memory holds, since it is mostly decoded small or not at all; others at most Pillow's own line.
    """
    held = max(0, memory_mb - _BESIDE_PIXELS_MB) * 1_000_000 // _BYTES_PER_PIXEL
    return held if format_ == "JPEG" else min(held, _PILLOW_LINE)
