"""What a deployment may do without: off, there is nothing of it; on, it is as if it had never been optional."""

import json
from typing import Any

import pytest

from infra import names
from infra.template import _described
from services.archive.actor import ARCHIVE
from services.chain import CHAIN
from tests.infra.resolved import EVERYTHING, NOTHING, Resolved

OFF = EVERYTHING | {"ArchiveStorageClass": "none"}


class Described(Resolved):
    """A deployment of the template without any condition of archive's."""

    def __init__(self, given: dict[str, Any], *, whole: bool) -> None:
        super().__init__(given)
        chain = CHAIN.whole if whole else CHAIN
        self._body: dict[str, Any] = super().template | json.loads(_described(chain, {}).to_json())

    @property
    def template(self) -> dict[str, Any]:
        return self._body


@pytest.mark.parametrize(
    ("given", "whole"), [(EVERYTHING, True), (OFF, False), (NOTHING, False)], ids=["on", "off", "nothing"]
)
def test_a_deployment_is_that_of_the_chain_with_or_without_the_actor(given: dict[str, Any], whole: bool) -> None:
    made = Resolved(given).resources
    for each in made.values():
        if each.get("Condition") == names.is_on(ARCHIVE):
            del each["Condition"]
    assert made == Described(given, whole=whole).resources


def test_switched_off_it_leaves_no_resource_no_right_and_no_word() -> None:
    deployed = json.dumps(Resolved(OFF).resources)
    assert "rchive" not in deployed.replace("DEEP_ARCHIVE", "")
    outputs = Resolved(OFF).template["Outputs"]
    theirs = {name for name, output in outputs.items() if output.get("Condition") == names.is_on(ARCHIVE)}
    assert {"ArchiveBucket", "ArchiveQueue", "ImageArchivedTopic"} < theirs
    assert not {name for name in outputs if "rchive" in name} - theirs


def test_it_may_delete_uploads_only_where_they_are_not_to_be_kept() -> None:
    rights = {
        keeps: json.dumps(Resolved(EVERYTHING | {"ArchiveKeepsOriginals": keeps}).resources["ArchiveRole"])
        for keeps in ("yes", "no")
    }
    assert {keeps: "s3:DeleteObjectVersion" in said for keeps, said in rights.items()} == {"yes": False, "no": True}
    assert "versions" not in json.dumps(Resolved(EVERYTHING).resources["ArchiveBucket"]).lower()
