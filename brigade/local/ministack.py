"""Asking a server whether it is a ministack, and one what AWS has no request for."""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

_OK = 200


def health(host: str, port: int, timeout: float) -> dict[str, Any] | None:
    """Return what a ministack says of itself within so many seconds; None where none answers."""
    said = _get(host, port, timeout, "/_ministack/health")
    # LocalStack takes the path for a bucket and a key.
    return said if said and "edition" in said else None


def peek(host: str, port: int, timeout: float, region: str, queue_url: str) -> list[dict[str, Any]] | None:
    """Return all messages of a queue, those in flight too, without receiving any; None where none answers."""
    query = urlencode({"QueueUrl": queue_url, "region": region})
    said = _get(host, port, timeout, f"/_ministack/sqs/messages?{query}")
    if said is None:
        return None
    regions = [region for account in said.get("messages", {}).values() for region in account.values()]
    return [message for queues in regions for messages in queues.values() for message in messages]


def mails(endpoint: str) -> list[dict[str, Any]]:
    """Return the mails that were sent by SES, of all regions; none where none answers."""
    parts = urlsplit(endpoint)
    said = _get(parts.hostname or "", parts.port or 80, 10, "/_ministack/ses/messages")
    return [mail for mails in (said or {}).get("messages", {}).values() for mail in mails]


def _get(host: str, port: int, timeout: float, path: str) -> dict[str, Any] | None:
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return said if answer.status == _OK and isinstance(said, dict) else None
