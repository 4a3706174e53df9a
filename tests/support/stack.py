"""The rendered template, read as its users ask about it."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from infra.template import render
from kit.chain import Chain
from services.chain import CHAIN

# With the actors that a deployment may do without; tests/infra/test_optional.py shows what becomes of them.
WHOLE = CHAIN.whole
_rendered: Final = cache(render)


@dataclass
class Stack:
    """What a deploy of the chain would make."""

    chain: Chain = WHOLE
    body: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.body = json.loads(_rendered(self.chain))

    @property
    def resources(self) -> dict[str, Any]:
        return dict(self.body["Resources"])

    def properties(self, name: str) -> dict[str, Any]:
        return dict(self.resources[name].get("Properties", {}))

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties by logical id, of every resource of a type such as ``SNS::Topic``."""
        return {
            name: self.properties(name) for name, found in self.resources.items() if found["Type"] == f"AWS::{kind}"
        }

    def statements(self, policy: str) -> list[dict[str, Any]]:
        """The statements of a bucket's, topic's or queue's policy."""
        return list(self.properties(policy)["PolicyDocument"]["Statement"])

    def may(self, role: str) -> dict[str, list[Any]]:
        """What a role may do at most: resources by action."""
        granted: dict[str, list[Any]] = {}
        for statement in self.rights(role):
            assert statement["Effect"] == "Allow"
            for action in statement["Action"]:
                granted.setdefault(action, []).extend(statement["Resource"])
        return granted

    def rights(self, role: str) -> list[dict[str, Any]]:
        """The statements of a role's policy, with those that depend on what the deployment chooses."""
        (policy,) = self.properties(role)["Policies"]
        statements = policy["PolicyDocument"]["Statement"]
        return [statement["Fn::If"][1] if "Fn::If" in statement else statement for statement in statements]


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def arn(name: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, "Arn"]}


def below(bucket: str, keys: str) -> dict[str, str]:
    return {"Fn::Sub": f"${{{bucket}.Arn}}/{keys}"}


def refuses_plain_http(statements: list[dict[str, Any]], resources: list[Any]) -> bool:
    """Whether one statement denies everybody without TLS everything on these resources."""
    return any(
        statement["Effect"] == "Deny"
        and statement["Principal"] == "*"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and statement["Resource"] == resources
        for statement in statements
    )
