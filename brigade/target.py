"""Where commands act: the local cloud that is named, else AWS_ENDPOINT_URL, else this folder's local cloud, else AWS.

A local cloud that was started and has gone is an error: no command falls back to AWS because of that.
"""

import ipaddress
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from brigade.local import local_record
from brigade.local.ministack import health
from brigade.terminal import OperatorError

# What local clouds take from everybody.
LOCAL_REGION = "us-east-1"
LOCAL_KEY = "test"
ENDPOINT = "AWS_ENDPOINT_URL"
_HTTP = 80
# Seconds after which no answer means that none will come. AWS: botocore's own default.
_LOCAL_ANSWER_S, _ANSWER_S = 10, 60
# These would show in spite of an endpoint and keys that we have chosen.
_CONTRADICTING = (
    "AWS_DEFAULT_PROFILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
)


@dataclass(frozen=True)
class Target:
    """One place to act. Without an endpoint it is AWS; ``keys`` (access key, secret) are those of a local cloud."""

    region: str
    endpoint: str | None = None
    keys: tuple[str, str] | None = None

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        return self.endpoint is not None and _is_loopback(self.endpoint)

    @cached_property
    def is_ministack(self) -> bool:
        """Whether it is a ministack on this machine: that runs functions with our interpreter and our libraries."""
        parts = urlsplit(self.endpoint or "")
        return self.is_local and health(parts.hostname or "", parts.port or _HTTP, _LOCAL_ANSWER_S) is not None

    @property
    def poll_s(self) -> float:
        """Seconds between two looks at something that takes its time there."""
        return 0.2 if self.is_local else 2

    @cached_property
    def account(self) -> str:
        """The number of the account, asked of STS."""
        return str(self.client("sts").get_caller_identity()["Account"])

    def describe(self) -> str:
        """Say in the operator's words where that is; asks STS where it is not on this machine."""
        if self.endpoint is None:
            return f"AWS account {self.account} in {self.region}"
        if not self.is_local:
            return f"account {self.account} at {self.endpoint} in {self.region}"
        # A local cloud holds one of everything for each region.
        region = "" if self.region == LOCAL_REGION else f", region {self.region}"
        return f"local cloud on {urlsplit(self.endpoint).netloc}{region}"

    @cached_property
    def session(self) -> Any:
        """The boto3 session that all clients share."""
        import boto3

        access_key, secret = self.keys or (None, None)
        return boto3.Session(region_name=self.region, aws_access_key_id=access_key, aws_secret_access_key=secret)

    def client(self, service: str) -> Any:
        """Return the one client for a service, with botocore's standard retries."""
        from botocore.config import Config

        if service not in self.clients:
            config = Config(
                retries={"mode": "standard"},
                connect_timeout=5,
                read_timeout=_LOCAL_ANSWER_S if self.is_local else _ANSWER_S,
                max_pool_connections=16,
                proxies={} if self.is_local else None,
            )
            self.clients[service] = self.session.client(service, endpoint_url=self.endpoint, config=config)
        return self.clients[service]

    @cached_property
    def clients(self) -> dict[str, Any]:
        """The clients that were made so far, by service; a test puts in what stands for one."""
        return {}

    def variables(self) -> dict[str, str]:
        """Return the environment that leads another program to the same place."""
        variables = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.endpoint:
            variables[ENDPOINT] = self.endpoint
        if self.keys:
            variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"] = self.keys
        return variables

    def export(self) -> None:
        """Lead this process there: boto3's own variables, which kit.aws reads."""
        from kit import aws

        if self.keys:
            for name in _CONTRADICTING:
                os.environ.pop(name, None)
        if self.is_local:
            os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
        os.environ.update(self.variables())
        aws.forget()


def local_target(endpoint: str) -> Target:
    """Return a local cloud as a target, with the region and the keys that it takes from everybody."""
    return Target(LOCAL_REGION, endpoint, (LOCAL_KEY, LOCAL_KEY))


def resolve() -> Target:
    """Return where commands act now; raises OperatorError when that is nowhere, or not clear."""
    name, endpoint = os.environ.get(local_record.CLOUD), os.environ.get(ENDPOINT)
    if endpoint and not name:
        return _at(_checked(endpoint))
    if not name and (stray := sorted(each for each in os.environ if each.startswith(f"{ENDPOINT}_"))):
        raise OperatorError(
            f"{stray[0]} is set, but all services must be in one place", f"unset it, or set {ENDPOINT} instead"
        )
    cloud = local_record.recorded()
    if cloud and cloud.answers():
        return local_target(cloud.endpoint)
    if cloud or name:
        gone = f"{cloud.title} is gone" if cloud else f"no local cloud is named {name}"
        raise OperatorError(gone, "`brigade up` starts a new one" + (", `brigade down` forgets it" if cloud else ""))
    return _on_account(None)


def _at(endpoint: str) -> Target:
    if not _is_loopback(endpoint):
        return _on_account(endpoint)
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or LOCAL_REGION
    access_key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    return Target(region, endpoint, (access_key, secret) if access_key and secret else (LOCAL_KEY, LOCAL_KEY))


def _on_account(endpoint: str | None) -> Target:
    """Return a place that wants the operator's own credentials."""
    import boto3
    from botocore.exceptions import NoCredentialsError, NoRegionError

    session = boto3.Session()
    region = os.environ.get("AWS_REGION") or session.region_name
    if session.get_credentials() is None:
        raise NoCredentialsError
    if not region:
        raise NoRegionError
    return Target(region, endpoint)


def _checked(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise OperatorError(
            f"{ENDPOINT} is {endpoint!r}, which is no URL", f"for example {ENDPOINT}=http://127.0.0.1:4566"
        )
    if parts.hostname != "localhost":
        return endpoint.rstrip("/")
    # S3 clients put the bucket before a host name, and bucket.localhost leads nowhere on most machines.
    return parts._replace(netloc=parts.netloc.replace("localhost", "127.0.0.1", 1)).geturl().rstrip("/")


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
