"""A function's settings: environment variables, read once.

infra/ sets the same names on every function (see ``variables``), so a setting is declared here alone.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from kit.errors import ConfigurationError

SOURCE_BUCKET = "BRIGADE_SOURCE_BUCKET"
TARGET_BUCKET = "BRIGADE_TARGET_BUCKET"
ARCHIVE_BUCKET = "BRIGADE_ARCHIVE_BUCKET"
TABLE = "BRIGADE_TABLE"
QUEUE_URL = "BRIGADE_QUEUE_URL"
DEAD_LETTER_QUEUE_URL = "BRIGADE_DEAD_LETTER_QUEUE_URL"
DELIVERY_DISTRIBUTION = "BRIGADE_DELIVERY_DISTRIBUTION"
ENVIRONMENT = "BRIGADE_ENVIRONMENT"
VERSION = "BRIGADE_VERSION"
# Of functions behind an HTTP API.
PORTAL_TABLE = "BRIGADE_PORTAL_TABLE"
DELIVERY_URL = "BRIGADE_DELIVERY_URL"  # where renditions are served; empty: nowhere
_TOPIC = "BRIGADE_TOPIC_"


def topic_variable(kind: str) -> str:
    """Return the name of the variable that holds the ARN of an event's topic."""
    return _TOPIC + kind.upper().replace("-", "_")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A function's deployment. ``topics`` maps an event's name to its topic's ARN.

    Raises ConfigurationError when source and target are one bucket: the pipeline would hear its own outputs
    and never stop.
    """

    target_bucket: str
    source_bucket: str = ""
    archive_bucket: str = ""  # of functions that read originals; empty: there is none
    table: str = ""
    queue_url: str = ""
    dead_letter_queue_url: str = ""
    delivery_distribution: str = ""  # of functions that delete renditions; empty: nobody delivers them
    environment: str = "local"
    region: str = ""
    version: str = ""
    instance: str = ""  # of the function: the log stream that it alone writes to
    topics: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.source_bucket == self.target_bucket:
            raise ConfigurationError(
                f"source and target are the same bucket ({self.target_bucket}): "
                f"every output would be ingested again; set {TARGET_BUCKET} to another bucket"
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the function's environment; raises ConfigurationError naming the variable that is missing."""

        def need(name: str) -> str:
            if value := environment.get(name):
                return value
            raise ConfigurationError(f"the environment variable {name} is not set on this function")

        return cls(
            source_bucket=need(SOURCE_BUCKET),
            target_bucket=need(TARGET_BUCKET),
            archive_bucket=environment.get(ARCHIVE_BUCKET, ""),
            table=environment.get(TABLE, ""),
            queue_url=need(QUEUE_URL),
            dead_letter_queue_url=need(DEAD_LETTER_QUEUE_URL),
            delivery_distribution=environment.get(DELIVERY_DISTRIBUTION, ""),
            environment=environment.get(ENVIRONMENT, "local"),
            region=environment.get("AWS_REGION", ""),
            version=environment.get(VERSION, ""),
            # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
            instance=environment.get("AWS_LAMBDA_LOG_STREAM_NAME", ""),
            topics={
                name.removeprefix(_TOPIC).lower().replace("_", "-"): arn
                for name, arn in environment.items()
                if name.startswith(_TOPIC)
            },
        )
