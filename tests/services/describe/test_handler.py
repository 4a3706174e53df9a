"""describe on moto: a message in; facts announced, all tags stored, or a dead letter out."""

import gzip
import json
from hashlib import sha256

import pytest

from imaging.recipes import Recipes, parse
from kit.events import Camera, Image, ImageDescribed, ImageIngested, ImageRejected, Source
from kit.function import Function
from services.describe.actor import DESCRIBE
from services.describe.extractors import Extractor, Found
from services.describe.handler import act
from services.describe.head import HEAD
from services.describe.tags import Tags, written
from tests.support import exif as drawn
from tests.support import pictures
from tests.support.site import Deployment, body

TAGS = written(
    {
        "IFD0:Make": "RECONYX",
        "Reconyx:SerialNumber": "P800BD05003063",
        "GPS:GPSLatitude": 46.896804,
        "GPS:GPSLatitudeRef": "North",
        "GPS:GPSLongitude": 1.339737,
        "GPS:GPSLongitudeRef": "West",
    }
)
FACTS = Camera(make="RECONYX", serial="P800BD05003063", orientation=6)  # the last by the picture itself


@pytest.fixture
def deployed(cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment("describe", monkeypatch)


def recipes(gps: str = "drop") -> Recipes:
    return parse(f'[[recipe]]\nname = "r"\ncatalog_gps = "{gps}"\n[[recipe.rendition]]\nname = "w"\nwidth = 9\n')


def handler(extractor: Extractor, gps: str = "drop") -> Function:
    return Function(DESCRIBE, act, recipes=lambda _: recipes(gps), extractor=lambda _: extractor)


def finds(tags: Tags, problem: str = "") -> Extractor:
    return lambda _, __: Found(tags, "exiftool", "13.59", problem)


def ingested(source: Source, format_: str = "JPEG", recipe: str = "r") -> ImageIngested:
    size = source.size or 0
    return ImageIngested(image=Image.of(source), recipe=recipe, format=format_, width=1, height=1, bytes=size)


def stored(deployed: Deployment, event: ImageDescribed) -> dict[str, object]:
    content = deployed.stored("target", event.tags) if event.tags else event.packed
    found: dict[str, object] = json.loads(gzip.decompress(content))
    return found


@pytest.mark.parametrize("many", [False, True])
def test_facts_are_announced_with_all_tags_which_are_stored_where_they_are_many(
    many: bool, deployed: Deployment
) -> None:
    source = deployed.upload("a.jpg", drawn.picture())
    more = {"MakerNotes:Curve": "".join(sha256(bytes([n])).hexdigest() for n in range(80))} if many else {}
    assert deployed.deliver(handler(finds({**TAGS, **written(more)})), body(ingested(source))) == []
    [said] = deployed.heard(ImageDescribed)
    key = f"metadata/{Image.of(source).id}.json.gz" if many else ""
    assert (said.image, said.camera, said.extractor, said.version) == (Image.of(source), FACTS, "exiftool", "13.59")
    assert (said.tags, bool(said.packed), deployed.keys("target")) == (key, not many, [key] if many else [])
    assert stored(deployed, said) == {"IFD0:Make": "RECONYX", "Reconyx:SerialNumber": "P800BD05003063", **more}


@pytest.mark.parametrize(("gps", "latitude"), [("keep", 46.896804), ("round", 46.9), ("drop", None)])
def test_the_recipe_says_what_is_known_of_the_place(gps: str, latitude: float | None, deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", drawn.picture())
    deployed.deliver(handler(finds(TAGS), gps), body(ingested(source)))
    [said] = deployed.heard(ImageDescribed)
    assert said.camera.latitude == latitude
    assert stored(deployed, said).get("GPS:GPSLatitude") == latitude


def test_a_picture_that_says_nothing_is_described_by_nothing(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", pictures.jpeg())
    assert deployed.deliver(handler(finds({}, "it hung")), body(ingested(source))) == []
    [said] = deployed.heard(ImageDescribed)
    assert (said.camera, said.tags, said.problem) == (Camera(), "", "it hung")
    assert deployed.keys("target") == []


def test_only_the_head_of_a_long_jpeg_is_read_from_the_admitted_version(deployed: Deployment) -> None:
    given: list[tuple[bytes, str]] = []

    def extractor(content: bytes, format_: str) -> Found:
        given.append((content, format_))
        return Found(TAGS, "exiftool", "13.59")

    content = drawn.picture() + bytes(HEAD)
    source = deployed.upload("a.jpg", content)
    deployed.upload("a.jpg", b"another")
    deployed.deliver(handler(extractor), body(ingested(source)))
    assert given == [(content[:HEAD], "JPEG")]


def test_describing_twice_says_the_same_bytes(deployed: Deployment) -> None:
    message = body(ingested(deployed.upload("a.jpg", drawn.picture())))
    deployed.deliver(handler(finds(TAGS)), message, message)
    first, second = deployed.heard(ImageDescribed)
    assert first == second


def test_what_can_never_be_described_is_dead_lettered(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", drawn.picture())
    assert deployed.deliver(handler(finds(TAGS)), body(ingested(source, recipe="other"))) == []
    assert [why["reason"] for why in deployed.dead_letters()] == ["unknown-recipe"]
    assert [said.reason for said in deployed.heard(ImageRejected)] == ["unknown-recipe"]


def test_of_a_picture_that_was_removed_meanwhile_nothing_is_said(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", drawn.picture())
    deployed.s3.delete_object(Bucket="source", Key="a.jpg", VersionId=source.version)
    assert deployed.deliver(handler(finds(TAGS)), body(ingested(source))) == []
    assert (deployed.dead_letters(), deployed.heard(ImageRejected), deployed.keys("target")) == ([], [], [])


def test_an_unreadable_message_is_dead_lettered(deployed: Deployment) -> None:
    assert deployed.deliver(handler(finds(TAGS)), "hello") == []
    assert [why["reason"] for why in deployed.dead_letters()] == ["unreadable-message"]


def test_an_extractor_with_a_bug_loses_no_message(deployed: Deployment) -> None:
    def broken(_: bytes, __: str) -> Found:
        raise ZeroDivisionError

    message = body(ingested(deployed.upload("a.jpg", drawn.picture())))
    assert deployed.deliver(handler(broken), message) == [message]
