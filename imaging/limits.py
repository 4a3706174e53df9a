"""How much one picture may ask for."""

# One GiB of RGBX, a quarter of that per byte, a third of that: Pillow's own line between warning and error.
MAX_PIXELS = 89_478_485
# What normalize holds in memory beside the pixels.
MAX_BYTES = 100 * 1024 * 1024
# WebP's longest side, the shortest of the formats that we write:
# https://developers.google.com/speed/webp/faq#what_is_the_maximum_size_a_webp_image_can_be
MAX_SIDE = 16_383
# The longest side that libjpeg writes: JPEG_MAX_DIMENSION in its jmorecfg.h.
MAX_JPEG_SIDE = 65_500
