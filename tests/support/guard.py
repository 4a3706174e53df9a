"""A local cloud that enforces IAM: every function has its role's rights and no other, policies of resources count.

Ministack does so when it is told AUTH=true. It believes the header of a proxy that ended TLS, as servers behind a load
balancer do: what comes without that header came without TLS. The functions' requests pass a proxy of ours that adds
the header and keeps the record; the tests' own clients add it themselves, and act with all rights.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

from brigade.deploy import deployment
from brigade.local import local_cloud
from brigade.pipeline import Pipeline
from brigade.target import ENDPOINT, LOCAL_KEY, Target, local_target
from infra import parameters
from services.moderate import rekognition
from services.moderate.actor import MODERATOR
from tests.support.proxy import Answer, Forward, Request, between

OVER_TLS = ("X-Forwarded-Proto", "https")
_REFUSED = 403
# The local cloud has no Rekognition; this is the answer of one that sees nothing wrong.
_REKOGNITION = Answer(
    200,
    [("Content-Type", "application/x-amz-json-1.1")],
    b'{"ModerationLabels": [], "ModerationModelVersion": "7.0"}',
)
# Its own SES knows no identities in policies. This one takes every mail.
_SES = Answer(
    200,
    [("Content-Type", "text/xml")],
    b'<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>1</MessageId>'
    b"</SendEmailResult></SendEmailResponse>",
)
_IN_ITS_PLACE = {"rekognition": _REKOGNITION, "ses": _SES}
_CREDENTIAL = re.compile(r"Credential=([^/,]*)/")


@dataclass(frozen=True)
class Asked:
    """One request of a function: by whom (its session's access key), the IAM action, and whether IAM refused it."""

    by: str
    action: str
    refused: bool
    request: Request

    @property
    def form(self) -> dict[str, str]:
        """The fields of a request to SNS or SES."""
        return {name: values[0] for name, values in parse_qs(self.request.body.decode()).items()}

    @property
    def published(self) -> list[str]:
        """The messages of a request to SNS, of one or of several."""
        return [text for name, text in self.form.items() if name.rpartition(".")[2] == "Message"]


@dataclass
class Record:
    """A proxy's rule: says that TLS was used, answers for Rekognition and SES, writes down what functions ask for."""

    asked: list[Asked] = field(default_factory=list)

    def __call__(self, request: Request, forward: Forward) -> Answer | None:
        request.headers.update([OVER_TLS])
        answer = _IN_ITS_PLACE.get(request.service) or forward()
        found = _CREDENTIAL.search(request.headers.get("Authorization", ""))
        if found and found[1] != LOCAL_KEY:
            self.asked.append(Asked(found[1], _action(request), answer.status == _REFUSED, request))
        return answer


def _action(request: Request) -> str:
    """Return what a role needs for a request: the operation's own name, a batch's being that of one, but in S3.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    """
    if request.service == "cloudfront":
        return "cloudfront:CreateInvalidation"  # all that a function asks of it
    if request.service != "s3":
        return f"{request.service}:{request.operation.removesuffix('Batch')}"
    if request.method == "GET" and request.key:
        return "s3:GetObjectVersion" if "versionId=" in request.target else "s3:GetObject"
    if request.method == "GET" and "?versions" in request.target:
        return "s3:ListBucketVersions"
    deletes = "s3:DeleteObjectVersion" if "versionId=" in request.target else "s3:DeleteObject"
    one = {"HEAD": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": deletes}
    return ({"GET": "s3:ListBucket", "POST": "s3:DeleteObject"} | one)[request.method]


def over_tls(target: Target) -> Target:
    """Let all clients of the target come over TLS, as far as the local cloud can tell."""
    target.session.events.register("before-send", lambda request, **_: request.headers.update([OVER_TLS]))
    return target


@dataclass(frozen=True)
class Guard:
    """The guarded cloud; ``target`` acts with all rights and over TLS."""

    endpoint: str
    target: Target
    record: Record

    def deploy(self, name: str, recipes: Path | None = None, chosen: dict[str, str] | None = None) -> Pipeline:
        """Deploy the chain as a stack of that name, with what AWS has and without waiting."""
        settings = {parameters.GRACE_SECONDS: "0", MODERATOR.name: rekognition.NAME} | (chosen or {})
        return Pipeline(deployment.deploy(self.target, name, recipes=recipes, version="test", settings=settings))


@contextmanager
def guarding() -> Iterator[Guard]:
    """Have a guarded cloud of one's own for as long as the block runs."""
    port, record = local_cloud.free_port(), Record()
    with between(port) as proxy:
        proxy.rule = record
        with local_cloud.running(port, {"AUTH": "true", ENDPOINT: proxy.endpoint}) as cloud:
            yield Guard(cloud.endpoint, over_tls(local_target(cloud.endpoint)), record)
