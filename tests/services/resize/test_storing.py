"""How resize stores what it has made."""

import re
import threading
from dataclasses import dataclass, field

import pytest

from brigade.inline.memory_storage import MemoryStorage
from imaging.recipes import load
from kit import retry
from kit.deadline import within
from kit.errors import OutOfTime, ServiceUnavailable
from kit.events import ImageNormalized, ImageResized, StoredMaster
from kit.letter import Letter
from services.resize.handler import Go, act
from tests.support import pictures
from tests.support.site import letter, picture, site

IMAGE = picture()
MASTER = StoredMaster(bucket="target", key="n.jpg", format="JPEG", width=8, height=6, bytes=1, method="m")
NORMALIZED: Letter[Go] = letter(ImageNormalized(image=IMAGE, recipe="default", master=MASTER))


@dataclass
class Together(MemoryStorage):
    """Storage in which a write ends when all ten have begun."""

    begun: threading.Barrier = field(default_factory=lambda: threading.Barrier(10, timeout=10))

    def write(self, bucket: str, key: str, content: bytes, media_type: str, caching: str = "") -> None:
        self.begun.wait()
        super().write(bucket, key, content, media_type, caching)


class Asked(MemoryStorage):
    """Storage that is asked as S3 is: while there is time."""

    def write(self, bucket: str, key: str, content: bytes, media_type: str, caching: str = "") -> None:
        retry.call(super().write, bucket, key, content, media_type, caching)


def resized(storage: MemoryStorage) -> ImageResized:
    storage.objects["target", "n.jpg"] = pictures.jpeg((1_600, 1_200))
    (event,) = act(NORMALIZED, site=site(storage), recipes=load())
    assert isinstance(event, ImageResized)
    return event


def test_all_renditions_are_stored_at_once_and_told_in_the_recipes_order() -> None:
    storage = Together()
    told = resized(storage).renditions
    assert [rendition.name for rendition in told] == [each.name for each in load().named("default").rendition]
    assert {(rendition.bucket, rendition.key) for rendition in told} == set(storage.objects) - {("target", "n.jpg")}


def test_the_placeholder_is_told_and_not_stored() -> None:
    told = resized(MemoryStorage())
    assert re.fullmatch(r"#[0-9a-f]{6}", told.colour)
    assert told.lqip.startswith("data:image/webp;base64,")


def test_the_deadline_holds_for_every_one() -> None:
    with within(-1), pytest.raises(OutOfTime):
        resized(Asked())


def test_nothing_is_announced_while_one_is_missing() -> None:
    class OneFails(MemoryStorage):
        def write(self, bucket: str, key: str, content: bytes, media_type: str, caching: str = "") -> None:
            if "box50" in key:
                raise ServiceUnavailable
            super().write(bucket, key, content, media_type, caching)

    storage = OneFails()
    with pytest.raises(ServiceUnavailable):
        resized(storage)
    assert len(storage.objects) == 1 + 9
