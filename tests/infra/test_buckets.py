"""The buckets: private, encrypted, TLS only, kept; and the source announces what arrives."""

import re
from typing import Any

import pytest

from infra import names
from kit.actor import Bucket
from tests.support.stack import WHOLE, Stack, arn, below, ref, refuses_plain_http

every_bucket = pytest.mark.parametrize("bucket", [names.bucket(bucket) for bucket in Bucket])
with_visitors = pytest.mark.parametrize("bucket", [names.bucket(each) for each in (Bucket.SOURCE, Bucket.TARGET)])
STACK = Stack()


@every_bucket
def test_a_bucket_is_private(bucket: str) -> None:
    properties = STACK.properties(bucket)
    assert properties["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    # CloudFront's statement is tests/infra/test_delivery.py's.
    everybody = [each for each in STACK.statements(names.policy(bucket)) if "Fn::If" not in each]
    assert [statement["Effect"] for statement in everybody] == ["Deny"]


@every_bucket
def test_a_bucket_is_encrypted_and_refuses_plain_http(bucket: str) -> None:
    (rule,) = STACK.properties(bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert refuses_plain_http(STACK.statements(names.policy(bucket)), [arn(bucket), below(bucket, "*")])


@every_bucket
def test_a_bucket_and_its_pictures_outlive_the_stack_under_a_name_of_their_own(bucket: str) -> None:
    # Without its policy a kept bucket would answer plain HTTP.
    for kept in (bucket, names.policy(bucket)):
        assert STACK.resources[kept]["DeletionPolicy"] == "Retain"
        assert STACK.resources[kept]["UpdateReplacePolicy"] == "Retain"
    assert "BucketName" not in STACK.properties(bucket)


@with_visitors
def test_unfinished_uploads_are_not_paid_for_for_ever(bucket: str) -> None:
    rule, *_ = STACK.properties(bucket)["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7


@with_visitors
def test_web_pages_may_upload_only_from_origins_that_are_given(bucket: str) -> None:
    cors = STACK.properties(bucket)["CorsConfiguration"]
    if bucket == names.bucket(Bucket.SOURCE):
        (_, _, cors) = cors["Fn::If"]  # without the portal
    name, given, otherwise = cors["Fn::If"]
    assert STACK.body["Conditions"][name] == {"Fn::Not": [{"Fn::Equals": [ref("AllowedOrigins"), ""]}]}
    assert STACK.body["Parameters"]["AllowedOrigins"]["Default"] == ""
    (rule,) = given["CorsRules"]
    assert rule["AllowedOrigins"] == {"Fn::Split": [",", ref("AllowedOrigins")]}
    write = ["POST", "PUT"] if bucket == names.bucket(Bucket.SOURCE) else []
    assert rule["AllowedMethods"] == ["GET", "HEAD", *write]
    assert otherwise == ref("AWS::NoValue")


@pytest.mark.parametrize(
    ("origins", "are_some"),
    [
        ("", True),
        ("https://a.org", True),
        ("https://a.org,http://localhost:8000,https://*.b.org", True),
        ("*", True),
        ("a.org", False),
        ("https://a.org/", False),
        ("https://a.org, https://b.org", False),
        ("https://a.org,", False),
    ],
)
def test_what_are_no_origins_is_refused_before_anything_is_made(origins: str, are_some: bool) -> None:
    pattern = STACK.body["Parameters"]["AllowedOrigins"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, origins)) is are_some


def optional_rule(number: int) -> tuple[str, dict[str, Any], dict[str, str]]:
    rules = STACK.properties(names.bucket(Bucket.SOURCE))["LifecycleConfiguration"]["Rules"]
    condition, rule, otherwise = rules[number]["Fn::If"]
    return condition, rule, otherwise


def test_what_was_replaced_or_deleted_in_the_source_goes_for_good_after_the_days_that_are_given() -> None:
    condition, rule, otherwise = optional_rule(1)
    assert rule == {
        "Id": "expire-old-versions",
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": ref("NoncurrentDays")},
        "ExpiredObjectDeleteMarker": True,
    }
    assert otherwise == ref("AWS::NoValue")
    assert STACK.body["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [ref("NoncurrentDays"), "0"]}]}
    parameter = STACK.body["Parameters"]["NoncurrentDays"]
    assert (parameter["Default"], parameter["MinValue"]) == (0, 0)


def test_uploads_move_to_a_cheaper_class_in_place_after_the_days_that_are_given() -> None:
    condition, rule, otherwise = optional_rule(2)
    assert rule == {
        "Id": "move-to-infrequent-access",
        "Status": "Enabled",
        "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": ref("InfrequentAccessAfterDays")}],
    }
    assert otherwise == ref("AWS::NoValue")
    days = ref("InfrequentAccessAfterDays")
    assert STACK.body["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [days, "0"]}]}
    parameter = STACK.body["Parameters"]["InfrequentAccessAfterDays"]
    assert parameter["Default"] == 0
    assert all(each == 0 or each >= 30 for each in parameter["AllowedValues"])  # fewer S3 refuses


def test_the_source_is_versioned_and_announces_what_comes_and_goes() -> None:
    source = names.bucket(Bucket.SOURCE)
    assert STACK.properties(source)["VersioningConfiguration"] == {"Status": "Enabled"}
    assert STACK.properties(source)["NotificationConfiguration"] == {
        "TopicConfigurations": [
            {"Event": event, "Topic": ref(names.topic(WHOLE.origin))}
            for event in ("s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*")
        ]
    }
    # S3 tests its right to publish when the bucket is made.
    assert STACK.resources[source]["DependsOn"] == names.policy(names.topic(WHOLE.origin))


def test_the_target_announces_nothing() -> None:
    assert "NotificationConfiguration" not in STACK.properties(names.bucket(Bucket.TARGET))
