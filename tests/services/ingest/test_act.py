"""ingest's work: what is announced, what is ignored, how little is read."""

import logging

import pytest
from PIL import Image

from brigade.inline.memory_storage import MemoryStorage
from imaging.recipes import Recipes, load, parse
from kit.events import Event, ImageIngested, ImageRemoved, ImageUploaded, Source
from services.ingest.handler import act
from services.ingest.head import FIRST_BLOCK
from services.ingest.origin import read, written
from services.ingest.reasons import EmptyObject, NotAnImage, OwnOutput
from tests.support import pictures, story
from tests.support.deployed import record_of
from tests.support.site import letter, only, picture, site
from tests.support.tiffs import LONG, directory, file, tags

ONLY_JPG = parse('[[recipe]]\nname = "jpg"\nsuffix = ".jpg"\n[[recipe.rendition]]\nname = "w"\nwidth = 9\n')


class CountingStorage(MemoryStorage):
    """Notes what is read: the ranges, and None for a whole object."""

    def __init__(self) -> None:
        super().__init__()
        self.ranges: list[tuple[int, int] | None] = []

    def read(self, source: Source) -> bytes:
        self.ranges.append(None)
        return super().read(source)

    def read_range(self, source: Source, start: int, stop: int) -> bytes:
        self.ranges.append((start, stop))
        return super().read(source)[start:stop]


@pytest.fixture
def storage() -> CountingStorage:
    return CountingStorage()


def ingest(
    storage: MemoryStorage, key: str, content: bytes, *, says_size: bool = True, recipes: Recipes | None = None
) -> list[Event]:
    storage.objects["source", key] = content
    uploaded = ImageUploaded(image=picture(key, size=len(content) if says_size else None))
    return list(act(letter(uploaded), site=site(storage), recipes=recipes or load()))


def test_an_admitted_picture_is_announced_with_its_facts(storage: CountingStorage) -> None:
    content = pictures.jpeg()
    assert ingest(storage, "postpic/a.jpg", content) == [
        ImageIngested(
            image=picture("postpic/a.jpg", size=len(content)),
            recipe="training",
            format="JPEG",
            width=96,
            height=64,
            bytes=len(content),
            catalog_gps="drop",
        )
    ]


def test_where_a_picture_was_imported_from_is_announced_and_kept(storage: CountingStorage) -> None:
    origin = "drive:Ferien 2026/Zürich, 100 %.jpg"
    storage.metadata["source", "a.jpg"] = written(origin)
    ingested = only(ingest(storage, "a.jpg", pictures.jpeg()), ImageIngested)
    assert ingested.origin == origin
    assert record_of(story.said(ingested, "ingest")).origin == origin


def test_an_origin_fits_into_an_objects_metadata() -> None:
    long = written("drive:" + "ü/" * 1_000)
    [(name, text)] = long.items()
    assert text.isascii()
    assert len(f"x-amz-meta-{name}{text}") < 2_048
    assert read(long).startswith("drive:ü/ü/")


def large(format_: str) -> bytes:
    """Return a picture of far more bytes than the first block."""
    noise = Image.effect_noise((640, 480), 90).convert("RGB")
    return pictures.encoded(noise, format_, **({"exif": pictures.exif()} if format_ in ("JPEG", "PNG") else {}))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "BMP"])
def test_one_small_request_is_enough_for_an_ordinary_picture(format_: str, storage: CountingStorage) -> None:
    content = large(format_)
    assert len(content) > 2 * FIRST_BLOCK
    assert ingest(storage, "a.jpg", content)
    assert storage.ranges == [(0, FIRST_BLOCK)]


def test_a_small_picture_is_not_asked_for_beyond_its_end(storage: CountingStorage) -> None:
    content = pictures.png()
    ingest(storage, "a.png", content)
    assert storage.ranges == [(0, len(content))]


def test_a_tiff_whose_directory_is_at_its_end_costs_one_request_more(storage: CountingStorage) -> None:
    ingest(storage, "a.tif", large("TIFF"))
    assert len(storage.ranges) <= 2
    assert None not in storage.ranges


