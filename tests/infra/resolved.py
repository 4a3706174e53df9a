"""The template as CloudFormation hands it to the services: parameters given, conditions decided, functions run."""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from kit.chain import Chain
from services.chain import CHAIN
from tests.support.stack import Stack

ACCOUNT = "123456789012"
LONGEST_STACK_NAME = "s" * 32  # infra.names.STACK_NAME
LONGEST_REGION = "ap-northeast-1"
# What CloudFormation adds to a stack's and a resource's name, at most.
_SUFFIX = "-1A2B3C4D5E6F7"
_NOTHING = object()

# Parameters without a default, and what makes each condition true or false.
GIVEN = {"CodeBucket": "code", "Version": "1.0.0"}
EVERYTHING = GIVEN | {
    "AlarmEmail": "ann@example.org",
    "AllowedOrigins": "https://a.org,https://b.org",
    "ArchiveKeepsOriginals": "no",
    "ArchiveStorageClass": "DEEP_ARCHIVE",
    "DeliverBy": "cloudfront",
    "DeliveryCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/12345678-90ab-cdef-1234-567890abcdef",
    "DeliveryDomain": "pictures.example.org",
    "ExiftoolLayerArn": f"arn:aws:lambda:{LONGEST_REGION}:{ACCOUNT}:layer:exiftool:1",
    "InfrequentAccessAfterDays": 30,
    "Moderator": "rekognition",
    "NoncurrentDays": 30,
    "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
    "PortalMailDomains": "example.org",
    "PortalMailFrom": "portal@example.org",
    "ReplicaRegion": "eu-west-1",
}
NOTHING = GIVEN | {"Moderator": "none"}

# The property that names a resource; what has none in the template gets a name from CloudFormation.
NAMED_BY = {
    "AWS::ApiGatewayV2::Api": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
}
_ARNS = {
    "AWS::CloudWatch::Alarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::DynamoDB::GlobalTable": "dynamodb:{region}:{account}:table/{name}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
}


@cache
def _rendered(chain: Chain) -> dict[str, Any]:
    return Stack(chain).body


@dataclass
class Resolved:
    """One deployment. Raises KeyError for a function, a parameter or an attribute that is not known here."""

    given: dict[str, Any]
    stack: str = LONGEST_STACK_NAME
    region: str = LONGEST_REGION
    chain: Chain = CHAIN

    @property
    def template(self) -> dict[str, Any]:
        """The template as it is rendered."""
        return _rendered(self.chain)

    @cached_property
    def resources(self) -> dict[str, Any]:
        """The resources that this deployment makes, by logical id."""
        found = {name: each for name, each in self.template["Resources"].items() if self._is_made(each)}
        return {name: each | {"Properties": self._value(each.get("Properties", {}))} for name, each in found.items()}

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties by logical id, of every resource of a type such as ``SNS::Topic``."""
        return {name: each["Properties"] for name, each in self.resources.items() if each["Type"] == f"AWS::{kind}"}

    def name(self, logical: str) -> str:
        """Return a resource's own name."""
        resource = self.template["Resources"][logical]
        named = resource.get("Properties", {}).get(NAMED_BY.get(resource["Type"]))
        if named is not None:
            return str(self._value(named))
        generated = f"{self.stack}-{logical}{_SUFFIX}"
        return generated.lower() if resource["Type"] == "AWS::S3::Bucket" else generated

    def arn(self, logical: str) -> str:
        """Return a resource's ARN."""
        shape = _ARNS[self.template["Resources"][logical]["Type"]]
        return "arn:aws:" + shape.format(region=self.region, account=ACCOUNT, name=self.name(logical))

    def _is_made(self, resource: dict[str, Any]) -> bool:
        return "Condition" not in resource or self._condition(resource["Condition"])

    def _condition(self, name: str) -> bool:
        return bool(self._value(self.template["Conditions"][name]))

    def _value(self, part: Any) -> Any:
        if isinstance(part, list):
            return [value for value in map(self._value, part) if value is not _NOTHING]
        if not isinstance(part, dict):
            return part
        if len(part) == 1:
            ((function, argument),) = part.items()
            if function == "Ref" or function.startswith("Fn::"):
                return getattr(self, "_" + function.removeprefix("Fn::").lower())(argument)
        values = {name: self._value(each) for name, each in part.items()}
        return {name: value for name, value in values.items() if value is not _NOTHING}

    def _ref(self, name: str) -> Any:
        pseudo = {"Region": self.region, "AccountId": ACCOUNT, "StackName": self.stack, "Partition": "aws"}
        if name == "AWS::NoValue":
            return _NOTHING
        if name.startswith("AWS::"):
            return pseudo[name.removeprefix("AWS::")]
        if name in self.template["Parameters"]:
            return self._parameter(name)
        kind = self.template["Resources"][name]["Type"]
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT}/{self.name(name)}"
        return self.arn(name) if kind == "AWS::SNS::Topic" else self.name(name)

    def _parameter(self, name: str) -> Any:
        if name.endswith("CodeKey"):
            return f"brigade/{name}-{'0' * 16}.zip"
        return self.given.get(name, self.template["Parameters"][name].get("Default"))

    def _getatt(self, what: list[str]) -> str:
        logical, attribute = what
        if attribute == "StreamArn":
            return f"{self.arn(logical)}/stream/2026-11-28T09:00:00.000"
        if attribute in ("DomainName", "RegionalDomainName"):
            return f"{self.name(logical).lower()}.amazonaws.com"
        return {"Arn": self.arn, "Id": self.name, "QueueName": self.name}[attribute](logical)

    def _sub(self, what: Any) -> str:
        text, variables = what if isinstance(what, list) else (what, {})

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in variables:
                return str(self._value(variables[name]))
            logical, _, attribute = name.partition(".")
            return str(self._getatt([logical, attribute]) if attribute else self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", value, text)

    def _if(self, what: list[Any]) -> Any:
        condition, then, otherwise = what
        return self._value(then if self._condition(condition) else otherwise)

    def _join(self, what: list[Any]) -> str:
        return str(what[0]).join(map(str, self._value(what[1])))

    def _split(self, what: list[Any]) -> list[str]:
        return str(self._value(what[1])).split(what[0])

    def _findinmap(self, what: list[Any]) -> Any:
        name, first, second = map(self._value, what)
        return self.template["Mappings"][name][str(first)][second]

    def _equals(self, what: list[Any]) -> bool:
        first, second = map(self._value, what)
        return str(first) == str(second)

    def _and(self, what: list[Any]) -> bool:
        return all(self._condition(each["Condition"]) if "Condition" in each else self._value(each) for each in what)

    def _select(self, what: list[Any]) -> Any:
        return self._value(what[1])[int(what[0])]

    def _not(self, what: list[Any]) -> bool:
        return not self._value(what[0])
