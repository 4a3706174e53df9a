"""The buckets: private, encrypted, TLS only, kept; and the source announces what arrives."""

import pytest

from infra import names
from kit.actor import Bucket
from services.chain import CHAIN
from tests.infra.stack import Stack, arn, below, ref, refuses_plain_http

both_buckets = pytest.mark.parametrize("bucket", [names.bucket(bucket) for bucket in Bucket])
STACK = Stack()


@both_buckets
def test_a_bucket_is_private(bucket: str) -> None:
    properties = STACK.properties(bucket)
    assert properties["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert [statement["Effect"] for statement in STACK.statements(names.policy(bucket))] == ["Deny"]


@both_buckets
def test_a_bucket_is_encrypted_and_refuses_plain_http(bucket: str) -> None:
    (rule,) = STACK.properties(bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert refuses_plain_http(STACK.statements(names.policy(bucket)), [arn(bucket), below(bucket, "*")])


@both_buckets
def test_a_bucket_and_its_pictures_outlive_the_stack_under_a_name_of_their_own(bucket: str) -> None:
    assert STACK.resources[bucket]["DeletionPolicy"] == "Retain"
    assert STACK.resources[bucket]["UpdateReplacePolicy"] == "Retain"
    assert "BucketName" not in STACK.properties(bucket)


@both_buckets
def test_unfinished_uploads_are_not_paid_for_for_ever(bucket: str) -> None:
    (rule,) = STACK.properties(bucket)["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7


@both_buckets
def test_web_pages_may_upload_only_from_origins_that_are_given(bucket: str) -> None:
    name, given, otherwise = STACK.properties(bucket)["CorsConfiguration"]["Fn::If"]
    assert STACK.body["Conditions"][name] == {"Fn::Not": [{"Fn::Equals": [ref("AllowedOrigins"), ""]}]}
    assert STACK.body["Parameters"]["AllowedOrigins"]["Default"] == ""
    (rule,) = given["CorsRules"]
    assert rule["AllowedOrigins"] == {"Fn::Split": [",", ref("AllowedOrigins")]}
    assert otherwise == ref("AWS::NoValue")


def test_the_source_is_versioned_and_announces_what_comes_and_goes() -> None:
    source = names.bucket(Bucket.SOURCE)
    assert STACK.properties(source)["VersioningConfiguration"] == {"Status": "Enabled"}
    assert STACK.properties(source)["NotificationConfiguration"] == {
        "TopicConfigurations": [
            {"Event": event, "Topic": ref(names.topic(CHAIN.origin))}
            for event in ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
        ]
    }
    # S3 tests its right to publish when the bucket is made.
    assert STACK.resources[source]["DependsOn"] == names.policy(names.topic(CHAIN.origin))


def test_the_target_announces_nothing() -> None:
    assert "NotificationConfiguration" not in STACK.properties(names.bucket(Bucket.TARGET))
