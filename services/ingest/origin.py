"""Where an imported picture came from, as its object says it: written by ``brigade import``, read by ingest. Pure.

S3 takes ASCII alone there, and 2 kB in all: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
"""

from collections.abc import Mapping
from urllib.parse import quote, unquote

_NAME = "origin"  # S3 puts x-amz-meta- before it
_MOST = 1_500


def written(origin: str) -> dict[str, str]:
    """Return an origin as metadata; of one that is too long the end is left away."""
    while len(quote(origin, safe="/:")) > _MOST:
        origin = origin[: -max(1, len(origin) // 8)]
    return {_NAME: quote(origin, safe="/:")}


def read(metadata: Mapping[str, str]) -> str:
    """Return the origin that metadata tell, or nothing."""
    return unquote(metadata.get(_NAME, ""))
