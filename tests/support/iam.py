"""IAM's actions and the types of resources that each has, as cfn-lint brings them.

The list behind it: https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

import json
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any

# By service and action, all in lower case: the types of resources that the action has; empty: none, so it needs "*".
_LISTED: dict[str, Any] = json.loads((files("cfnlint") / "data/AdditionalSpecs/Policies.json").read_text("utf-8"))

# An asterisk in a policy's ARN, or what a template's function stands for, may be any text.
_PATTERN = re.compile(r"\$\{[^}]+\}")


def misplaced(statements: Iterable[dict[str, Any]]) -> list[str]:
    """Return each action beside which no resource stands that it can have, and each that there is not.

    IAM takes such a statement and never grants the action.
    """
    return [
        f"{action} on {statement['Resource']}"
        for statement in statements
        for action in statement["Action"]
        if not any(_has(types, statement["Resource"]) for types in _types(action))
    ]


def size(policy: dict[str, Any]) -> int:
    """Return the characters that IAM counts: all but white space.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    return len(re.sub(r"\s", "", json.dumps(policy, ensure_ascii=False)))


def _types(pattern: str) -> Iterator[list[str]]:
    """Yield the types of resources, in the shape of ARNs, of each action that the pattern names."""
    service, _, name = pattern.partition(":")
    listed = _LISTED.get(service, {"Actions": {}, "Resources": {}})
    for action, found in listed["Actions"].items():
        if fnmatchcase(action, name.lower()):
            yield [
                _shape(kind, each)
                for kind in found.get("Resources", [])
                for each in listed["Resources"][kind.lower()]["ARNFormats"]
            ]


def _shape(kind: str, arn: str) -> str:
    """Return a type's regular expression; S3's are alike, though an object has a key and a bucket none."""
    if arn.endswith(":s3:::.*"):
        arn = arn.removesuffix(".*") + (".*/.*" if kind == "object" else "[^/]*")
    return _PATTERN.sub("[^:]*", arn)


def _has(types: list[str], resources: list[str]) -> bool:
    if "*" in resources:
        return True
    return any(re.fullmatch(shape, resource) for shape in types for resource in resources)
