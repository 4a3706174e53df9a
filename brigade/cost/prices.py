"""The price list, and what is assumed where nothing can be measured without an account."""

from datetime import date
from pathlib import Path

import msgspec

LIST = Path(__file__).with_name("prices.toml")


class PerMillion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars for a million of each."""

    s3_put: float
    s3_get: float
    lambda_request: float
    lambda_gb_second: float
    sqs_request: float
    sns_publish: float
    dynamodb_write: float
    dynamodb_read: float
    xray_trace: float
    http_api_request: float
    mail: float
    cloudfront_request: float
    cloudfront_path: float


class PerGigabyte(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars for 10⁹ bytes."""

    logs: float
    cloudfront: float


class PerMonth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars for one of each, a month."""

    alarm: float
    dashboard: float
    metric: float


class ArchiveClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of S3's classes; the list says what each is."""

    month_gb: float
    put: float
    read: float
    read_gb: float = 0
    least_days: int = 0
    least_bytes: int = 0
    index_bytes: int = 0
    name_bytes: int = 0


class Assumed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What nobody measured: ``wait_ms`` by service; ``core_speed`` and ``xray_sampled`` are shares of one."""

    core_speed: float
    xray_sampled: float
    platform_line: float  # bytes
    s3_megabytes_s: float
    wait_ms: dict[str, float]


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices of one day in one region."""

    dated: date
    region: str
    per_million: PerMillion
    per_gb: PerGigabyte
    per_month: PerMonth
    assumed: Assumed
    archive: dict[str, ArchiveClass]


def load() -> Prices:
    """Return the price list that is shipped."""
    return msgspec.toml.decode(LIST.read_bytes(), type=Prices)
