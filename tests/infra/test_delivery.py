"""CloudFront before the renditions: only them, only over HTTPS, only where it is wanted."""

import json
import re
from graphlib import TopologicalSorter
from typing import Any

import pytest

from infra import delivery
from kit.outputs import FOR_EVER
from tests.infra.resolved import ACCOUNT, EVERYTHING, NOTHING, Resolved
from tests.support.stack import Stack, ref

ON = NOTHING | {"DeliverBy": "cloudfront"}
STACK = Stack()


def test_off_there_is_no_distribution_no_statement_and_no_right() -> None:
    deployed = Resolved(NOTHING)
    assert not {name for name in deployed.resources if "istribution" in name}
    assert "cloudfront" not in json.dumps([deployed.of("S3::BucketPolicy"), deployed.of("IAM::Role")])
    assert "BRIGADE_DELIVERY" not in json.dumps(deployed.of("Lambda::Function"))


def test_it_alone_reads_renditions_and_nothing_else_in_a_bucket_that_stays_private() -> None:
    deployed = Resolved(ON)
    statements = deployed.of("S3::BucketPolicy")["TargetBucketPolicy"]["PolicyDocument"]["Statement"]
    (reads,) = [each for each in statements if each["Effect"] == "Allow"]
    assert reads["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert reads["Action"] == ["s3:GetObject"]
    assert reads["Resource"] == [f"{deployed.arn('TargetBucket')}/renditions/*"]
    # Nobody else's distribution, though everybody's has that principal.
    source = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{deployed.name('Distribution')}"
    assert reads["Condition"] == {"StringEquals": {"aws:SourceArn": source}}
    assert all(deployed.of("S3::Bucket")["TargetBucket"]["PublicAccessBlockConfiguration"].values())
    (access,) = deployed.of("CloudFront::OriginAccessControl").values()
    config = access["OriginAccessControlConfig"]
    assert (config["SigningBehavior"], config["SigningProtocol"]) == ("always", "sigv4")
    assert (
        len(config["Name"]) <= 64
    )  # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginAccessControlConfig.html


def test_viewers_come_by_https_read_only_and_caches_keep_for_as_long_as_the_objects_say() -> None:
    (distribution,) = Resolved(ON).of("CloudFront::Distribution").values()
    behaviour = distribution["DistributionConfig"]["DefaultCacheBehavior"]
    assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
    assert behaviour["AllowedMethods"] == ["GET", "HEAD"]
    assert behaviour["CachePolicyId"] == delivery.CACHING_OPTIMIZED
    assert behaviour["ResponseHeadersPolicyId"] == delivery.CORS_AND_SECURITY_HEADERS
    assert FOR_EVER.endswith("immutable")


def test_a_domain_of_ones_own_takes_its_certificate_and_no_old_tls() -> None:
    (own,) = Resolved(EVERYTHING).of("CloudFront::Distribution").values()
    config = own["DistributionConfig"]
    assert config["Aliases"] == ["pictures.example.org"]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["ViewerCertificate"]["AcmCertificateArn"] == EVERYTHING["DeliveryCertificateArn"]
    (theirs,) = Resolved(ON).of("CloudFront::Distribution").values()
    assert {"Aliases", "ViewerCertificate"} & theirs["DistributionConfig"].keys() == set()


@pytest.mark.parametrize(
    ("given", "lacks"), [("DeliveryDomain", "DeliveryCertificateArn"), ("DeliveryCertificateArn", "DeliveryDomain")]
)
def test_a_domain_without_a_certificate_is_refused_and_the_other_way_round(given: str, lacks: str) -> None:
    def is_given(name: str) -> object:
        return {"Fn::Not": [{"Fn::Equals": [ref(name), ""]}]}

    (rule,) = [each for each in STACK.body["Rules"].values() if each["RuleCondition"] == is_given(given)]
    assert [each["Assert"] for each in rule["Assertions"]] == [is_given(lacks)]


@pytest.mark.parametrize(
    ("name", "value", "is_one"),
    [
        ("DeliveryDomain", "", True),
        ("DeliveryDomain", "pictures.example.org", True),
        ("DeliveryDomain", "https://pictures.example.org", False),
        ("DeliveryCertificateArn", f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/12-ab", False),
        ("DeliveryCertificateArn", f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/12-ab", True),
    ],
)
def test_what_is_no_domain_and_no_certificate_of_cloudfronts_region_is_refused(
    name: str, value: str, is_one: bool
) -> None:
    assert bool(re.fullmatch(STACK.body["Parameters"][name]["AllowedPattern"], value)) is is_one


def test_who_deletes_renditions_has_them_forgotten_and_nobody_else_may() -> None:
    deployed = Resolved(ON)
    may = {name for name, role in deployed.of("IAM::Role").items() if "cloudfront:" in json.dumps(role)}
    assert may == {"RetireRole"}
    knows = {
        name: each["Environment"]["Variables"].get("BRIGADE_DELIVERY_DISTRIBUTION")
        for name, each in deployed.of("Lambda::Function").items()
    }
    assert {name for name, value in knows.items() if value} == {"RetireFunction"}
    assert knows["RetireFunction"] == deployed.name("Distribution")


def test_distribution_and_bucket_policy_stand_in_no_circle() -> None:
    # "Circular dependency between resources", CloudFormation says.
    resources = STACK.resources
    after = {name: named(resource) & resources.keys() - {name} for name, resource in resources.items()}
    assert "Distribution" in after["TargetBucketPolicy"]
    assert "TargetBucket" in after["Distribution"]
    assert len(list(TopologicalSorter(after).static_order())) == len(resources)  # raises CycleError


def named(resource: dict[str, Any]) -> set[str]:
    """What a resource refers to, and perhaps more."""
    return set(re.findall(r"\w+", json.dumps([resource.get("Properties"), resource.get("DependsOn")])))
