"""CloudFront before the renditions, where the deployment chooses DeliverBy=cloudfront; and nothing of it where not.

It alone may read them, besides this account; the bucket stays private.
"""

from typing import Any

from troposphere import (
    And,
    AWSObject,
    Condition,
    Equals,
    GetAtt,
    If,
    Not,
    NoValue,
    Output,
    Parameter,
    Ref,
    Sub,
    cloudfront,
)

from infra import names, policies
from kit.actor import Actor, Bucket, Place
from kit.outputs import RENDITIONS

DELIVER_BY = "DeliverBy"
DOMAIN = "DeliveryDomain"
CERTIFICATE_ARN = "DeliveryCertificateArn"
DELIVERS, HAS_DOMAIN = "Delivers", "DeliveryHasDomain"
DISTRIBUTION = "Distribution"
_ACCESS = "DistributionAccess"

# For as long as the objects' Cache-Control says, which is a year (kit.outputs.FOR_EVER):
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
# Any page may show and read them; browsers must use HTTPS and guess no types:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
CORS_AND_SECURITY_HEADERS = "e61eb60c-9c35-4d20-a928-2b84e02af89c"


def delivery(_: object) -> list[AWSObject]:
    """Return the distribution and its identity towards S3."""
    access = cloudfront.OriginAccessControl(
        _ACCESS,
        Condition=DELIVERS,
        OriginAccessControlConfig=cloudfront.OriginAccessControlConfig(
            Name=Sub(names.deployed("${AWS::Region}")),  # one name in all regions
            OriginAccessControlOriginType="s3",
            SigningBehavior="always",
            SigningProtocol="sigv4",
        ),
    )
    origin = cloudfront.Origin(
        Id="target",
        DomainName=GetAtt(names.bucket(Bucket.TARGET), "RegionalDomainName"),
        OriginAccessControlId=GetAtt(_ACCESS, "Id"),
        S3OriginConfig=cloudfront.S3OriginConfig(OriginAccessIdentity=""),
    )
    certificate = cloudfront.ViewerCertificate(
        AcmCertificateArn=Ref(CERTIFICATE_ARN), SslSupportMethod="sni-only", MinimumProtocolVersion="TLSv1.2_2021"
    )
    config = cloudfront.DistributionConfig(
        Enabled=True,
        Comment=Sub(names.deployed("renditions")),
        HttpVersion="http2and3",
        IPV6Enabled=True,
        PriceClass="PriceClass_100",
        Aliases=If(HAS_DOMAIN, [Ref(DOMAIN)], NoValue),
        ViewerCertificate=If(HAS_DOMAIN, certificate, NoValue),
        Origins=[origin],
        DefaultCacheBehavior=cloudfront.DefaultCacheBehavior(
            TargetOriginId=origin.Id,
            ViewerProtocolPolicy="redirect-to-https",
            AllowedMethods=["GET", "HEAD"],
            Compress=False,  # pictures are
            CachePolicyId=CACHING_OPTIMIZED,
            ResponseHeadersPolicyId=CORS_AND_SECURITY_HEADERS,
        ),
    )
    # cfn-lint takes the parameter's default, which is nothing, for the certificate.
    linted = {"cfn-lint": {"config": {"ignore_checks": ["W1030"]}}}
    return [
        access,
        cloudfront.Distribution(DISTRIBUTION, Condition=DELIVERS, Metadata=linted, DistributionConfig=config),
    ]


def may_read() -> If:
    """Return the target bucket's statement that lets this stack's distribution read renditions, and nothing else."""
    renditions = Sub(f"${{{names.bucket(Bucket.TARGET)}.Arn}}/{RENDITIONS}*")
    reads = policies.allow(
        ["s3:GetObject"],
        renditions,
        Sid="LetCloudFrontRead",
        Principal={"Service": "cloudfront.amazonaws.com"},
        Condition={"StringEquals": {"aws:SourceArn": _arn()}},
    )
    return If(DELIVERS, reads, NoValue)


def may_invalidate(actor: Actor) -> list[Any]:
    """Return the right of who deletes renditions to have them forgotten."""
    return [If(DELIVERS, policies.allow(["cloudfront:CreateInvalidation"], _arn()), NoValue)] if deletes(actor) else []


def deletes(actor: Actor) -> bool:
    """Whether the actor deletes what is delivered."""
    return Place(Bucket.TARGET, RENDITIONS) in actor.deletes


def _arn() -> Sub:
    return Sub(f"arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:distribution/${{{DISTRIBUTION}}}")


def url() -> Sub:
    """Return where renditions are delivered; only where they are."""
    host = If(HAS_DOMAIN, Ref(DOMAIN), GetAtt(DISTRIBUTION, "DomainName"))
    return Sub("https://${Host}", {"Host": host})


def outputs() -> list[Output]:
    """Return the delivery's address, and the distribution's id."""
    found = {names.DELIVERY_URL: url(), DISTRIBUTION: Ref(DISTRIBUTION)}
    return [Output(name, Condition=DELIVERS, Value=value) for name, value in found.items()]


def parameters() -> list[Parameter]:
    """Return what a deployment chooses of it."""
    domain = {
        "AllowedPattern": r"|[a-z0-9-]+(\.[a-z0-9-]+)+",
        "ConstraintDescription": "must be a domain in lower case, as pictures.example.org, or nothing",
        "Description": "A domain of your own for what CloudFront delivers; empty: one of CloudFront's",
    }
    certificate = {
        "AllowedPattern": r"|arn:[a-z-]+:acm:us-east-1:\d{12}:certificate/[0-9a-f-]+",
        "ConstraintDescription": "must be the ARN of a certificate in us-east-1, or nothing",
        "Description": "That domain's certificate in AWS Certificate Manager, in us-east-1, where CloudFront looks",
    }
    who = {
        "AllowedValues": ["none", "cloudfront"],
        "Description": "Who delivers renditions to the public; none: nobody",
    }
    return [
        Parameter(DELIVER_BY, Type="String", Default="none", **who),
        Parameter(DOMAIN, Type="String", Default="", **domain),
        Parameter(CERTIFICATE_ARN, Type="String", Default="", **certificate),
    ]


def conditions() -> dict[str, Any]:
    """Return the conditions that CloudFront delivers, and that it does so under a domain of one's own."""
    return {
        DELIVERS: Equals(Ref(DELIVER_BY), "cloudfront"),
        HAS_DOMAIN: And(Condition(DELIVERS), Not(Equals(Ref(DOMAIN), ""))),
    }


def rules() -> dict[str, Any]:
    """Return the rules by which CloudFormation refuses a domain without a certificate, and one without the other."""

    def wants(one: str, other: str, why: str) -> dict[str, Any]:
        given, needed = ({"Fn::Not": [{"Fn::Equals": [{"Ref": each}, ""]}]} for each in (one, other))
        return {"RuleCondition": given, "Assertions": [{"Assert": needed, "AssertDescription": why}]}

    return {
        "DomainHasCertificate": wants(DOMAIN, CERTIFICATE_ARN, f"{DOMAIN} needs its certificate: {CERTIFICATE_ARN}"),
        "CertificateHasDomain": wants(CERTIFICATE_ARN, DOMAIN, f"{CERTIFICATE_ARN} is of no use without {DOMAIN}"),
    }
