"""TIFF as a file: which of its pictures is taken, cameras' raw files, and damage."""

import struct
from collections.abc import Callable
from typing import Any

import pytest

from imaging.reasons import CorruptImage, UnsupportedFormat
from services.normalize.pixels import normalize
from tests.support import pictures
from tests.support.tiffs import (
    BOTH,
    LONG,
    SHORT,
    SIZE,
    Tag,
    close,
    directory,
    file,
    grey,
    halves,
    of_master,
    packed,
    shown,
    tags,
    tiled,
)


def grey_strip(order: str, at: int, **more: Any) -> dict[int, Tag]:
    return tags([(at, SIZE[0] * SIZE[1])], 1, 8, 1, **more)


DATA = packed("<", 8, [[200] * 4 + [40] * 4] * SIZE[1])

SMALL: dict[str, Any] = {"t254": (LONG, [1]), "t256": (SHORT, [2]), "t257": (SHORT, [2]), "t279": (LONG, [4])}


@BOTH
@pytest.mark.parametrize("reduced", [{"t254": (LONG, [1])}, {"t254": (LONG, [4])}, {"t255": (SHORT, [2])}])
def test_a_smaller_version_or_a_mask_is_not_taken_for_the_picture(order: str, reduced: dict[str, Tag]) -> None:
    content = file(order, DATA, grey_strip(order, 8, **SMALL | reduced), grey_strip(order, 8))
    master = normalize(content)
    assert (master.frames, close(of_master(master), grey(200), grey(40))) == (2, True)


@BOTH
def test_the_whole_picture_may_stand_below_the_smaller_one(order: str) -> None:
    below = 8 + len(DATA)
    data = DATA + directory(order, grey_strip(order, 8), below)
    assert close(shown(file(order, data, grey_strip(order, 8, t330=(LONG, [below]), **SMALL))), grey(200), grey(40))


def test_where_all_are_smaller_versions_the_first_is_taken() -> None:
    assert normalize(file("<", DATA, grey_strip("<", 8, **SMALL))).width == 2


MAKERS = {b"NIKON CORPORATION\0": "NEF", b"SONY\0": "ARW", b"PENTAX Corporation \0": "PEF", b"SAMSUNG\0": "SRW"}


@BOTH
@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("raw", [{"t262": (SHORT, [32803])}, {"t262": (SHORT, [34892])}, {"t259": (SHORT, [34713])}])
@pytest.mark.parametrize("where", ["first", "second", "below"])
def test_a_cameras_raw_file_is_refused_by_its_name(order: str, make: bytes, raw: dict[str, Tag], where: str) -> None:
    maker: dict[str, Any] = {"t271": (2, list(make))}
    if where == "first":
        content = file(order, DATA, grey_strip(order, 8, **maker | raw))
    elif where == "second":
        content = file(order, DATA, grey_strip(order, 8, **SMALL | maker), grey_strip(order, 8, **raw))
    else:
        below = 8 + len(DATA)
        data = DATA + directory(order, grey_strip(order, 8, **raw), below)
        content = file(order, data, grey_strip(order, 8, t330=(LONG, [below]), **SMALL | maker))
    with pytest.raises(UnsupportedFormat, match=f"^{MAKERS[make]} is not supported"):
        normalize(content)


@pytest.mark.parametrize("version", [{"t50706": (1, [1, 4, 0, 0])}, {"t50706": (7, [1, 4, 0, 0])}])
def test_dng_says_so(version: dict[str, Tag]) -> None:
    with pytest.raises(UnsupportedFormat, match=r"^DNG is not supported"):
        normalize(file("<", DATA, grey_strip("<", 8, **version)))


@pytest.mark.parametrize(("mark", "name"), [(b"CR\2\0", "CR2"), (b"IIII", "IIQ")])
def test_marks_behind_the_header_are_known(mark: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=f"^{name} is not supported"):
        normalize(file("<", mark + DATA, grey_strip("<", 12)))


@BOTH
@pytest.mark.parametrize("kind", [2, 5, 7, 99])
def test_damage_in_what_is_dropped_refuses_no_picture(order: str, kind: int) -> None:
    """Tags that point anywhere, before and behind those that count."""
    content = bytearray(file(order, DATA, grey_strip(order, 8, t254=(LONG, [0]), t305=(LONG, [0]), t34665=(LONG, [0]))))
    for tag in (305, 34665):
        at = content.index(struct.pack(f"{order}HHI", tag, LONG, 1))
        struct.pack_into(f"{order}HHII", content, at, tag, kind, 4_000_000_000, 4_000_000_000)
    assert close(shown(bytes(content)), grey(200), grey(40))


@pytest.mark.parametrize("tag", [258, 273, 284])
def test_damage_in_what_counts_is_damage(tag: int) -> None:
    content = bytearray(file("<", DATA, grey_strip("<", 8, t284=(SHORT, [1]))))
    at = content.index(struct.pack("<H", tag), len(DATA))
    struct.pack_into("<HHII", content, at, tag, LONG, 9, 4_000_000_000)
    with pytest.raises(CorruptImage, match=f"tag {tag} is not all there"):
        normalize(bytes(content))


def test_planes_that_are_not_all_there_are_damage() -> None:
    content = halves([1, 2, 3], [3, 2, 1], 8, 2, planar=True, t273=(LONG, [8, 40, 72, 104]))
    with pytest.raises(CorruptImage, match="planes are not all there"):
        normalize(content)


@pytest.mark.parametrize("draw", [pictures.tiff, lambda: tiled(planar=True)])
def test_a_file_that_ends_early_is_damaged(draw: Callable[[], bytes]) -> None:
    with pytest.raises((CorruptImage, UnsupportedFormat)):
        normalize(draw()[:-40])
