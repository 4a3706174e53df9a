"""What HTTP requests reach: an API, the function behind it with a table of its own, and nothing where it is off."""

import json
from typing import Any

from troposphere import AccountId, AWSObject, GetAtt, If, NoValue, Output, Ref, Sub, apigatewayv2, awslambda, dynamodb

from infra import delivery, names, policies
from infra.functions import function, log_group, shared_variables
from kit import settings
from kit.actor import Bucket, HttpApi, Setting
from kit.chain import Chain

KEY, EXPIRES_AT = "pk", "expires_at"
# What is kept of a request. No query, no header: codes, tokens and cookies travel there.
ACCESS = {
    "at": "$context.requestTime",
    "id": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "error": "$context.integrationErrorMessage",
}


def http_apis(chain: Chain) -> list[AWSObject]:
    """Return the HTTP APIs of a chain, each under the condition that the deployment has it."""
    found = []
    for api in chain.apis:
        for resource in (_table(api), *_function(api), *_api(api)):
            resource.resource["Condition"] = names.is_on(api)
            found.append(resource)
    return found


def outputs(chain: Chain) -> list[Output]:
    """Return the outputs of HTTP APIs: the address, the API's id, the function's name, the table's."""
    return [
        Output(name, Condition=names.is_on(api), Value=value)
        for api in chain.apis
        for name, value in (
            (names.url(api), GetAtt(names.api(api), "ApiEndpoint")),
            (names.api(api), Ref(names.api(api))),
            (names.function(api), Ref(names.function(api))),
            (names.own_table(api), Ref(names.own_table(api))),
        )
    ]


def rules(chain: Chain) -> dict[str, Any]:
    """Return the rules by which CloudFormation refuses to have uploads deleted for ever, where an API shows them."""

    def is_(setting: Setting, value: str) -> dict[str, Any]:
        return {"Fn::Equals": [{"Ref": setting.name}, value]}

    return {
        names.part(api, f"Unless{names.is_chosen(setting, choice)}"): {
            "RuleCondition": {"Fn::Not": [is_(api.enabled_by, api.enabled_by.default)]},
            "Assertions": [
                {
                    "Assert": {"Fn::Not": [is_(setting, choice)]},
                    "AssertDescription": f"{setting.name} may not be {choice} where there is a {api.name}",
                }
            ],
        }
        for api in chain.apis
        for actor in chain.actors
        for setting in actor.settings
        for choice, place in setting.erases
        if api.enabled_by and place.bucket is Bucket.SOURCE
    }


def _table(api: HttpApi) -> dynamodb.Table:
    # It goes with the stack, as sessions, codes and a day's counters do. DynamoDB encrypts every table.
    return dynamodb.Table(
        names.own_table(api),
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName=KEY, AttributeType="S")],
        KeySchema=[dynamodb.KeySchema(AttributeName=KEY, KeyType="HASH")],
        TimeToLiveSpecification=dynamodb.TimeToLiveSpecification(AttributeName=EXPIRES_AT, Enabled=True),
        PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
    )


def _function(api: HttpApi) -> list[AWSObject]:
    environment = shared_variables(api) | {
        settings.PORTAL_TABLE: Ref(names.own_table(api)),
        settings.DELIVERY_URL: If(delivery.DELIVERS, delivery.url(), NoValue),
    }
    # More requests at a time than that are refused, and take nothing from the chain.
    return function(api, policies.serve(api), environment, ReservedConcurrentExecutions=api.concurrency)


def _api(api: HttpApi) -> list[AWSObject]:
    name, logged = names.api(api), names.part(api, "AccessLogGroup")
    integration, route = names.part(api, "Integration"), names.part(api, "Route")
    return [
        # Of this beginning, since API Gateway adds every other name to one policy of the account that is soon full:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
        log_group(logged, "/aws/vendedlogs/" + names.deployed(api.name)),
        apigatewayv2.Api(name, Name=Sub(names.deployed(api.name)), Description=api.purpose, ProtocolType="HTTP"),
        apigatewayv2.Integration(
            integration,
            ApiId=Ref(name),
            IntegrationType="AWS_PROXY",
            IntegrationUri=GetAtt(names.function(api), "Arn"),
            PayloadFormatVersion="2.0",
            TimeoutInMillis=api.timeout * 1000,
        ),
        apigatewayv2.Route(route, ApiId=Ref(name), RouteKey="$default", Target=Sub(f"integrations/${{{integration}}}")),
        apigatewayv2.Stage(
            names.part(api, "Stage"),
            ApiId=Ref(name),
            StageName="$default",
            AutoDeploy=True,
            AccessLogSettings=apigatewayv2.AccessLogSettings(
                DestinationArn=GetAtt(logged, "Arn"), Format=json.dumps(ACCESS)
            ),
            DefaultRouteSettings=apigatewayv2.RouteSettings(
                ThrottlingRateLimit=api.requests_a_second, ThrottlingBurstLimit=api.burst
            ),
        ),
        awslambda.Permission(
            names.part(api, "Permission"),
            FunctionName=Ref(names.function(api)),
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceAccount=AccountId,
            SourceArn=Sub(
                f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{name}}}/*/$default"
            ),
        ),
    ]
