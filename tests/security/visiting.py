"""A visitor of the guarded portal: asks its function as API Gateway does, and S3 as a browser does."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from brigade.pipeline import Pipeline
from infra import names
from kit.events import Image
from kit.storage import listed
from records.attribute_values import write
from services.portal.declaration import MAIL_FROM, PORTAL
from tests.support.guard import Guard
from tests.support.site import UPLOADED_AT

PICTURE, SENDER = b"a picture", "portal@example.org"


@dataclass
class Visitor:
    """One address, which nobody else has; ``cookies`` are those that the portal has set."""

    guard: Guard
    pipeline: Pipeline
    email: str
    cookies: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Return the portal's answer; fails with what the function says where it crashes."""
        http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": "",
            "cookies": self.cookies,
            "headers": {"host": "portal.example.org", "content-type": "application/json"},
            "requestContext": {"http": http, "stage": "$default", "domainName": "portal.example.org"},
            "body": json.dumps(body) if body is not None else None,
            "isBase64Encoded": False,
        }
        answer = self.guard.target.client("lambda").invoke(
            FunctionName=self.pipeline.output(names.function(PORTAL)), Payload=json.dumps(event)
        )
        said: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    def get(self, method: str, path: str, status: int, body: Any = None) -> Any:
        """Return what is in an answer of that status; fails where it has another."""
        answer = self.ask(method, path, body)
        assert answer["statusCode"] == status, answer
        self.cookies = [each.partition(";")[0] for each in answer.get("cookies", [])] or self.cookies
        return json.loads(answer["body"]) if answer.get("body") else None

    def sign_in(self) -> None:
        """Ask for a code, read it in the mail, and give it back."""
        self.get("POST", "/api/sessions", 202, {"email": self.email})
        mails = [each for each in self.guard.record.asked if each.action == "ses:SendEmail"]
        assert mails, "no mail was sent"
        assert mails[-1].form["Source"] == SENDER
        (code,) = re.findall(r"\b\d{6}\b", mails[-1].form["Message.Body.Text.Data"])
        self.get("POST", "/api/sessions/confirm", 200, {"email": self.email, "code": code})

    def upload(self) -> Image:
        """Upload as the page does, by a signed form; return the picture."""
        ticket = self.get("POST", "/api/uploads", 201, {"name": "a.jpg", "size": len(PICTURE), "type": "image/jpeg"})
        posted = httpx.post(ticket["url"], data=ticket["fields"], files={"file": PICTURE})
        assert posted.status_code in (201, 204), posted.text
        bucket = self.pipeline.source_bucket
        (version,) = self.guard.target.client("s3").list_object_versions(Bucket=bucket, Prefix=ticket["key"])[
            "Versions"
        ]
        return Image.of(listed(bucket, version))

    def made(self, image: Image) -> None:
        """Be the chain: store a master and a rendition, and a record that is READY."""
        target = self.pipeline.target_bucket
        stored: list[dict[str, object]] = []
        for key in (f"normalized/{image.id}.1a2b3c4d.jpg", f"renditions/{image.id}/w240.1a2b3c4d.jpg"):
            self.guard.target.client("s3").put_object(Bucket=target, Key=key, Body=PICTURE)
            stored.append(
                {"bucket": target, "key": key, "format": "JPEG", "width": 9, "height": 9, "bytes": 9, "method": "m"}
            )
        source = {name: getattr(image.source, name) for name in ("bucket", "key", "version", "etag", "size")}
        item: dict[str, Any] = {"image_id": image.id, "status": "READY", "source": source, "entered_at": UPLOADED_AT}
        item |= {"master": stored[0], "renditions": [stored[1] | {"name": "w240"}], "recipe": "default"}
        table = self.pipeline.output(names.TABLE)
        self.guard.target.client("dynamodb").put_item(
            TableName=table, Item={name: write(value) for name, value in item.items()}
        )


def set_up(guard: Guard) -> Pipeline:
    """Deploy a chain with a portal, which no upload wakes."""
    pipeline = guard.deploy("visited", chosen={MAIL_FROM.name: SENDER})
    pipeline.s3.put_bucket_notification_configuration(Bucket=pipeline.source_bucket, NotificationConfiguration={})
    return pipeline


def visit(visitor: Visitor) -> None:
    """Do all that a visitor may; raises AssertionError where the portal cannot."""
    visitor.guard.record.asked.clear()
    visitor.sign_in()
    assert visitor.get("GET", "/api/session", 200)["email"] == visitor.email
    image = visitor.upload()
    listed_ = visitor.get("GET", "/api/pictures", 200)["pictures"]
    assert [each["image"] for each in listed_] == [image.id]
    visitor.made(image)
    shown = visitor.get("GET", f"/api/pictures/{image.id}", 200)
    assert shown["status"] == "READY", shown
    for address in (shown["master"]["url"], *(each["url"] for each in shown["renditions"])):
        assert httpx.get(address).content == PICTURE, address
    visitor.get("DELETE", f"/api/pictures/{image.id}", 204)
    found = visitor.guard.target.client("s3").list_object_versions(
        Bucket=visitor.pipeline.source_bucket, Prefix=image.source.key
    )
    assert found["DeleteMarkers"]
    visitor.get("DELETE", "/api/session", 204)
    visitor.get("GET", "/api/session", 401)
