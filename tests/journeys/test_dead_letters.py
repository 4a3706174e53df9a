"""What could not be done, on the real chain: exported, replayed, mended by hand, discarded, put back; all on record."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from brigade.dead_letters.letters_file import read
from infra import names
from kit.envelope import encode, now, wrap
from kit.events import Image, ImageIngested
from kit.tracing import Trace
from services.chain import CHAIN
from tests.support import pictures
from tests.support.journey import UNMATCHED, Brigade, Journey, until


@pytest.fixture
def dlq(brigade: Brigade, monkeypatch: pytest.MonkeyPatch) -> Brigade:
    """The same for commands of `brigade dlq`."""
    monkeypatch.setattr("brigade.dead_letters.queue.LONG_POLL_S", 0)  # one server never answers too early
    return partial(brigade, "dlq")


def dead_letter(dlq: Brigade, actor: str, image: Image) -> dict[str, Any]:
    """Wait for the picture's dead letter."""

    def found() -> Any:
        return json.loads(dlq("show", actor, "--image", image.id, "--json"))

    [letter] = until(found, f"the dead letter of {image.source.key}")
    return dict(letter)


def ingested(journey: Journey, key: str, recipe: str) -> tuple[Image, str]:
    """Upload a picture that no recipe matches; return it, and the message that normalize would have heard of it."""
    source = msgspec.structs.replace(journey.put(key, pictures.jpeg()).source, uploaded_at=now())
    image = Image.of(source)
    event = ImageIngested(image=image, recipe=recipe, format="JPEG", width=40, height=30, bytes=len(pictures.jpeg()))
    return image, encode(wrap(event, "ingest", Trace.start().child()))


def operations(dlq: Brigade, image: Image) -> list[dict[str, Any]]:
    """Return what was done to a picture's dead letters, oldest first."""
    listed = [dlq("history", each["id"], "--json") for each in json.loads(dlq("history", "--json"))]
    found = [json.loads(each)[0] for each in reversed(listed)]
    return [each for each in found if image.id in {message["image_id"] for message in each["messages"]}]


def test_a_message_is_mended_by_hand_and_its_picture_becomes_ready(
    journey: Journey, dlq: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, message = ingested(journey, f"{UNMATCHED}mended.jpg", recipe="gone")
    topic = journey.pipeline.stack.outputs[names.topic(ImageIngested)]
    journey.pipeline.target.client("sns").publish(TopicArn=topic, Message=message)
    letter = dead_letter(dlq, "normalize", image)
    assert letter["reason"] == "unknown-recipe"
    assert journey.settled(image)[0]["status"] == "FAILED"

    replayed = dlq("replay", "normalize", letter["message_id"], "--local", code=1)
    assert "unknown-recipe: gone" in replayed
    assert "it fails here too; nothing was written" in replayed

    script = "import pathlib, sys; path = pathlib.Path(sys.argv[1]); text = path.read_text()"
    Path("editor.py").write_text(
        f"{script}\npath.write_text(text.replace('\"gone\"', '\"default\"'))\n", encoding="utf-8"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} editor.py")
    shown = dlq("edit", "normalize", letter["message_id"][:12], "--yes")
    assert '-    "recipe": "gone",' in shown
    assert '+    "recipe": "default",' in shown

    record = until(
        lambda: (found := journey.settled(image)[0])["status"] == "READY" and found, "the picture to be READY"
    )
    assert len(record["renditions"]) == 10
    assert json.loads(dlq("show", "normalize", "--image", image.id, "--json")) == []
    [done] = operations(dlq, image)
    assert (done["command"], done["where"]) == ("edit", "normalize")
    assert [(each["outcome"], each["status"]) for each in done["messages"]] == [("redriven", "READY")]


def test_what_is_discarded_is_in_a_file_and_comes_back_from_it(journey: Journey, dlq: Brigade) -> None:
    image = journey.put("in/list.jpg", pictures.text_named_jpg())
    before = dead_letter(dlq, "ingest", image)
    chosen = ("--image", image.id)

    dlq("export", "ingest", *chosen, "--out", "exported.jsonl")
    dlq("discard", "ingest", *chosen, "--archive", "discarded.jsonl", "--yes")
    assert json.loads(dlq("show", "ingest", *chosen, "--json")) == []
    assert read(Path("exported.jsonl")) == read(Path("discarded.jsonl"))
    until(lambda: handled(journey, image) == ["discarded"], "the catalog to hear of it")
    assert journey.settled(image)[0]["status"] == "FAILED"

    dlq("import", "discarded.jsonl", "ingest")
    after = dead_letter(dlq, "ingest", image)
    assert after["message_id"] != before["message_id"]
    for name in ("body", "attributes", "reason", "detail", "failed_at", "trace", "lineage"):
        assert after[name] == before[name]

    dlq("discard", "ingest", after["message_id"][:12], "--yes")
    done = operations(dlq, image)
    assert [(each["command"], each["outcomes"], each["messages"][0]["status"]) for each in done] == [
        ("discard", {"discarded": 1}, "FAILED"),
        ("import", {"imported": 1}, "FAILED"),
        ("discard", {"discarded": 1}, "FAILED"),
    ]
    told = dlq("history")
    assert "1 imported" in told
    assert done[0]["by"] in told


def handled(journey: Journey, image: Image) -> list[str]:
    """Return what the catalog says that operators did to the picture's dead letters."""
    answer = journey.pipeline.target.client("dynamodb").get_item(
        TableName=journey.pipeline.stack.outputs[names.TABLE], Key={"image_id": {"S": image.id}}, ConsistentRead=True
    )
    return [value["M"]["action"]["S"] for name, value in answer["Item"].items() if name.startswith("handled_")]


def test_a_replay_reads_the_real_picture_and_changes_nothing(journey: Journey, dlq: Brigade) -> None:
    image, message = ingested(journey, f"{UNMATCHED}replayed.jpg", recipe="default")
    dead = journey.pipeline.stack.outputs[names.dead_letter_queue(CHAIN.actor("normalize"))]
    identity = journey.pipeline.target.client("sqs").send_message(QueueUrl=dead, MessageBody=message)["MessageId"]

    [facts] = json.loads(dlq("replay", "normalize", identity, "--local", "--json"))
    bucket, outputs = journey.pipeline.target_bucket, f"normalized/{image.id}"
    assert [(each["bucket"], each["key"].startswith(f"{outputs}.")) for each in facts["stored"]] == [(bucket, True)]
    assert [each["event"] for each in facts["announced"]] == ["image-normalized"]
    assert "Contents" not in journey.pipeline.s3.list_objects_v2(Bucket=bucket, Prefix=outputs)
    assert dead_letter(dlq, "normalize", image)["message_id"] == identity
    dlq("discard", "normalize", identity, "--yes")  # the chain is everybody's
