"""The portal's package answers API Gateway by itself: its pages and libraries are in it, and Pillow is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.packaging.libraries import pins
from kit import settings
from services.chain import CHAIN
from services.portal import declaration
from services.portal.declaration import PORTAL
from tests.packages.carrying import unpack
from tests.packages.conftest import Built
from tests.packages.runtime import Function, running, runtime_client

ROOT = Path(__file__).parents[2]
VARIABLES = {
    **dict.fromkeys((settings.PORTAL_TABLE, settings.TABLE, settings.SOURCE_BUCKET, settings.TARGET_BUCKET), "x"),
    **{setting.variable: setting.default for setting in PORTAL.settings},
    declaration.MAIL_FROM.variable: "portal@example.org",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
}


@pytest.fixture(scope="module")
def portal(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    folder = tmp_path_factory.mktemp("portal")
    client = runtime_client(folder / "runtime")
    with running(unpack(built["portal"], folder / "portal"), f"{PORTAL.module}.handle", client, VARIABLES) as function:
        yield function


def request(path: str) -> dict[str, Any]:
    """A request in API Gateway's words, payload 2.0."""
    http = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "a.example.org"},
        "requestContext": {"http": http, "stage": "$default", "domainName": "a.example.org"},
        "isBase64Encoded": False,
    }


def test_it_answers_with_its_page_its_files_and_its_api(portal: Function) -> None:
    page = portal.invoke(request("/"))
    assert (page["statusCode"], "<script" in page["body"]) == (200, True)
    script = portal.invoke(request("/assets/portal/main.js"))
    assert (script["statusCode"], "javascript" in script["headers"]["content-type"]) == (200, True)
    assert portal.invoke(request("/api/session"))["statusCode"] == 401


def test_it_carries_every_file_of_its_pages_and_no_pillow(built: Built, tmp_path: Path) -> None:
    unpacked = unpack(built["portal"], tmp_path / "portal")
    for folder in PORTAL.pages:
        for path in (path for path in (ROOT / folder).rglob("*") if path.is_file()):
            assert (unpacked / path.relative_to(ROOT)).read_bytes() == path.read_bytes()
    carried = pins(ROOT / "services" / "portal" / "requirements.txt")
    assert {"email-validator", "mangum", "starlette"} < carried.keys()
    assert not {"pillow", "pi-heif"} & carried.keys()
    assert not (unpacked / "PIL").exists()


def test_no_actor_carries_what_only_the_portal_needs() -> None:
    for actor in CHAIN.whole.actors:
        carried = pins(ROOT / "services" / actor.name / "requirements.txt").keys()
        assert not {"email-validator", "mangum", "starlette"} & carried
