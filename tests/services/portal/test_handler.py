"""The Lambda function, as API Gateway calls it."""

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
import pytest

from services.portal import handler
from services.portal.site import from_environment
from tests.services.portal.conftest import ALICE, VARIABLES, Portal


def event(method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
    """Return an event of an HTTP API, payload format 2.0."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "abc.execute-api.eu-west-1.amazonaws.com", "x-forwarded-proto": "https", **headers},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.7"},
            "stage": "$default",
            "domainName": "abc.execute-api.eu-west-1.amazonaws.com",
        },
        "body": json.dumps(body) if body else None,
        "isBase64Encoded": False,
    }


@pytest.fixture
def deployed(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    assert from_environment(VARIABLES).looks_up  # domains of mail; there is no DNS here
    monkeypatch.setattr(handler, "from_environment", partial(from_environment, looks_up=False))
    handler.mangum.cache_clear()
    loop = asyncio.new_event_loop()  # Mangum makes one where there is none, and leaves it open
    asyncio.set_event_loop(loop)
    yield portal
    asyncio.set_event_loop(None)
    loop.close()


def test_a_request_through_api_gateway_is_mailed_and_counted_by_its_source_address(deployed: Portal) -> None:
    boto3.client("ses").verify_email_identity(EmailAddress="portal@example.org")
    sent = event("POST", "/api/sessions", {"email": ALICE}, **{"content-type": "application/json"})
    sent["headers"]["x-forwarded-for"] = "203.0.113.1"  # anybody may say that
    answer = handler.handle(sent, None)
    assert (answer["statusCode"], answer["body"], answer["isBase64Encoded"]) == (202, "", False)
    items = boto3.client("dynamodb").scan(TableName="portal")["Items"]
    counted = [each["pk"]["S"] for each in items if each["pk"]["S"].startswith("quota#asked#")]
    assert [each.split("#")[2] for each in counted] == ["192.0.2.7"]
    assert boto3.client("ses").get_send_quota()["SentLast24Hours"] == 1


def test_a_problem_is_text_and_has_the_headers_of_every_answer(deployed: Portal) -> None:
    answer = handler.handle(event("GET", "/api/session"), None)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (401, False)
    assert json.loads(answer["body"])["detail"] == "sign in first"
    assert "content-security-policy" in answer["headers"]
