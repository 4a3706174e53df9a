from pathlib import Path

import pytest
from PIL import ExifTags, ImageOps

from brigade.demo import samples
from brigade.inline import InMemoryChain
from records.rules import failure
from records.status import Status
from services.chain import CHAIN
from tests.services.catalog.stored import typed
from tests.support.pictures import difference, opened

REFUSED = {"cut off.jpg": ("normalize", "corrupt-image"), "shopping list.jpg": ("ingest", "not-an-image")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "not there yet"
    drawn = samples.draw(folder)
    assert sorted(drawn) == sorted(path for path in folder.rglob("*") if path.is_file())
    return folder


def photographs(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.jpg") if path.name not in REFUSED]


def test_every_way_of_holding_a_camera_is_there(folder: Path) -> None:
    orientations = {opened(path.read_bytes()).getexif()[ExifTags.Base.Orientation] for path in photographs(folder)}
    assert orientations == set(range(1, 9))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_up_by_its_orientation(orientation: int) -> None:
    photograph = opened(samples.photograph((300, 200), samples.NOON, orientation))
    drawn = samples.scene(300, 200, samples.NOON)
    assert difference(ImageOps.exif_transpose(photograph), drawn) < 10  # turned wrongly: 19 or more


def test_photographs_tell_where_and_by_whom_they_were_taken(folder: Path) -> None:
    for path in photographs(folder):
        exif = opened(path.read_bytes()).getexif()
        assert {ExifTags.Base.Make, ExifTags.Base.Artist} <= set(exif)
        assert ExifTags.GPS.GPSLatitude in exif.get_ifd(ExifTags.IFD.GPSInfo)


def test_the_logo_can_be_looked_through_and_the_icon_is_smaller_than_a_rendition(folder: Path) -> None:
    assert opened((folder / "logo.png").read_bytes()).getchannel("A").getextrema() == (0, 255)
    assert max(opened((folder / "icon.png").read_bytes()).size) < 50


@pytest.mark.parametrize("awkward", [" ", "+", "(", "%", "ö", "水", "/"])
def test_some_names_are_awkward(folder: Path, awkward: str) -> None:
    assert any(awkward in path.relative_to(folder).as_posix() for path in folder.rglob("*.jpg"))


def test_a_picture_is_drawn_the_same_each_time(folder: Path) -> None:
    again = samples.photograph(samples.SMALL, samples.NOON, 1)
    assert again == (folder / "postpic" / "training 1.jpg").read_bytes()


def test_all_but_two_go_through_the_chain(folder: Path) -> None:
    line = InMemoryChain(CHAIN)
    for path in folder.rglob("*.*"):
        line.upload(path.relative_to(folder).as_posix(), path.read_bytes(), sequencer="01")
    line.run()
    records = {record["source"]["key"]: typed(record) for record in line.records.items.values()}
    failures = {key: why for key, found in records.items() if (why := failure(found))}
    assert {key: (why.actor, why.reason) for key, why in failures.items()} == REFUSED
    assert {found.status for key, found in records.items() if key not in REFUSED} == {Status.READY}
    assert len(records["postpic/training 1.jpg"].renditions) == 1
