"""The portal on moto: its site, its clock, the mails that it sends, and a browser that asks it."""

import asyncio
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
import httpx
import pytest
from starlette.types import ASGIApp

from kit import settings
from kit.events import Event, Image
from kit.letter import Letter
from kit.storage import listed
from records.attribute_values import read_item
from services.catalog.handler import act
from services.catalog.records import DynamoRecords
from services.portal import declaration
from services.portal.app import application
from services.portal.items import KEY
from services.portal.site import Site, from_environment
from tests.support import site as surroundings
from tests.support.deployed import way
from tests.support.moto import REGION

PAGE = "https://portal.example/"
ALICE, BOB = "alice@example.org", "bob@example.org"
VARIABLES = {
    settings.PORTAL_TABLE: "portal",
    settings.TABLE: surroundings.TABLE,
    settings.SOURCE_BUCKET: "source",
    settings.TARGET_BUCKET: "target",
    settings.DELIVERY_URL: "https://pictures.example",
    declaration.MAIL_FROM.variable: "portal@example.org",
    declaration.PREFIX.variable: "portal/",
    declaration.VISITOR_BYTES_A_DAY.variable: "1000000",
    declaration.BYTES_A_DAY.variable: "3000000",
}


class Browser:
    """Asks the application from a source address, and keeps cookies."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50_000))
        self.cookies = httpx.Cookies()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def answered() -> httpx.Response:
            client = httpx.AsyncClient(transport=self._transport, base_url=PAGE, cookies=self.cookies)
            answer = await client.request(method, path, **more)
            self.cookies = client.cookies
            return answer

        return asyncio.run(answered())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("DELETE", path, **more)


@dataclass
class Portal:
    """A deployed portal. ``now`` is its clock, which stands still; ``mails`` are those that were sent."""

    s3: Any
    now: float = 1_795_000_000.0
    mails: list[tuple[str, str, str]] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)  # the keys of the forms that were

    def site(self, variables: dict[str, str] | None = None, **more: Any) -> Site:
        given = {"looks_up": False, "send": lambda *mail: self.mails.append(mail)} | more
        made = from_environment(VARIABLES | (variables or {}), **given)
        made.items.now = lambda: self.now
        sign = made.s3.generate_presigned_post

        def signing(bucket: str, key: str, *more: Any) -> Any:
            self.signed += [key] if key.startswith(made.prefix) else []
            return sign(bucket, key, *more)

        made.s3.generate_presigned_post = signing
        return made

    def browser(self, site: Site | None = None, address: str = "192.0.2.1") -> Browser:
        return Browser(application(site or self._site), address)

    @cached_property
    def _site(self) -> Site:
        return self.site()

    def signed_in(self, email: str = ALICE, **where: Any) -> Browser:
        """Return a browser whose visitor has a session, without the mail before it."""
        browser = self.browser(**where)
        assert browser.post("/api/sessions", json={"email": email}).status_code == 202
        assert browser.post("/api/sessions/confirm", json={"email": email, "code": self.code}).status_code == 200
        return browser

    @property
    def code(self) -> str:
        """The code in the last mail."""
        return str(re.findall(r"\b\d{6}\b", self.mails[-1][2])[0])

    @property
    def token(self) -> str:
        """The token in the last mail's link."""
        return str(re.findall(r"#token=(\S+)", self.mails[-1][2])[0])

    def upload(self, browser: Browser, name: str = "a.jpg", content: bytes = b"picture", **more: Any) -> Image:
        """Upload as a browser does, by the ticket, a moment later; return the picture."""
        self.now += 0.01
        ticket = browser.post("/api/uploads", json={"name": name, "size": len(content), **more}).json()
        self.s3.put_object(Bucket="source", Key=ticket["key"], Body=content)
        return self.shown(ticket["key"])

    def shown(self, key: str) -> Image:
        versions = self.s3.list_object_versions(Bucket="source", Prefix=key)["Versions"]
        return Image.of(listed("source", next(each for each in versions if each["IsLatest"])))

    def hear(self, *letters: Letter[Event]) -> None:
        """Let the catalog keep what was said of a picture."""
        for letter in letters:
            list(act(letter, site=surroundings.site(), records=DynamoRecords(surroundings.TABLE)))

    def ready(self, picture: Image) -> None:
        self.hear(*way(picture))

    def spend(self, kind: str, who: str, seconds: int, **amounts: int) -> None:
        """Use up some of a quota."""
        key = f"quota#{kind}#{who}#{int(self.now // seconds)}"
        self._site.items.count(key, amounts, most={}, until=int(self.now) + seconds)

    def item(self, key: str) -> dict[str, Any]:
        return read_item(boto3.client("dynamodb").get_item(TableName="portal", Key={KEY: {"S": key}}).get("Item", {}))


@pytest.fixture
def portal(s3: Any) -> Portal:
    s3.create_bucket(Bucket="target", CreateBucketConfiguration={"LocationConstraint": REGION})
    boto3.client("dynamodb").create_table(
        TableName="portal",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": KEY, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": KEY, "AttributeType": "S"}],
    )
    surroundings.create_table()
    return Portal(s3)
