"""`brigade portal`: the function's application, on this machine."""

import asyncio
import socket
import sys
from types import SimpleNamespace
from typing import Any

import boto3
import httpx
import pytest

from brigade.__main__ import main
from brigade.portal.serving import listening, local_portal
from brigade.terminal import OperatorError
from services.portal.guard import Guarded
from tests.services.portal.conftest import VARIABLES, Portal, portal

__all__ = ["portal"]  # a fixture
PAGE = "http://127.0.0.1:8123/"
OUTPUTS = {"PortalFunction": "brigade-portal"}


def pipeline(is_local: bool, outputs: dict[str, str] = OUTPUTS, **variables: str) -> Any:
    """Return a stack with a portal, on moto: whose function has these variables besides."""
    found = {"Environment": {"Variables": VARIABLES | variables}}
    functions = SimpleNamespace(get_function_configuration=lambda **_: found)
    clients = {"lambda": functions, "ses": boto3.client("ses")}
    target = SimpleNamespace(client=clients.get, is_local=is_local, is_ministack=is_local, endpoint="")
    return SimpleNamespace(target=target, stack=SimpleNamespace(name="brigade", outputs=outputs))


def get(app: Guarded, path: str, base: str = PAGE) -> httpx.Response:
    async def answered() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base) as client:
            return await client.get(path)

    return asyncio.run(answered())


def test_renditions_are_served_at_the_paths_that_cloudfront_has(portal: Portal) -> None:
    portal.s3.put_object(Bucket="target", Key="renditions/i/a b.jpg", Body=b"bytes", ContentType="image/jpeg")
    portal.s3.put_object(Bucket="target", Key="normalized/i.jpg", Body=b"bytes")
    app = local_portal(pipeline(is_local=True), PAGE)
    found = get(app, "/renditions/i/a%20b.jpg")
    assert (found.content, found.headers["content-type"]) == (b"bytes", "image/jpeg")
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"
    for path in ("/renditions/none.jpg", "/renditions/../normalized/i.jpg", "/renditions/%2e%2e/normalized/i.jpg"):
        assert get(app, path).json()["status"] == 404


def test_no_other_name_of_this_machine_is_answered(portal: Portal) -> None:
    app = local_portal(pipeline(is_local=True), PAGE)
    assert get(app, "/renditions/none.jpg", "http://evil.example/").status_code == 421


def test_the_local_clouds_sender_is_verified_and_its_mails_are_shown(portal: Portal) -> None:
    assert get(local_portal(pipeline(is_local=True), PAGE), "/api/inbox").json() == {"mails": []}
    assert boto3.client("ses").list_identities()["Identities"] == ["portal@example.org"]


def test_of_an_account_no_address_is_verified_no_mail_shown_and_delivery_is_the_stacks(portal: Portal) -> None:
    app = local_portal(pipeline(is_local=False), PAGE)
    assert get(app, "/api/inbox").status_code == 404
    assert boto3.client("ses").list_identities()["Identities"] == []
    assert "https://pictures.example" in get(app, "/").headers["content-security-policy"]
    undelivered = local_portal(pipeline(is_local=False, BRIGADE_DELIVERY_URL=""), PAGE)
    assert "http://127.0.0.1:8123" in get(undelivered, "/").headers["content-security-policy"]


def test_without_a_portal_it_says_how_to_deploy_one(cloud: None) -> None:
    with pytest.raises(OperatorError, match=r"stack brigade has no portal — .*--set PortalMailFrom="):
        local_portal(pipeline(is_local=True, outputs={}), PAGE)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OperatorError, match=rf"port {port} is not free: .* — --port 0"):
            listening(port)


def test_without_the_extra_it_says_what_to_install(
    state: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "brigade.portal.serving", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["portal"]) == 1
    assert 'uvicorn is not installed — pip install "bucket-brigade[portal]"' in capsys.readouterr().err
