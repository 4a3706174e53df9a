"""The template as a whole: golden, derived from the chain alone; `make lint` lets cfn-lint look at it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from infra import __main__ as command
from infra import names
from infra.template import render
from kit.actor import Actor, Bucket, Place
from kit.chain import Chain
from kit.events import Event, ImageIngested, ImageUploaded
from services.chain import CHAIN
from tests.support.stack import WHOLE, Stack


class ImageInspected(Event, frozen=True):
    """Said by the actor that only these tests know."""


INSPECT = Actor(
    name="inspect",
    purpose="Looks at pictures, in tests",
    hears=(ImageIngested,),
    says=(ImageInspected,),
    reads=(Place(Bucket.SOURCE),),
)


def test_the_committed_template_is_what_the_declarations_say() -> None:
    assert command.TEMPLATE.read_text(encoding="utf-8") == render(CHAIN), "run `python -m infra`"


def test_the_same_chain_gives_the_same_text() -> None:
    assert render(WHOLE) == render(replace(WHOLE))
    assert render(WHOLE).endswith("}\n")


def test_a_fifth_actor_brings_its_own_resources_and_changes_no_other() -> None:
    before, after = Stack(), Stack(replace(WHOLE, actors=(*WHOLE.actors, INSPECT)))

    assert after.resources.keys() - before.resources.keys() == {
        "ImageInspectedTopic",
        "ImageInspectedTopicPolicy",
        "ImageIngestedToInspect",
        "InspectQueue",
        "InspectQueuePolicy",
        "InspectDeadLetterQueue",
        "InspectDeadLetterQueuePolicy",
        "InspectFunction",
        "InspectLogGroup",
        "InspectMapping",
        "InspectRole",
        "InspectBacklogAlarm",
        "InspectDeadLettersAlarm",
        "InspectDurationAlarm",
        "InspectErrorsAlarm",
        "InspectOldDeadLettersAlarm",
        "InspectRecursionAlarm",
        "InspectThrottlesAlarm",
    }
    # These show every actor.
    together = {"Dashboard", "SummaryFunction", "SummaryRole"}
    assert {name for name in before.resources if after.resources[name] != before.resources[name]} == together
    assert after.body["Parameters"].keys() - before.body["Parameters"].keys() == {"InspectCodeKey"}


def test_a_chain_that_keeps_no_records_has_no_table() -> None:
    alone = Chain(
        origin=ImageUploaded,
        actors=(Actor(name="inspect", purpose="Looks at uploads, in tests", hears=(ImageUploaded,)),),
    )
    assert not Stack(alone).of("DynamoDB::GlobalTable")
    assert names.TABLE not in Stack(alone).body["Outputs"]
    text = render(alone)
    meant = set(re.findall(r'"(?:Ref|Fn::GetAtt)": (?:\[\s*)?"(\w+)"', text))
    assert meant
    assert meant <= Stack(alone).resources.keys() | json.loads(text)["Parameters"].keys()


def test_the_outputs_name_buckets_table_topics_queues_and_functions() -> None:
    expected = {
        "SourceBucket",
        "TargetBucket",
        "ArchiveBucket",
        "Table",
        "UndeliveredQueue",
        "AlarmTopic",
        "SummaryTopic",
    }
    expected |= {names.topic(event) for event in WHOLE.events}
    for actor in WHOLE.actors:
        expected |= {names.queue(actor), names.dead_letter_queue(actor), names.function(actor)}
    chosen = {"PortalApi", "PortalFunction", "PortalTable", "PortalUrl", "DeliveryUrl", "Distribution"}
    urls = {"PortalUrl", "DeliveryUrl"}
    outputs = Stack().body["Outputs"]
    assert outputs.keys() == expected | chosen
    assert all(output["Value"] == {"Ref": name} for name, output in outputs.items() if name not in urls)
    assert {name for name, output in outputs.items() if "Condition" in output} == {"SummaryTopic"} | chosen


def test_only_where_the_code_is_and_which_release_must_be_given() -> None:
    required = {name for name, parameter in Stack().body["Parameters"].items() if "Default" not in parameter}
    assert required == {"CodeBucket", "Version"} | {names.code_key(each) for each in WHOLE.functions}


def test_the_command_writes_the_template_and_the_check_then_passes(tmp_path: Path) -> None:
    written = tmp_path / "template.json"
    assert command.main([], written) == 0
    assert json.loads(written.read_text(encoding="utf-8")) == Stack(CHAIN).body
    assert command.main(["--check"], written) == 0


@pytest.mark.parametrize("content", ["{}\n", None], ids=["stale", "missing"])
def test_the_check_fails_with_one_line_that_says_what_to_do(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "template.json"
    if content is not None:
        written.write_text(content, encoding="utf-8")
    assert command.main(["--check"], written) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "python -m infra" in said
    assert (written.read_text(encoding="utf-8") if content else None) == content  # nothing was written
