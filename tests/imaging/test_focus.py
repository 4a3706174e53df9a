"""Where a picture's subject is, as the object's metadata and the file's XMP regions tell it."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.focus import of_regions, read
from kit.events import Focus
from services.normalize.pixels import normalize
from tests.support import pictures
from tests.support.regions import region, xmp

WIDE, HIGH = (96, 64), (64, 96)


# As elements and not as attributes: RDF allows both.
SPELLED_OUT = xmp(
    '<rdf:li rdf:parseType="Resource"><mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Area rdf:parseType="Resource">'
    "<stArea:x>0.25</stArea:x><stArea:y>0.5</stArea:y><stArea:w>0.1</stArea:w><stArea:h>0.1</stArea:h>"
    "<stArea:unit>normalized</stArea:unit></mwg-rs:Area></rdf:li>"
)

# Descriptions, where RDF has no parseType; what a program adds to a region is not the region.
DESCRIBED = SPELLED_OUT.replace(
    b"</mwg-rs:Area>", b"</mwg-rs:Area><mwg-rs:Extensions><a><stArea:x>0.9</stArea:x></a></mwg-rs:Extensions>"
)
for name in (b"Regions", b"Area"):
    DESCRIBED = DESCRIBED.replace(
        b'<mwg-rs:%s rdf:parseType="Resource">' % name, b"<mwg-rs:%s><rdf:Description>" % name
    )
    DESCRIBED = DESCRIBED.replace(b"</mwg-rs:%s>" % name, b"</rdf:Description></mwg-rs:%s>" % name)


@pytest.mark.parametrize(
    ("content", "focus"),
    [
        (xmp(region(0.25, 0.5, w=0.1, h=0.1)), (0.25, 0.5)),
        (SPELLED_OUT, (0.25, 0.5)),
        (DESCRIBED, (0.25, 0.5)),
        (
            xmp(region(0.2, 0.2, w=0.3, h=0.3), region(0.8, 0.8, w=0.1, h=0.1)),
            (0.26, 0.26),
        ),  # by area
        (xmp(region(0.2, 0.2, d=0.3), region(0.8, 0.8, d=0.1)), (0.26, 0.26)),  # so of circles
        (xmp(region(0.25, 0.5)).replace(b"rdf:Bag", b"rdf:Seq"), (0.25, 0.5)),
        (xmp(*[region(0.2, 0.2)] * 1_000, region(0.8, 0.8)), (0.2, 0.2)),  # no face of a crowd's rest
        (xmp(region(0.4, 0.2), region(0.6, 0.4)), (0.5, 0.3)),  # points count alike
        (xmp(region(0.9, 0.9, "Focus"), region(0.1, 0.1, "BarCode"), region(0.3, 0.3, "Pet")), (0.3, 0.3)),
        (xmp(region(0.9, 0.9, "Focus"), region(0.3, 0.3)), (0.3, 0.3)),
        (xmp(region(0.7, 0.3, "Focus")), (0.7, 0.3)),
        (xmp(region(0.1, 0.1, "BarCode")), None),
        (xmp(region(30, 30, unit="pixel")), None),
        (xmp(region("nan", 0.5), region(2, 0.5), region("", 0.5)), None),
        (xmp(region("nan", 0.5), region(0.4, 0.5)), (0.4, 0.5)),
        (xmp(), None),
        (xmp(region(0.4, 0.5)).replace(b"stDim:w", b"stDim:v"), None),  # nobody knows what they were drawn on
        (xmp(region(0.4, 0.5), drawn_on=(64, 64)), None),  # it was cut since
        (xmp(region(0.4, 0.5), drawn_on=(9_600, 6_401)), (0.4, 0.5)),  # it was scaled since
        (b"<x:xmpmeta", None),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + xmp(region(0.4, 0.5)), None),
        (b"", None),
    ],
)
def test_the_middle_of_the_regions_counts(content: bytes, focus: Focus | None) -> None:
    assert of_regions(content, 1, WIDE) == (None if focus is None else pytest.approx(focus))


@pytest.mark.parametrize("sides", [(0, 0), ("inf", "inf"), ("1e308", "1e308"), (-96, -64), ("nan", "nan")])
def test_regions_drawn_on_no_possible_size_fit_nothing(sides: tuple[object, object]) -> None:
    assert of_regions(xmp(region(0.4, 0.5), drawn_on=sides), 1, WIDE) is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_regions_are_turned_as_the_picture_is(orientation: int) -> None:
    """One patch of colour, its place told as it is stored; the master has it where all upright pictures have it."""
    stored = pictures.laid_down(orientation)
    inside = pictures.scene().getpixel((24, 16))
    found = next(
        (x, y)
        for x in (0.25, 0.75)
        for y in (0.25, 0.75)
        if stored.getpixel((int(x * stored.width), int(y * stored.height))) == inside
    )
    exif = pictures.exif(orientation)
    content = pictures.encoded(stored, "JPEG", exif=exif, xmp=xmp(region(*found), drawn_on=stored.size), quality=95)
    assert normalize(content).focus == (0.25, 0.25)


def test_regions_of_a_picture_that_was_turned_before_they_were_drawn_stay() -> None:
    assert of_regions(xmp(region(0.1, 0.2), drawn_on=HIGH), 6, HIGH) == (0.1, 0.2)
    assert of_regions(xmp(region(0.1, 0.2), drawn_on=WIDE), 6, HIGH) == (0.8, 0.1)


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=1, max_size=5), st.integers(1, 8))
def test_whatever_the_regions_the_focus_is_in_the_picture(
    areas: list[tuple[float, float, float, float]], orientation: int
) -> None:
    found = of_regions(xmp(*(region(x, y, w=w, h=h) for x, y, w, h in areas), drawn_on=(9, 9)), orientation, (9, 9))
    assert found
    assert all(0 <= share <= 1 for share in found)


def test_regions_in_regions_are_none_and_take_memory_in_proportion_to_the_file() -> None:
    def peak(depth: int) -> int:
        opened = "".join(f'<rdf:li a{n}="">' for n in range(depth))
        content = xmp(opened + region(0.4, 0.5) + "</rdf:li>" * depth)
        tracemalloc.start()
        try:
            assert of_regions(content, 1, WIDE) is None
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(4_000) < 3 * peak(2_000)  # 100 kB and half of that


@pytest.mark.parametrize("said", ["0.3,0.5", " 0.3 , 0.5 "])
def test_metadata_tell_two_shares(said: str) -> None:
    assert read({"focus": said, "origin": "x"}) == (0.3, 0.5)


@pytest.mark.parametrize("said", ["1e-200,-0.0", "-0.0,0.00004"])
def test_metadata_are_rounded_to_what_records_and_keys_can_hold(said: str) -> None:
    assert repr(read({"focus": said})) == "(0.0, 0.0)"


def test_who_says_nothing_is_not_blamed() -> None:
    assert read({"origin": "x"}) is None


@pytest.mark.parametrize("said", ["", "0.3", "0.3,0.5,0.1", "1.2,0.5", "-0.1,0.5", "nan,0.5", "left", "30%,50%"])
def test_what_is_no_focus_is_named(said: str) -> None:
    with pytest.raises(ValueError, match=r"is not two numbers from 0 to 1, as in 0\.3,0\.5"):
        read({"focus": said})
