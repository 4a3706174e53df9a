"""portal: the wiring. The Lambda function, behind API Gateway's HTTP API."""

import os
from functools import cache
from typing import Any

from mangum import Mangum

from kit import logs
from services.portal.app import application
from services.portal.site import from_environment

# Of what is answered as text; the rest goes through API Gateway in base64.
_TEXT = ["text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml"]


@cache
def mangum() -> Mangum:
    """Return the application as Lambda calls it."""
    logs.configure(
        region=os.environ.get("AWS_REGION", ""),
        environment=os.environ.get("BRIGADE_ENVIRONMENT", "local"),
        instance=os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", ""),
    )
    return Mangum(application(from_environment(os.environ)), lifespan="off", text_mime_types=_TEXT)


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request; nothing is connected before the first."""
    return mangum()(event, context)
