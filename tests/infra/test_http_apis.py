"""The portal's part of the template: only where it is wanted, bounded, and with the rights that its work needs."""

import json

import pytest

from infra import names
from infra.http_apis import ACCESS, rules
from infra.policies import OWN_TABLE
from kit.actor import Bucket, HttpApi
from services.chain import CHAIN
from services.portal.declaration import PORTAL
from tests.infra.resolved import ACCOUNT, EVERYTHING, LONGEST_REGION, NOTHING, Resolved
from tests.support.stack import Stack

ON = NOTHING | {"PortalMailFrom": "portal@example.org"}
STACK = Stack()
DEPLOYED = Resolved(ON)


def test_off_there_is_no_resource_no_right_and_no_open_door() -> None:
    deployed = Resolved(NOTHING)
    assert "ortal" not in json.dumps(deployed.resources)
    assert "CorsConfiguration" not in deployed.of("S3::Bucket")["SourceBucket"]
    told = {name for name, each in STACK.body["Outputs"].items() if each.get("Condition") == names.is_on(PORTAL)}
    assert told == {"PortalApi", "PortalFunction", "PortalTable", "PortalUrl"}


def test_on_it_adds_what_is_its_own_and_changes_nothing_but_the_dashboard_and_who_may_post() -> None:
    without, with_it = Resolved(NOTHING).resources, DEPLOYED.resources
    assert {name for name in with_it.keys() - without.keys() if not name.startswith("Portal")} == set()
    assert {name for name in without if without[name] != with_it[name]} == {"Dashboard", "SourceBucket"}


def test_every_request_goes_to_the_function_in_numbers_that_are_bounded() -> None:
    (stage,) = DEPLOYED.of("ApiGatewayV2::Stage").values()
    (route,) = DEPLOYED.of("ApiGatewayV2::Route").values()
    assert stage["StageName"] == route["RouteKey"] == "$default"
    limits = stage["DefaultRouteSettings"]
    assert (limits["ThrottlingRateLimit"], limits["ThrottlingBurstLimit"]) == (PORTAL.requests_a_second, PORTAL.burst)
    function = DEPLOYED.of("Lambda::Function")["PortalFunction"]
    assert function["ReservedConcurrentExecutions"] == PORTAL.concurrency
    (integration,) = DEPLOYED.of("ApiGatewayV2::Integration").values()
    assert integration["PayloadFormatVersion"] == "2.0"
    assert function["Timeout"] * 1000 == integration["TimeoutInMillis"] <= 30_000  # API Gateway's longest
    (permission,) = DEPLOYED.of("Lambda::Permission").values()
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"].endswith("/*/$default")
    assert permission["SourceAccount"] == ACCOUNT


def test_the_access_log_forgets_and_holds_no_code_no_token_and_no_address_of_a_visitor() -> None:
    (stage,) = DEPLOYED.of("ApiGatewayV2::Stage").values()
    logged = json.loads(stage["AccessLogSettings"]["Format"])
    assert logged == ACCESS
    assert not {value for value in logged.values() if "path" in value or "header" in value or "quer" in value.lower()}
    group = DEPLOYED.of("Logs::LogGroup")["PortalAccessLogGroup"]
    assert group["RetentionInDays"] == 30
    assert group["LogGroupName"].startswith("/aws/vendedlogs/")


def test_its_table_forgets_costs_by_the_request_and_goes_with_the_stack() -> None:
    (table,) = DEPLOYED.of("DynamoDB::Table").values()
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert DEPLOYED.resources["PortalTable"].get("DeletionPolicy") is None


def test_its_role_may_do_what_it_signs_below_its_prefix_and_mail_from_its_address_only() -> None:
    (policy,) = Resolved(ON | {"PortalPrefix": "guests/"}).of("IAM::Role")["PortalRole"]["Policies"]
    may = {
        action: (statement["Resource"], statement.get("Condition"))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }
    source, target = (DEPLOYED.arn(names.bucket(bucket)) for bucket in (Bucket.SOURCE, Bucket.TARGET))
    identity = f"arn:aws:ses:{LONGEST_REGION}:{ACCOUNT}:identity"
    log = DEPLOYED.arn("PortalLogGroup")
    assert may == {
        "logs:CreateLogStream": ([log], None),
        "logs:PutLogEvents": ([log], None),
        "xray:PutTelemetryRecords": (["*"], None),
        "xray:PutTraceSegments": (["*"], None),
        "s3:PutObject": ([f"{source}/guests/*"], None),
        "s3:DeleteObject": ([f"{source}/guests/*"], None),
        "s3:ListBucketVersions": ([source], {"StringLike": {"s3:prefix": "guests/*"}}),
        "s3:GetObject": ([f"{target}/normalized/*", f"{target}/renditions/*"], None),
        "dynamodb:BatchGetItem": ([DEPLOYED.arn("Table")], None),
        **{f"dynamodb:{each}": ([DEPLOYED.arn("PortalTable")], None) for each in OWN_TABLE},
        # SES takes the address's own identity, or that of its domain.
        "ses:SendEmail": (
            [f"{identity}/portal@example.org", f"{identity}/example.org"],
            {"StringEquals": {"ses:FromAddress": "portal@example.org"}},
        ),
    }


def test_it_knows_its_table_its_settings_and_who_delivers() -> None:
    variables = Resolved(EVERYTHING).of("Lambda::Function")["PortalFunction"]["Environment"]["Variables"]
    assert variables["BRIGADE_PORTAL_TABLE"] == DEPLOYED.name("PortalTable")
    assert variables["BRIGADE_DELIVERY_URL"] == "https://pictures.example.org"
    assert {setting.variable for setting in PORTAL.settings} <= variables.keys()
    assert "BRIGADE_DELIVERY_URL" not in DEPLOYED.of("Lambda::Function")["PortalFunction"]["Environment"]["Variables"]


def test_any_page_may_post_what_is_signed_and_only_given_origins_do_more() -> None:
    (rule,) = DEPLOYED.of("S3::Bucket")["SourceBucket"]["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == (["*"], ["POST"])
    both = Resolved(ON | {"AllowedOrigins": "https://a.org"}).of("S3::Bucket")["SourceBucket"]["CorsConfiguration"]
    first, second = both["CorsRules"]
    assert (first["AllowedOrigins"], second) == (["https://a.org"], rule)


@pytest.mark.parametrize("api", CHAIN.apis, ids=lambda api: api.name)
def test_its_alarms_ring_for_server_errors_throttles_and_mails_that_were_refused(api: HttpApi) -> None:
    alarms = {name: each for name, each in DEPLOYED.of("CloudWatch::Alarm").items() if name.startswith("Portal")}
    watched = {each["MetricName"]: each["Threshold"] for each in alarms.values()}
    assert watched == {"5xx": 0, "Throttles": 0, "MailsRefused": 0, "Reputation.BounceRate": 0.05}
    assert names.throttles_alarm(api) in alarms


def test_a_portal_is_refused_where_uploads_are_deleted_once_they_are_archived() -> None:
    """A visitor's pictures are the uploads that are there; one that is gone would pass for one that never came."""
    assert rules(CHAIN.whole) == {
        "PortalUnlessArchiveKeepsOriginalsIsNo": {
            "RuleCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": "PortalMailFrom"}, ""]}]},
            "Assertions": [
                {
                    "Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ArchiveKeepsOriginals"}, "no"]}]},
                    "AssertDescription": "ArchiveKeepsOriginals may not be no where there is a portal",
                }
            ],
        }
    }
