"""The archive's bucket takes nothing for a while: no original goes before its copy is there."""

import hashlib

import pytest

from kit import outputs
from records.picture import PictureRecord
from records.status import Status
from services.archive.actor import KEEPS_ORIGINALS, STORAGE_CLASS
from tests.drills.drill import Drill, patiently
from tests.drills.faults import FirstOfEach, refusal
from tests.support.proxy import Answer, Forward, Request

REFUSALS = 7  # more than one receive is tried for


@pytest.fixture
def settings() -> dict[str, str]:
    return {STORAGE_CLASS.name: "GLACIER_IR", KEEPS_ORIGINALS.name: "no"}


def copied(request: Request) -> str:
    """Return the copy that is to be stored; "" for other requests."""
    return (
        request.target
        if request.service == "s3" and request.method == "PUT" and "archivebucket" in request.target
        else ""
    )


def refuse(request: Request, _: Forward) -> Answer | None:
    return refusal(request.service, 503, "ServiceUnavailable")


def test_the_archive_refuses_for_a_while(drill: Drill) -> None:
    drill.proxy.rule = outage = FirstOfEach(REFUSALS, copied, refuse)
    drill.hide_for(2)
    drill.upload()
    account = drill.account()

    def ready() -> list[PictureRecord]:
        return [one for one in drill.pipeline.catalog.get(drill.uploads).values() if one.status is Status.READY]

    records = patiently(ready, lambda found: all(one.original_gone for one in found))
    assert account.wrong == []
    assert len(records) == account.ready > 0
    assert len([count for target, count in outage.met.items() if target and count == REFUSALS]) == len(records)
    s3, bucket = drill.pipeline.s3, drill.pipeline.archive_bucket
    for record in records:
        assert record.archived
        assert record.original_gone
        copy = s3.get_object(Bucket=bucket, Key=outputs.archived(record.source))["Body"].read()
        assert hashlib.sha256(copy).hexdigest() == record.archived.sha256
    left = s3.list_object_versions(Bucket=drill.pipeline.source_bucket).get("Versions", [])
    assert not {each["Key"] for each in left} & {record.source.key for record in records}
