"""The source, the target and the archive bucket: private, encrypted, TLS only, kept when the stack goes."""

from typing import Any

from troposphere import AWSObject, GetAtt, If, NoValue, Ref, Split, Sub, s3

from infra import delivery, names, parameters, policies
from kit.actor import Bucket
from kit.chain import Chain

ABORT_UPLOADS_AFTER_DAYS = 7
CORS_SECONDS = 3600


def buckets(chain: Chain) -> list[AWSObject]:
    """Return the buckets with their policies; the source announces what comes and goes as the chain's origin."""
    origin = names.topic(chain.origin)
    announce = s3.NotificationConfiguration(
        TopicConfigurations=[
            s3.TopicConfigurations(Event=event, Topic=Ref(origin))
            for event in ("s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*")
        ]
    )
    source = _bucket(
        Bucket.SOURCE,
        # Reads name the version, so that an overwrite cannot mix two pictures.
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        NotificationConfiguration=announce,
        DependsOn=names.policy(origin),
        CorsConfiguration=_uploads_from_pages(chain),
        LifecycleConfiguration=s3.LifecycleConfiguration(
            Rules=[_abort_uploads(), _expire_old_versions(), _cool_down()]
        ),
    )
    # Outputs are overwritten by a rerun alone, and can be made again: versions of them would only be paid for.
    target = _bucket(
        Bucket.TARGET,
        CorsConfiguration=_cors("GET", "HEAD"),
        LifecycleConfiguration=s3.LifecycleConfiguration(Rules=[_abort_uploads()]),
    )
    # Nor of copies: a removed picture's must not stay as an old version.
    archive = [_bucket(Bucket.ARCHIVE), _policy(Bucket.ARCHIVE)] if parameters.keeps_originals(chain) else []
    return [source, _policy(Bucket.SOURCE), target, _policy(Bucket.TARGET, delivery.may_read()), *archive]


def _bucket(bucket: Bucket, **more: Any) -> s3.Bucket:
    return s3.Bucket(
        names.bucket(bucket),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        BucketEncryption=s3.BucketEncryption(ServerSideEncryptionConfiguration=[_encryption()]),
        OwnershipControls=s3.OwnershipControls(Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        **more,
    )


def _encryption() -> s3.ServerSideEncryptionRule:
    # S3's own keys cost nothing; a bucket key (BucketKeyEnabled) is for KMS only.
    return s3.ServerSideEncryptionRule(
        ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    )


def _cors(*methods: str) -> If:
    rule = _rule(Split(",", Ref(parameters.ALLOWED_ORIGINS)), *methods)
    return If(parameters.WEB_UPLOADS, s3.CorsConfiguration(CorsRules=[rule]), NoValue)


def _uploads_from_pages(chain: Chain) -> If:
    methods = "GET", "HEAD", "POST", "PUT"
    cors = _cors(*methods)
    for api in chain.apis:
        # Its visitors' uploads are signed, and no cookie goes with them: a page of any origin may post.
        usual = If(parameters.WEB_UPLOADS, _rule(Split(",", Ref(parameters.ALLOWED_ORIGINS)), *methods), NoValue)
        cors = If(names.is_on(api), s3.CorsConfiguration(CorsRules=[usual, _rule(["*"], "POST")]), cors)
    return cors


def _rule(origins: Any, *methods: str) -> s3.CorsRules:
    return s3.CorsRules(
        AllowedOrigins=origins,
        AllowedMethods=list(methods),
        AllowedHeaders=["*"],
        ExposedHeaders=["ETag", "x-amz-version-id"],
        MaxAge=CORS_SECONDS,
    )


def _abort_uploads() -> s3.LifecycleRule:
    return s3.LifecycleRule(
        Id="abort-incomplete-uploads",
        Status="Enabled",
        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=ABORT_UPLOADS_AFTER_DAYS),
    )


def _expire_old_versions() -> If:
    rule = s3.LifecycleRule(
        Id="expire-old-versions",
        Status="Enabled",
        NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=Ref(parameters.NONCURRENT_DAYS)),
        ExpiredObjectDeleteMarker=True,
    )
    return If(parameters.OLD_VERSIONS_EXPIRE, rule, NoValue)


def _cool_down() -> If:
    # Only a lifecycle rule does it without an event. Copying an object onto itself makes a version: a new picture.
    transition = s3.LifecycleRuleTransition(
        StorageClass="STANDARD_IA", TransitionInDays=Ref(parameters.INFREQUENT_ACCESS_AFTER_DAYS)
    )
    rule = s3.LifecycleRule(Id="move-to-infrequent-access", Status="Enabled", Transitions=[transition])
    return If(parameters.UPLOADS_COOL_DOWN, rule, NoValue)


def _policy(bucket: Bucket, *more: Any) -> s3.BucketPolicy:
    name = names.bucket(bucket)
    return s3.BucketPolicy(
        names.policy(name),
        DeletionPolicy="Retain",  # as the bucket, which without it would answer plain HTTP
        UpdateReplacePolicy="Retain",
        Bucket=Ref(name),
        PolicyDocument=policies.document(
            policies.tls_only("s3:*", GetAtt(name, "Arn"), Sub(f"${{{name}.Arn}}/*")), *more
        ),
    )
