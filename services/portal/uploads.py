"""A visitor's uploads in the source bucket: their keys, what is there, leave to add one.

A key is ``{PortalPrefix}{visitor}/{upload}/{name}``. An upload's name begins with the time that is left until a far
day, so that S3 lists the newest first, and ends with the file's digest where the page has told it.
"""

import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kit.envelope import timestamp
from kit.events import Image, Source
from kit.retry import call
from kit.storage import listed
from services.portal.site import Site

_FAR = 2**44  # milliseconds since 1970: in the year 2527
_DIGEST = 16  # hexadecimal digits
_NAME_BYTES = 100
PAGE = 100  # as many records as DynamoDB reads in one request
_LISTED, _LISTS = 1_000, 10  # versions in one list of S3, and how many lists are looked through


@dataclass(frozen=True)
class Uploaded:
    """One upload that S3 shows."""

    source: Source
    upload: str
    name: str

    @property
    def image(self) -> str:
        """Return the picture's id."""
        return Image.of(self.source).id


def new_upload(now: float, sha256: str | None) -> str:
    """Return what a new upload is called."""
    return f"{_FAR - int(now * 1000):011x}-{(sha256 or secrets.token_hex(_DIGEST))[:_DIGEST]}"


def cleaned(name: str) -> str:
    """Return a file's name with letters, marks, digits, dots, hyphens and underscores only; its end, if it is long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(each if each in "._-" or unicodedata.category(each)[0] in "LMN" else "-" for each in last)
    return kept.encode()[-_NAME_BYTES:].decode(errors="ignore").lstrip(".-") or "picture"


def page(site: Site, prefix: str, after: str = "") -> tuple[list[Uploaded], str | None]:
    """Return uploads below a prefix, the newest first, and what the next page is asked for by; None: there is none.

    There are at most PAGE, none of those that were deleted or replaced. ``after`` is a key without the prefix.
    """
    answer = _versions(site, prefix, PAGE, {"KeyMarker": prefix + after} if after else {})
    shown = [_uploaded(site, prefix, each) for each in answer.get("Versions", []) if each["IsLatest"]]
    return shown, answer["NextKeyMarker"].removeprefix(prefix) if answer["IsTruncated"] else None


def there(site: Site, prefix: str, sha256: str) -> Iterator[Uploaded]:
    """Yield the uploads that have these bytes, as far as the page told; looks through the newest 10,000."""
    latest = (_uploaded(site, prefix, each) for each in _newest(site, prefix) if each["IsLatest"])
    return (each for each in latest if each.upload.endswith(f"-{sha256[:_DIGEST]}"))


def sizes(site: Site, prefix: str, oldest: str) -> dict[str, list[int]]:
    """Return the bytes of all that was ever posted, by upload, back to the oldest that is asked for; deleted or not."""
    found: dict[str, list[int]] = {}
    for version in _newest(site, prefix):
        upload = _uploaded(site, prefix, version).upload
        if upload > oldest:
            break
        found.setdefault(upload, []).append(version["Size"])
    return found


def _newest(site: Site, prefix: str) -> Iterator[dict[str, Any]]:
    after: dict[str, str] = {}
    for _ in range(_LISTS):
        answer = _versions(site, prefix, _LISTED, after)
        yield from answer.get("Versions", [])
        if not answer["IsTruncated"]:
            return
        after = {mark: answer[f"Next{mark}"] for mark in ("KeyMarker", "VersionIdMarker")}


def _versions(site: Site, prefix: str, most: int, after: dict[str, str]) -> dict[str, Any]:
    return call(site.s3.list_object_versions, Bucket=site.source, Prefix=prefix, MaxKeys=most, **after)


def _uploaded(site: Site, prefix: str, version: dict[str, Any]) -> Uploaded:
    upload, _, name = version["Key"].removeprefix(prefix).partition("/")
    return Uploaded(listed(site.source, version), upload, name)


def iso(seconds: float) -> str:
    """Return a time as ISO 8601, UTC."""
    return timestamp(datetime.fromtimestamp(seconds, UTC))
