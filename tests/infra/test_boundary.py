"""A deployment may set a boundary to all roles."""

import re

import pytest

from tests.support.stack import Stack, ref

STACK = Stack()
PARAMETER = STACK.body["Parameters"]["PermissionsBoundaryArn"]


def test_every_role_has_the_boundary_that_is_given() -> None:
    given = {"Fn::If": ["BoundaryIsGiven", ref("PermissionsBoundaryArn"), ref("AWS::NoValue")]}
    roles = STACK.of("IAM::Role")
    assert roles
    assert [name for name, role in roles.items() if role["PermissionsBoundary"] != given] == []
    assert STACK.body["Conditions"]["BoundaryIsGiven"] == {
        "Fn::Not": [{"Fn::Equals": [ref("PermissionsBoundaryArn"), ""]}]
    }


@pytest.mark.parametrize(
    "arn",
    [
        PARAMETER["Default"],
        "arn:aws:iam::123456789012:policy/boundary",
        "arn:aws-us-gov:iam::123456789012:policy/team/photos@2.0",
        "arn:aws:iam::aws:policy/PowerUserAccess",
    ],
)
def test_a_policy_or_nothing_is_taken(arn: str) -> None:
    assert re.fullmatch(PARAMETER["AllowedPattern"], arn)


@pytest.mark.parametrize("arn", ["boundary", "arn:aws:iam::123456789012:role/boundary", "arn:aws:iam::1:policy/b"])
def test_anything_else_is_refused_before_anything_changes(arn: str) -> None:
    assert not re.fullmatch(PARAMETER["AllowedPattern"], arn)
