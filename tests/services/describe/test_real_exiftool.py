"""The real exiftool, where it is: on pictures drawn here, and on the cameras of the corpus where that is too."""

import gzip
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from brigade.inline import InMemoryChain
from brigade.inline.memory_storage import MemoryStorage
from imaging.recipes import parse
from kit.events import Camera, ImageIngested
from services.chain import CHAIN
from services.describe import head
from services.describe.exiftool import Exiftool, ExiftoolFailed, find
from services.describe.extractors import with_exiftool
from services.describe.facts import camera
from services.describe.places import allowed, is_place, position
from services.describe.tags import Tags, packed
from tests.services.test_corpus import CORPUS, rows
from tests.support import exif as drawn
from tests.support.site import picture

PROGRAM = find()
needs_exiftool = pytest.mark.skipif(PROGRAM is None, reason="exiftool is not here: `make exiftool`")
needs_corpus = pytest.mark.skipif(not (CORPUS / "MANIFEST.csv").exists(), reason="the corpus is not here")
# Decoding the hostile files is not what is tested here.
pytestmark = [needs_exiftool, pytest.mark.filterwarnings("ignore::UserWarning")]

KEEP = parse('[[recipe]]\nname = "r"\ncatalog_gps = "keep"\n[[recipe.rendition]]\nname = "w"\nwidth = 9\n')
COLUMNS = ("make", "model", "serial", "datetime", "gps_latitude", "gps_longitude")

# Where the record says otherwise than the manifest, which is what exiftool 12.57 prints; docs/cameras.md explains.
MENDED = {
    ("B_cameras/camtrapr__IMG0001.JPG", "make"): "CUDDEBACK",
    ("B_cameras/camtrapr__IMG0001.JPG", "model"): "G4",
    ("B_cameras/camtrapr__IMG0002.JPG", "make"): "CUDDEBACK",
    ("B_cameras/camtrapr__IMG0002.JPG", "model"): "G6.1",
}
NO_DATES = {
    ("B_cameras/metadata-extractor-images__FujiFilm_SP-2500.jpg", "datetime"),  # ":  :     :  :"
    ("B_cameras/metadata-extractor-images__Nikon_E900_1_.jpg", "datetime"),  # 0000:00:00 00:00:00
    ("B_cameras/metadata-extractor-images__Olympus_C4040Z.jpg", "datetime"),  # the same
}
# 0, 0, which these write without a fix.
NOWHERE = {
    (f"B_cameras/{name}", column)
    for name in ("metadata-extractor-images__Samsung_GT-I9000_Galaxy_S_.jpg", "libavif__paris_icc_exif_xmp.png")
    for column in ("gps_latitude", "gps_longitude")
}


@cache
def tool() -> Exiftool:
    assert PROGRAM is not None
    return Exiftool(PROGRAM)


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    tool().close()


def content_of(path: str) -> bytes:
    return (CORPUS / path).read_bytes()


def format_of(row: dict[str, str]) -> str:
    return {"MPO": "JPEG", "HEIC": "HEIF"}.get(row["format"], row["format"])


@cache
def tags_of(path: str, format_: str) -> Tags:
    return tool().read(content_of(path), format_)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_drawn_picture_is_read_as_pillow_reads_it(format_: str) -> None:
    assert camera(tool().read(drawn.picture(format_), format_)) == drawn.FACTS


def test_what_stands_behind_a_gifs_comment_is_read() -> None:
    image = Image.new("P", (2, 2))
    file = BytesIO()
    image.save(file, "GIF", comment=b"first")
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    xmp += b'<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Make="RECONYX"/>'
    xmp += b"</rdf:RDF></x:xmpmeta>"
    block = b"!\xff\x0bXMP DataXMP" + xmp + b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    content = file.getvalue().removesuffix(b";") + block + b";"
    assert camera(tool().read(content, "GIF")).make == "RECONYX"


def test_iptcs_alt_text_is_read_in_its_default_language() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    xmp += (
        b'<rdf:Description rdf:about="" xmlns:c="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"><c:AltTextAccessibility>'
    )
    xmp += b'<rdf:Alt><rdf:li xml:lang="de">Ein Fuchs</rdf:li><rdf:li xml:lang="x-default">A fox &amp; its cub</rdf:li>'
    xmp += b"</rdf:Alt></c:AltTextAccessibility></rdf:Description></rdf:RDF></x:xmpmeta>"
    file = BytesIO()
    Image.new("L", (2, 2)).save(file, "JPEG", xmp=xmp)
    assert camera(tool().read(file.getvalue(), "JPEG")).alt == "A fox & its cub"


def test_after_a_picture_that_is_too_slow_the_next_is_read() -> None:
    assert PROGRAM is not None
    hasty = Exiftool(PROGRAM, seconds=0.0)
    with pytest.raises(ExiftoolFailed, match="not done with this picture in time"):
        hasty.read(drawn.picture(), "JPEG")
    hasty.seconds = 30
    assert camera(hasty.read(drawn.picture(), "JPEG")) == drawn.FACTS
    hasty.close()


