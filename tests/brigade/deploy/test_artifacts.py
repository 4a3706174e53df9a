"""The bucket with the code: whose it is, what stays in it, and how it is deleted."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from brigade.deploy import artifacts
from brigade.deploy.artifacts import Artifacts
from brigade.target import Target
from infra.packaging.package import package
from services.chain import CHAIN
from tests.brigade.deploy.deploying import RECIPES


def test_a_bucket_that_functions_still_write_to_is_emptied_again() -> None:
    class Busy:
        class exceptions:  # noqa: N801 - as a client names it
            NoSuchBucket = KeyError

        emptied = 0

        def get_paginator(self, _: str) -> Any:
            return self

        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            self.emptied += 1
            return []

        def delete_bucket(self, **_: str) -> None:
            if self.emptied < 3:
                raise ClientError({"Error": {"Code": "BucketNotEmpty", "Message": ""}}, "DeleteBucket")

    busy = Busy()
    artifacts.delete_bucket(busy, "b")
    assert busy.emptied == 3
    busy.emptied = -100
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        artifacts.delete_bucket(busy, "b")


def test_a_bucket_goes_whatever_its_keys_hold() -> None:
    """Played, because neither moto nor the local cloud can list such keys."""
    s3 = Mock()
    s3.get_paginator().paginate.return_value = [{"Versions": [{"Key": k, "VersionId": "1"} for k in ("a", "b\x01")]}]
    s3.delete_objects.return_value = {}
    artifacts.delete_bucket(s3, "b")
    assert s3.delete_objects.call_args.kwargs["Delete"]["Objects"] == [{"Key": "a", "VersionId": "1"}]
    s3.delete_object.assert_called_once_with(Bucket="b", Key="b\x01", VersionId="1")
    s3.delete_bucket.assert_called_once_with(Bucket="b")


@pytest.mark.usefixtures("state")
def test_an_object_that_cannot_be_deleted_is_an_error(cloud: None) -> None:
    class Locked:
        exceptions: Any = type("E", (), {"NoSuchBucket": KeyError})

        def get_paginator(self, _: str) -> Any:
            return self

        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            return [{"Versions": [{"Key": "a", "VersionId": "1"}]}]

        def delete_objects(self, **_: Any) -> dict[str, Any]:
            return {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "locked"}]}

    with pytest.raises(ClientError, match="locked"):
        artifacts.delete_bucket(Locked(), "b")


def test_the_newest_three_of_each_stay_and_whatever_is_in_use(cloud: None) -> None:
    target = Target("eu-west-1")
    mine = Artifacts(target, "brigade")
    days = {"resize": (5, 1, 4, 2, 3), "ingest": (1, 2), "template": (1, 2, 3, 4)}
    listed = [
        {"Key": f"brigade/{what}-{day}.zip", "LastModified": datetime(2026, 11, day, tzinfo=UTC)}
        for what, every in days.items()
        for day in every
    ]
    with Stubber(target.client("s3")) as stub:
        ours = {"Bucket": mine.bucket, "ExpectedBucketOwner": "123456789012"}
        stub.add_response("list_objects_v2", {"Contents": listed}, ours | {"Prefix": "brigade/"})
        for gone in ("resize-1", "template-1"):
            stub.add_response("delete_object", {}, ours | {"Key": f"brigade/{gone}.zip"})
        mine.prune({"brigade/resize-2.zip", "123456789012"})
        stub.assert_no_pending_responses()
        stub.add_response("list_objects_v2", {}, ours | {"Prefix": "brigade/"})
        mine.prune(())


@pytest.mark.journey
def test_code_is_uploaded_once(here: Target) -> None:
    mine = Artifacts(here, "once")
    mine.prepare()
    code = package(CHAIN.actors[0], recipes=RECIPES)
    assert mine.put("brigade/a.zip", code)
    assert not mine.put("brigade/a.zip", code)
    mine.delete()


def test_a_bucket_of_somebody_else_under_our_name_is_never_used() -> None:
    def forbidden(**asked: str) -> None:
        assert asked["ExpectedBucketOwner"] == "111122223333"
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")

    target = Target("eu-west-1")
    target.__dict__["account"] = "111122223333"
    target.clients["s3"] = SimpleNamespace(head_bucket=forbidden)  # and nothing else may be asked of it
    with pytest.raises(ClientError, match="Forbidden"):
        Artifacts(target, "brigade").prepare()


def test_outside_us_east_1_the_bucket_is_made_where_the_stack_is(cloud: None) -> None:
    mine = Artifacts(Target("eu-west-1"), "brigade")
    mine.prepare()
    where = Target("eu-west-1").client("s3").get_bucket_location(Bucket=mine.bucket)
    assert where["LocationConstraint"] == "eu-west-1"
    mine.prepare()  # once more does no harm
