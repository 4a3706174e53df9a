"""Where the portal works: what its deployment has chosen, its clients. Made once, at the edge."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal
from urllib.parse import urlsplit

from botocore.config import Config

from kit import aws, settings
from records.markup import url
from services.portal import declaration
from services.portal.items import Items
from services.portal.quotas import Limits
from services.portal.structs import Mail

_ENDPOINT = "AWS_ENDPOINT_URL"
READ_S = 3600  # how long a signed address of a file is good


@dataclass(frozen=True, kw_only=True)
class Site:
    """One deployment. ``delivery`` is where renditions are served, empty: nowhere, so that addresses are signed.

    ``domains`` are those whose addresses may sign in, none: any. ``looks_up``: whether domains of mail are looked for
    in the DNS. ``inbox`` returns the mails of a local cloud. ``hosts`` are the names that it answers to, none: any.
    """

    items: Items
    s3: Any
    dynamodb: Any
    table: str  # the catalog's
    source: str
    target: str
    prefix: str
    limits: Limits
    send: Callable[[str, str, str], None]  # to whom, subject, text
    delivery: str = ""
    domains: frozenset[str] = frozenset()
    looks_up: bool = True
    inbox: Callable[[], list[Mail]] | None = None
    hosts: tuple[str, ...] = ()

    def address(self, bucket: str, key: str, *, delivered: bool = True) -> str:
        """Return where a browser gets a file: where it is delivered, or signed for an hour."""
        if delivered and self.delivery:
            return url(self.delivery, key)
        named = {"Bucket": bucket, "Key": key}
        signed: str = self.s3.generate_presigned_url("get_object", Params=named, ExpiresIn=READ_S)
        return signed

    @cached_property
    def origins(self) -> tuple[str, str]:
        """Where the page sends uploads, and where it gets files, as its policy names them."""
        posted = self.s3.generate_presigned_post(self.source, "key")["url"]
        files = {_origin(self.address(self.target, "key", delivered=each)) for each in (True, False)}
        return _origin(posted), " ".join(sorted(files))


def from_environment(environment: Mapping[str, str], **more: Any) -> Site:
    """Return the site that a function's variables describe; raises KeyError naming one that is missing."""
    dynamodb, sender = aws.client("dynamodb"), environment[declaration.MAIL_FROM.variable]
    given: dict[str, Any] = {
        "items": Items(dynamodb, environment[settings.PORTAL_TABLE]),
        "s3": _signing_client(),
        "dynamodb": dynamodb,
        "table": environment[settings.TABLE],
        "source": environment[settings.SOURCE_BUCKET],
        "target": environment[settings.TARGET_BUCKET],
        "prefix": environment[declaration.PREFIX.variable],
        "limits": Limits(
            visitor_bytes_a_day=int(environment[declaration.VISITOR_BYTES_A_DAY.variable]),
            bytes_a_day=int(environment[declaration.BYTES_A_DAY.variable]),
        ),
        "send": partial(_send, sender),
        "delivery": environment.get(settings.DELIVERY_URL, ""),
        "domains": frozenset(filter(None, environment.get(declaration.MAIL_DOMAINS.variable, "").split(","))),
        "looks_up": not os.environ.get(_ENDPOINT),
    }
    return Site(**(given | more))


def _signing_client() -> Any:
    """Return a client whose signed addresses are version 4's and name the bucket's own region, so that none redirects.

    A browser follows no redirect of a form: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
    """
    style: Literal["path", "virtual"] = "path" if os.environ.get(_ENDPOINT) else "virtual"
    signing = Config(signature_version="s3v4", s3={"addressing_style": style})
    return aws.session().create_client("s3", config=aws.CONFIG.merge(signing))


def _send(sender: str, to: str, subject: str, text: str) -> None:
    aws.client("ses").send_email(
        Source=sender,
        Destination={"ToAddresses": [to]},
        Message={"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}}},
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
