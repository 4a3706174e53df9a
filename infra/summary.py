"""The daily summary by e-mail: a scheduled function with a small role of its own, where an address is given."""

import json
from pathlib import Path
from typing import Any

from troposphere import AWSObject, GetAtt, Ref, Sub, awslambda, logs, scheduler

from infra import names, parameters, policies, topics, troposphere_fixes
from infra.alarms import SUMMARY_FUNCTION
from infra.functions import RUNTIME
from infra.roles import role
from kit.chain import Chain

# Inline code may have 4,096 characters; tests/infra/test_aws_refuses_resources.py counts them.
CODE = Path(__file__).with_name("daily_summary.py")
AT = "cron(0 7 * * ? *)"  # seven o'clock, UTC, about the day before


def summary(chain: Chain) -> list[AWSObject]:
    """Return the function, what it may do, and what calls it."""
    function = awslambda.Function(
        SUMMARY_FUNCTION,
        FunctionName=Sub(names.deployed("summary")),
        Description="Mails what yesterday brought and what waits",
        Runtime=RUNTIME,
        Architectures=[Ref(parameters.ARCHITECTURE)],
        Handler="index.handle",
        Code=awslambda.Code(ZipFile=CODE.read_text(encoding="utf-8")),
        MemorySize=256,
        Timeout=60,
        Role=GetAtt("SummaryRole", "Arn"),
        LoggingConfig=troposphere_fixes.LoggingConfig(LogFormat="JSON", LogGroup=Ref("SummaryLogGroup")),
        Environment=awslambda.Environment(Variables=_variables(chain)),
    )
    log_group = logs.LogGroup(
        "SummaryLogGroup",
        LogGroupName=Sub("/aws/lambda/" + names.deployed("summary")),
        RetentionInDays=Ref(parameters.LOG_RETENTION_DAYS),
    )
    found = [
        # Not the alarms' topic: a pager may listen there.
        *topics.topic(names.SUMMARY_TOPIC),
        topics.mailed("SummaryEmailSubscription", names.SUMMARY_TOPIC),
        log_group,
        role("SummaryRole", policies.lambda_trust(), "work", _work(chain)),
        function,
        *_schedule(),
    ]
    for resource in found:
        resource.resource["Condition"] = parameters.EMAIL_IS_GIVEN
    return found


def _variables(chain: Chain) -> dict[str, Any]:
    actors = {
        actor.name: {"function": names.deployed(actor.name), "queue": f"${{{names.dead_letter_queue(actor)}}}"}
        for actor in chain.actors
    }
    return {
        "ACTORS": Sub(json.dumps(actors, sort_keys=True)),
        "STACK": Ref("AWS::StackName"),
        "TOPIC": Ref(names.SUMMARY_TOPIC),
    }


def _work(chain: Chain) -> policies.Document:
    queues = [GetAtt(names.dead_letter_queue(actor), "Arn") for actor in chain.actors]
    return policies.document(
        policies.allow(["logs:CreateLogStream", "logs:PutLogEvents"], GetAtt("SummaryLogGroup", "Arn")),
        # Metrics have no resources to name:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
        policies.allow(["cloudwatch:GetMetricData"], "*"),
        policies.allow(["sqs:GetQueueAttributes"], *queues),
        policies.allow(["sns:Publish"], Ref(names.SUMMARY_TOPIC)),
    )


def _schedule() -> list[AWSObject]:
    invoke = policies.document(policies.allow(["lambda:InvokeFunction"], GetAtt(SUMMARY_FUNCTION, "Arn")))
    schedule = scheduler.Schedule(
        "SummarySchedule",
        Description="Once a day",
        ScheduleExpression=AT,
        FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="FLEXIBLE", MaximumWindowInMinutes=15),
        # Scheduler hands the invocation over and does not wait for its end: a failure shows as an error of the
        # function, for which there is an alarm.
        # https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
        Target=scheduler.Target(Arn=GetAtt(SUMMARY_FUNCTION, "Arn"), RoleArn=GetAtt("SummaryScheduleRole", "Arn")),
    )
    return [role("SummaryScheduleRole", policies.scheduler_trust(), "work", invoke), schedule]