def test_a_tiff_with_smaller_versions_below_costs_a_request_for_each_that_lies_apart(storage: CountingStorage) -> None:
    data = bytes(3_000_000)
    below = 8 + len(data)
    child = directory("<", tags([(8, 4)], 1, 8, 1, t254=(LONG, [1])), below)
    content = file("<", data + child, tags([(8, 32)], 1, 8, 1, t330=(LONG, [below])))
    assert only(ingest(storage, "a.tif", content), ImageIngested).width == 8
    assert [stop - start for start, stop in filter(None, storage.ranges)] == [
        FIRST_BLOCK,
        len(content) - below - len(child),
        len(content) - below,
    ]


@pytest.mark.parametrize(
    ("name", "format_"), [("a.png", "JPEG"), ("a.jpg", "PNG"), ("a", "WEBP"), ("a.txt", "GIF"), ("a.jpg.exe", "TIFF")]
)
def test_the_name_has_no_say(name: str, format_: str, storage: CountingStorage) -> None:
    event = only(ingest(storage, name, pictures.ORDINARY[format_]()), ImageIngested)
    assert event.format == format_


def test_a_text_that_is_called_a_picture_is_refused(storage: CountingStorage) -> None:
    with pytest.raises(NotAnImage, match="begins with the bytes 44 65 61 72 20 64 69 61, as"):
        ingest(storage, "diary.jpg", pictures.text_named_jpg())


def test_an_empty_upload_is_refused_without_a_request(storage: CountingStorage) -> None:
    with pytest.raises(EmptyObject):
        ingest(storage, "a.jpg", b"")
    assert storage.ranges == []


def test_a_key_that_no_recipe_matches_is_ignored_and_says_so(
    storage: CountingStorage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "brigade")
    assert ingest(storage, "a.png", pictures.png(), recipes=ONLY_JPG) == []
    assert storage.ranges == []
    assert caplog.messages == ["ignored: no recipe matches its key"]


def test_a_folders_marker_is_ignored_and_says_so(storage: CountingStorage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "brigade")
    assert ingest(storage, "holiday/", b"") == []
    assert caplog.messages == ["ignored: it is a folder's marker"]


@pytest.mark.parametrize(
    ("key", "whole_key", "matched"), [("a.jpg", True, True), ("a.jpg", False, True), ("a.txt", True, False)]
)
def test_a_removal_is_passed_on_with_what_s3_shows_now(
    key: str, whole_key: bool, matched: bool, storage: CountingStorage
) -> None:
    storage.objects["source", key] = b"the version before"
    removal = ImageRemoved(image=picture(key, version="v2"), whole_key=whole_key)
    (passed_on,) = act(letter(removal), site=site(storage), recipes=ONLY_JPG)
    shown = None if whole_key else storage.newest("source", key)
    assert passed_on == ImageRemoved(image=removal.image, whole_key=whole_key, matched=matched, shown=shown)
    assert (shown is None) is whole_key
    assert storage.ranges == []


def test_a_folder_that_is_removed_is_no_picture_to_come(storage: CountingStorage) -> None:
    removal = ImageRemoved(image=picture("holiday/", version="v2"), whole_key=True)
    (passed_on,) = act(letter(removal), site=site(storage), recipes=load())
    assert isinstance(passed_on, ImageRemoved)
    assert not passed_on.matched


def test_a_picture_that_is_called_like_a_folder_is_a_picture(storage: CountingStorage) -> None:
    assert only(ingest(storage, "holiday/", pictures.png()), ImageIngested).format == "PNG"


def test_a_notification_that_does_not_say_the_size_is_enough(storage: CountingStorage) -> None:
    content = pictures.jpeg()
    event = only(ingest(storage, "a.jpg", content, says_size=False), ImageIngested)
    assert event.bytes == len(content)


def test_the_pipelines_own_output_is_refused(storage: CountingStorage) -> None:
    uploaded = ImageUploaded(image=picture("renditions/a.jpg", bucket="target", size=7))
    with pytest.raises(OwnOutput, match=r"target/renditions/a.jpg"):
        list(act(letter(uploaded), site=site(storage), recipes=load()))
    assert storage.ranges == []
