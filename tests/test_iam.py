"""What IAM never grants is found."""

import pytest

from tests.support.iam import misplaced


@pytest.mark.parametrize(
    ("action", "resource", "is_granted"),
    [
        ("sqs:ListQueues", "arn:aws:sqs:*:*:brigade*", False),
        ("sqs:ListQueues", "*", True),
        ("sqs:SendMessage", "arn:aws:sqs:*:*:brigade*", True),
        ("sqs:SendMessage", "arn:aws:sns:*:*:brigade*", False),
        ("sqs:SendMassage", "*", False),
        ("s3:GetObject", "arn:aws:s3:::brigade-source", False),
        ("s3:GetObject", "arn:aws:s3:::brigade-source/*", True),
        ("s3:ListBucket", "arn:aws:s3:::brigade-source/*", False),
        ("s3:GetBucket*", "arn:aws:s3:::brigade-source", True),
        ("logs:DescribeIndexPolicies", "arn:aws:logs:*:*:log-group:/aws/lambda/brigade*", False),
    ],
)
def test_an_action_is_granted_on_resources_that_it_has(action: str, resource: str, is_granted: bool) -> None:
    assert (misplaced([{"Action": [action], "Resource": [resource]}]) == []) is is_granted
