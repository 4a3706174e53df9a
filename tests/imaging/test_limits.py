from imaging.limits import DECODING_MEMORY_MB, max_pixels
from services.normalize.actor import NORMALIZE
from services.resize.actor import RESIZE


def test_the_functions_that_decode_have_the_memory_that_the_limits_count_on() -> None:
    assert NORMALIZE.memory == RESIZE.memory == DECODING_MEMORY_MB


def test_a_hundred_megapixel_jpeg_is_admitted_and_with_less_memory_it_is_not() -> None:
    assert max_pixels("JPEG") >= 100_000_000
    assert max_pixels("JPEG", 1024) < 100_000_000


def test_other_formats_stop_at_pillows_line_or_before() -> None:
    assert max_pixels("PNG") == 89_478_485
    assert max_pixels("PNG", 512) < 20_000_000
    assert max_pixels("JPEG", 128) == 0
