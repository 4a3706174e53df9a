"""Asking a server whether it is a ministack."""

import json
from http.client import HTTPConnection, HTTPException
from typing import Any

_OK = 200


def health(host: str, port: int, timeout: float) -> dict[str, Any] | None:
    """Return what a ministack says of itself within so many seconds; None where none answers."""
    connection = HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", "/_ministack/health")
        answer = connection.getresponse()
        said = json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    # LocalStack takes the path for a bucket and a key.
    return said if answer.status == _OK and isinstance(said, dict) and "edition" in said else None
