"""The portal where IAM is enforced: its role is enough, no right of it is too many, and no visitor gets beyond."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from brigade.pipeline import Pipeline
from infra import names
from services.portal.declaration import PORTAL
from tests.security.test_roles import NOT_MISSED_HERE, USED_BY_AWS, Right, physical, rights
from tests.security.visiting import PICTURE, Visitor, set_up, visit
from tests.support.guard import OVER_TLS, Guard

_NUMBERS = itertools.count()
RIGHTS = [right for right in rights(PORTAL) if right.action not in {*USED_BY_AWS, *NOT_MISSED_HERE}]
# S3 asks for these when somebody uses what the portal has signed; the portal itself never does.
SIGNED = {"s3:GetObject", "s3:PutObject"}


@pytest.fixture(scope="module")
def visited(guard: Guard) -> Pipeline:
    return set_up(guard)


@pytest.fixture
def visitor(guard: Guard, visited: Pipeline) -> Visitor:
    return Visitor(guard, visited, f"visitor{next(_NUMBERS)}@example.org")


@pytest.fixture
def without(right: Right, guard: Guard, visited: Pipeline, visitor: Visitor) -> Iterator[Visitor]:
    """A visitor while the portal's role lacks a right."""
    iam, policy = (
        guard.target.client("iam"),
        {"RoleName": physical(visited, names.role(PORTAL)), "PolicyName": "portal"},
    )
    document: Any = iam.get_role_policy(**policy)["PolicyDocument"]
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(right.taken_from(document)))
    yield visitor
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(document))


def test_its_role_is_enough_for_all_that_a_visitor_may(visitor: Visitor) -> None:
    visit(visitor)
    assert not [asked for asked in visitor.guard.record.asked if asked.refused]


@pytest.mark.parametrize("right", RIGHTS, ids=str)
def test_without_any_one_right_it_is_not(right: Right, without: Visitor) -> None:
    with pytest.raises(AssertionError):
        visit(without)
    refused = {asked.action for asked in without.guard.record.asked if asked.refused}
    assert refused == (set() if right.action in SIGNED else {right.action})


def test_a_ticket_is_for_its_key_and_its_size_alone(visitor: Visitor) -> None:
    visitor.sign_in()
    ticket = visitor.get("POST", "/api/uploads", 201, {"name": "a.jpg", "size": len(PICTURE), "type": "image/jpeg"})

    def posted(content: bytes, **other: str) -> int:
        return httpx.post(ticket["url"], data=ticket["fields"] | other, files={"file": content}).status_code

    assert posted(PICTURE + b"!") == 400
    assert posted(PICTURE, key="portal/somebody/else.jpg") == 403
    assert posted(PICTURE, policy=ticket["fields"]["policy"][:-8] + "AAAAAAA=") in (400, 403)
    assert posted(PICTURE) in (201, 204)


def test_nobody_sees_or_deletes_what_another_has_uploaded(visitor: Visitor) -> None:
    visitor.sign_in()
    image = visitor.upload()
    visitor.made(image)
    other = Visitor(visitor.guard, visitor.pipeline, f"other-{visitor.email}")
    other.sign_in()
    other.get("GET", f"/api/pictures/{image.id}", 404)
    other.get("DELETE", f"/api/pictures/{image.id}", 404)
    assert other.get("GET", "/api/pictures", 200)["pictures"] == []
    assert [each["image"] for each in visitor.get("GET", "/api/pictures", 200)["pictures"]] == [image.id]


def test_who_is_not_signed_in_or_invents_a_cookie_gets_nothing(visitor: Visitor) -> None:
    visitor.cookies = ["__Host-session=" + "a" * 43]
    for method, path in (("GET", "/api/session"), ("GET", "/api/pictures"), ("DELETE", "/api/pictures/" + "0" * 36)):
        assert visitor.ask(method, path)["statusCode"] in (401, 404)
    body = {"name": "a.jpg", "size": 1, "type": "image/jpeg"}
    assert visitor.ask("POST", "/api/uploads", body)["statusCode"] == 401


def test_a_gate_by_domains_mails_nobody_else(guard: Guard, visited: Pipeline, visitor: Visitor) -> None:
    function = {"FunctionName": visited.output(names.function(PORTAL))}
    client = guard.target.client("lambda")
    before = client.get_function_configuration(**function)["Environment"]
    gated = before["Variables"] | {"BRIGADE_PORTALMAILDOMAINS": "example.org,example.com"}
    client.update_function_configuration(**function, Environment={"Variables": gated})
    try:
        guard.record.asked.clear()
        stranger = Visitor(guard, visited, "ann@elsewhere.org")
        stranger.get("POST", "/api/sessions", 422, {"email": stranger.email})
        assert not [asked for asked in guard.record.asked if asked.action == "ses:SendEmail"]
        visitor.sign_in()
    finally:
        client.update_function_configuration(**function, Environment=before)


def test_api_gateway_passes_every_path_on_and_may_call_nothing_else(guard: Guard, visited: Pipeline) -> None:
    api = f"{guard.endpoint}/_aws/execute-api/{visited.output(names.api(PORTAL))}"
    page = httpx.get(f"{api}/", headers=[OVER_TLS])
    assert (page.status_code, "script-src 'self'" in page.headers["Content-Security-Policy"]) == (200, True)
    assert httpx.get(f"{api}/assets/portal/main.js", headers=[OVER_TLS]).status_code == 200
    assert httpx.get(f"{api}/api/pictures", headers=[OVER_TLS]).status_code == 401
    function = {"FunctionName": visited.output(names.function(PORTAL))}
    (statement,) = json.loads(guard.target.client("lambda").get_policy(**function)["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert f":{visited.output(names.api(PORTAL))}/*/$default" in json.dumps(statement["Condition"])
