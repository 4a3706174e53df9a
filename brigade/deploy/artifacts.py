"""The bucket that holds a stack's code and template, and how buckets are emptied and deleted."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection
from operator import itemgetter
from typing import Any

from botocore.exceptions import ClientError

from brigade.target import Target
from infra.policies import Document, document, tls_only
from kit.batches import delete_objects
from kit.errors import aws_code

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
_DELETE_BATCH = 1_000
# How many of an actor's zips, and of the templates, stay, the newest: one can go back without sending a release again,
# also where a preview or a deployment that failed has sent another since.
KEPT = 3
# A function that was at work when its stack went may still write; what it wrote is deleted as well.
_DELETE_ATTEMPTS = 5


class Artifacts:
    """A stack's bucket for what is deployed: private, encrypted, TLS only, made when first needed.

    Its name follows from stack, account and region. Only a bucket of the same account is ever used.
    """

    def __init__(self, target: Target, stack: str) -> None:
        place = f"{target.account}/{target.region}"
        self.bucket = f"{stack}-code-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
        self._target = target
        self._s3 = target.client("s3")
        self._ours = {"Bucket": self.bucket, "ExpectedBucketOwner": target.account}

    def exists(self) -> bool:
        return _found(self._s3.head_bucket, **self._ours)

    def prepare(self) -> None:
        """Make the bucket if it is not there, and close it."""
        if not self.exists():
            region = self._target.region
            # us-east-1 is the one region that must not be named:
            # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self._s3.create_bucket(Bucket=self.bucket, **where)
        self._s3.put_public_access_block(
            **self._ours,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        )
        by_default = {"SSEAlgorithm": "AES256"}
        self._s3.put_bucket_encryption(
            **self._ours,
            ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": by_default}]},
        )
        self._s3.put_bucket_policy(**self._ours, Policy=json.dumps(self._policy()))

    def put(self, key: str, content: bytes) -> bool:
        """Store what is not there yet; return whether it was sent. The key must name the content by its hash."""
        if _found(self._s3.head_object, **self._ours, Key=key):
            return False
        self._s3.put_object(**self._ours, Key=key, Body=content)
        return True

    def get(self, key: str, bucket: str = "") -> bytes | None:
        """Return what is stored there, or in another bucket of the account; None where nothing is."""
        place = self._ours | {"Bucket": bucket or self.bucket}
        try:
            content: bytes = self._s3.get_object(**place, Key=key)["Body"].read()
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        return content

    def put_template(self, body: str) -> str:
        """Store a template and return the URL that CloudFormation takes.

        Inline it takes 51,200 bytes, from S3 a million:
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
        """
        key = f"brigade/template-{hashlib.sha256(body.encode()).hexdigest()[:16]}.json"
        self.put(key, body.encode())
        return f"{self._s3.meta.endpoint_url}/{self.bucket}/{key}"

    def prune(self, in_use: Collection[str]) -> None:
        """Delete code and templates that are old, but no key that is in use."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(**self._ours, Prefix="brigade/")
        sent = [each for page in pages for each in page.get("Contents", [])]
        seen: Counter[str] = Counter()
        for each in sorted(sent, key=itemgetter("LastModified"), reverse=True):
            what = each["Key"].rpartition("-")[0]  # the rest is the content's hash
            seen[what] += 1
            if seen[what] > KEPT and each["Key"] not in in_use:
                self._s3.delete_object(**self._ours, Key=each["Key"])

    def delete(self) -> None:
        delete_bucket(self._s3, self.bucket)

    def _policy(self) -> Document:
        partition = self._target.session.get_partition_for_region(self._target.region)
        arn = f"arn:{partition}:s3:::{self.bucket}"
        return document(tls_only("s3:*", arn, f"{arn}/*"))


def delete_bucket(s3: Any, bucket: str) -> None:
    """Delete a bucket with all versions of all objects; nothing to do where there is none."""
    for attempt in range(1, _DELETE_ATTEMPTS + 1):
        try:
            _empty(s3, bucket)
            s3.delete_bucket(Bucket=bucket)
        except s3.exceptions.NoSuchBucket:
            return
        except ClientError as error:
            if aws_code(error) != "BucketNotEmpty" or attempt == _DELETE_ATTEMPTS:
                raise
        else:
            return


def _empty(s3: Any, bucket: str) -> None:
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, MaxKeys=_DELETE_BATCH)
    for page in pages:
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        names = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
        for left in delete_objects(s3, bucket, names):
            raise ClientError({"Error": {"Code": left.code, "Message": left.words}}, "DeleteObjects")


def _found(head: Any, **what: str) -> bool:
    try:
        head(**what)
    except ClientError as error:
        if _is_missing(error):
            return False
        raise
    return True


def _is_missing(error: ClientError) -> bool:
    return aws_code(error) in {"404", "NoSuchBucket", "NoSuchKey"}