@needs_corpus
@pytest.mark.parametrize("row", rows("B"), ids=lambda row: str(row["path"]))
def test_the_head_tells_what_the_whole_tells(row: dict[str, str]) -> None:
    if (format_ := format_of(row)) != "JPEG":
        return
    content = content_of(row["path"])
    event = ImageIngested(image=picture(), recipe="r", format=format_, width=1, height=1, bytes=len(content))
    read = head.read(event, MemoryStorage({("source", "a.jpg"): content}))
    whole = {name: bytes(value) for name, value in tags_of(row["path"], format_).items()}
    assert {name: bytes(value) for name, value in tool().read(read, format_).items()} == whole


def found(camera: Camera, column: str) -> str | float | None:
    if column == "datetime":
        return camera.taken_at and camera.taken_at[:10].replace("-", ":") + " " + camera.taken_at[11:]
    return {
        "make": camera.make,
        "model": camera.model,
        "serial": camera.serial,
        "gps_latitude": camera.latitude,
        "gps_longitude": camera.longitude,
    }[column]


def agrees(said: str | float | None, wanted: str) -> bool:
    if isinstance(said, float):
        return said == pytest.approx(float(wanted), abs=1e-6)
    # The manifest leaves out a time zone that stands in a tag of its own.
    return said is not None and said.startswith(wanted)


@needs_corpus
def test_cameras_say_what_the_manifest_says() -> None:
    cells = {(row["path"], column): row[column] for row in rows("B") for column in COLUMNS if row[column]}
    facts = {row["path"]: camera(tags_of(row["path"], format_of(row))) for row in rows("B")}
    wrong = {
        (path, column)
        for (path, column), wanted in cells.items()
        if not agrees(found(facts[path], column), MENDED.get((path, column), wanted))
    }
    assert wrong == (NO_DATES | NOWHERE) & cells.keys()


TRAPS = [row for row in rows("B") if row["notable"].startswith("camera trap")]  # Reconyx, Bushnell, Cuddeback


@needs_corpus
@pytest.mark.parametrize("row", TRAPS, ids=lambda row: str(row["path"]))
def test_camera_traps_end_in_the_catalog_as_the_manifest_says(row: dict[str, str]) -> None:
    line = InMemoryChain(CHAIN, stand_ins={"recipes": KEEP, "extractor": with_exiftool(tool())})
    line.upload(row["path"], content_of(row["path"]))
    line.run()
    (record,) = line.records.items.values()
    assert record["status"] == "READY"
    known = {name: value for name, value in record["camera"].items() if name in Camera.__struct_fields__}
    for column in COLUMNS:
        if wanted := MENDED.get((row["path"], column), row[column]):
            assert agrees(found(Camera(**known), column), wanted), column
    assert record["camera"]["extractor"] == "exiftool"
    assert record["camera"]["version"] == tool().version


@needs_corpus
def test_reconyx_tells_the_weather_and_what_set_it_off() -> None:
    facts = camera(tags_of("B_cameras/metadata-extractor-images__Reconyx_HC500_firmware_3.3.0.jpg", "JPEG"))
    assert (facts.make, facts.model, facts.serial) == ("RECONYX", "HyperFire", "H500DE01120343")
    assert (facts.temperature_c, facts.moon_phase, facts.trigger) == (-5, "Waning Gibbous", "Motion Detection")
    assert (facts.sequence, facts.battery) == ("4 of 5", "8.55 V")


@needs_corpus
@pytest.mark.parametrize("row", [row for row in rows("B") if row["gps_latitude"]], ids=lambda row: str(row["path"]))
def test_a_dropped_place_stands_nowhere_in_what_is_stored(row: dict[str, str]) -> None:
    tags = allowed(tags_of(row["path"], format_of(row)), "drop")
    assert position(tags) is None
    text = gzip.decompress(packed(tags)).decode()
    for degrees in (row["gps_latitude"], row["gps_longitude"]):
        if len(precise := degrees.lstrip("-")[:7]) == len("12.3456"):
            assert precise not in text


# What exiftool counts as a location although it tells how a camera was held and moved, not where.
MOVED = re.compile(r"Accel|Gyro|Magnet|Pose|Rotation|Degree|Speed|Gimbal|:CamReverse|:Rtk|:TimeStamp|Version|:POILevel")
STILL = re.compile(r"(GPS|IFD0|ExifIFD|IPTC|XMP-.+|Canon|Casio|Nikon|Olympus|Panasonic|Pentax|Ricoh|Samsung|Sony):")


def test_every_tag_that_exiftool_counts_as_a_location_is_kept_back() -> None:
    listed = subprocess.run([str(PROGRAM), "-listx", "-Location:all"], capture_output=True, check=True).stdout
    places = {
        f"{tag.get('g1') or group.get('g1')}:{tag.get('name')}"
        for group in ElementTree.fromstring(listed)  # noqa: S314 - exiftool's own
        for tag in group.iter("tag")
        if (tag.get("g2") or group.get("g2")) == "Location"
    }
    told = {name for name in places if STILL.match(name) and not MOVED.search(name)}
    assert len(told) > 100
    assert {name for name in told if not is_place(name)} == {"Nikon:TextEncoding"}


@needs_corpus
@pytest.mark.parametrize("row", rows("E"), ids=lambda row: str(row["path"]))
def test_a_hostile_file_is_read_or_refused_and_the_next_picture_is_read(row: dict[str, str]) -> None:
    with suppress(ExiftoolFailed):
        camera(tool().read(content_of(row["path"]), format_of(row)))
    if row["path"].startswith("E_hostile/bomb"):
        assert camera(tool().read(drawn.picture(), "JPEG")) == drawn.FACTS
