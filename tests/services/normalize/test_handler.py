"""normalize on moto: a message in; a master, an announcement or a dead letter out."""

import re
from collections.abc import Callable

import pytest

from imaging.recipes import parse
from kit.events import Image, ImageIngested, ImageNormalized, ImageRejected, Source, StoredMaster
from kit.function import Function
from services.normalize.actor import NORMALIZE
from services.normalize.handler import act, handle
from tests.support import pictures
from tests.support.regions import region, xmp
from tests.support.site import Deployment, body


@pytest.fixture
def deployed(cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment("normalize", monkeypatch)


def function(recipe: str) -> Function:
    """Return normalize's function with this one recipe."""
    return Function(NORMALIZE, act, recipes=lambda _: parse(f"recipe = [{{{recipe}}}]"))


def ingested(source: Source) -> ImageIngested:
    return ImageIngested(image=Image.of(source), recipe="default", format="?", width=1, height=1, bytes=1)


def test_a_master_is_stored_and_announced(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", pictures.oriented("JPEG", 6))
    assert deployed.deliver(handle, body(ingested(source))) == []
    [key] = deployed.keys("target")
    assert re.fullmatch(rf"normalized/{Image.of(source).id}\.[0-9a-f]{{8}}\.jpg", key)
    content = deployed.stored("target", key)
    assert pictures.is_scene(pictures.opened(content))
    assert deployed.heard(ImageNormalized) == [
        ImageNormalized(
            image=Image.of(source),
            recipe="default",
            master=StoredMaster(
                bucket="target",
                key=key,
                format="JPEG",
                width=96,
                height=64,
                bytes=len(content),
                method="re-encoded",
            ),
        )
    ]


@pytest.mark.parametrize(
    ("said", "focus", "warned"),
    [(None, (0.25, 0.5), False), ("0.1,0.9", (0.1, 0.9), False), ("left", (0.25, 0.5), True)],
)
def test_the_focus_is_what_the_objects_metadata_say_or_else_its_regions(
    said: str | None, focus: tuple[float, float], warned: bool, deployed: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    content = pictures.encoded(pictures.scene(), "JPEG", xmp=xmp(region(0.25, 0.5)))
    metadata = {} if said is None else {"focus": said}
    put = deployed.s3.put_object(Bucket="source", Key="a.jpg", Body=content, Metadata=metadata)
    source = Source(bucket="source", key="a.jpg", version=put["VersionId"])
    deployed.deliver(handle, body(ingested(source)))
    assert [event.master.focus for event in deployed.heard(ImageNormalized)] == [focus]
    assert ("focus is ignored: 'left' is not two numbers" in caplog.text) is warned


@pytest.mark.parametrize(
    ("draw", "extension"),
    [(pictures.png, "png"), (pictures.webp, "webp"), (pictures.avif, "jpg"), (pictures.tiff, "png")],
)
def test_a_master_is_called_by_its_format(draw: Callable[[], bytes], extension: str, deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", draw())
    deployed.deliver(handle, body(ingested(source)))
    [key] = deployed.keys("target")
    assert key.startswith(f"normalized/{Image.of(source).id}.")
    assert key.endswith(f".{extension}")


def test_a_master_made_with_other_settings_has_a_key_of_its_own(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", pictures.jpeg())
    recipe = 'name = "default", keep = [{}], rendition = [{{ name = "a", width = 9 }}]'
    for keep in ("", '"artist"', '"artist", "copyright"', '"copyright", "artist"'):
        deployed.deliver(function(recipe.format(keep)), body(ingested(source)))
    keys = [event.master.key for event in deployed.heard(ImageNormalized)]
    assert (len(set(keys)), keys[2]) == (3, keys[3])
    assert sorted(set(keys)) == deployed.keys("target")


def test_the_admitted_version_is_taken_whatever_was_written_since(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", pictures.jpeg())
    deployed.upload("a.jpg", pictures.png((10, 10)))
    deployed.deliver(handle, body(ingested(source)))
    (event,) = deployed.heard(ImageNormalized)
    assert (event.master.format, event.master.width) == ("JPEG", 96)


def test_a_message_that_comes_twice_stores_the_same_bytes_under_the_same_key(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", pictures.jpeg())
    first, again = [
        (deployed.deliver(handle, body(ingested(source))), deployed.keys("target"), deployed.heard(ImageNormalized))
        for _ in range(2)
    ]
    assert first == again


def test_a_corrupt_picture_is_dead_lettered_with_its_reason(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", pictures.truncated_jpeg())
    assert deployed.deliver(handle, body(ingested(source))) == []
    (why,) = deployed.dead_letters()
    assert (why["reason"], why["actor"], why["image_id"]) == ("corrupt-image", "normalize", Image.of(source).id)
    assert "truncated" in why["detail"]
    assert [event.reason for event in deployed.heard(ImageRejected)] == ["corrupt-image"]
    assert deployed.keys("target") == []


def test_an_event_that_normalize_does_not_hear_is_dead_lettered(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", pictures.jpeg())
    stranger = ImageRejected(image=Image.of(source), actor="x", reason="r", detail="d", attempts=1)
    assert deployed.deliver(handle, body(stranger)) == []
    assert [why["reason"] for why in deployed.dead_letters()] == ["unreadable-message"]


def test_what_the_recipe_wants_of_moderation_travels_with_the_picture(deployed: Deployment) -> None:
    gated = function('name = "default", moderation = "gate", rendition = [{ name = "a", width = 9 }]')
    source = deployed.upload("a.jpg", pictures.jpeg())
    deployed.deliver(gated, body(ingested(source)))
    assert [event.moderation for event in deployed.heard(ImageNormalized)] == ["gate"]
