"""Every actor's function: its log group, its role, and the event source mappings that feed it."""

import json
from dataclasses import replace
from typing import Any

from troposphere import AWSObject, FindInMap, GetAtt, If, NoValue, Ref, Sub, awslambda, logs

from infra import delivery, names, parameters, policies, troposphere_fixes
from infra.roles import role
from kit import settings
from kit.actor import Actor, Bucket, Declaration, Place
from kit.chain import Chain, says

# A table's stream keeps a change for a day, which is as long as Lambda may try; and it may try as often as it likes.
STREAM_KEEPS_S = 24 * 60 * 60
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
MOST_RETRIES = 10_000

RUNTIME = "python3.13"  # until June 2029: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html


def functions(chain: Chain) -> list[AWSObject]:
    """Return every actor's log group, role, function and event source mappings."""
    actors = [_with_archive(actor) for actor in chain.actors] if parameters.keeps_originals(chain) else chain.actors
    return [
        resource
        for actor in actors
        for resource in (
            *function(actor, policies.work(actor, *delivery.may_invalidate(actor)), variables(actor)),
            _mapping(actor),
            *_stream_mapping(actor),
        )
    ]


def _with_archive(actor: Actor) -> Actor:
    """Return an actor that reads originals as one that reads their copies, too."""
    archive = Place(Bucket.ARCHIVE)
    reads_originals = any(place.bucket is Bucket.SOURCE for place in actor.reads)
    return replace(actor, reads=tuple(dict.fromkeys((*actor.reads, archive)))) if reads_originals else actor


def variables(actor: Actor) -> dict[str, Any]:
    """Return an actor's environment; kit.settings reads it."""
    archive = (
        {settings.ARCHIVE_BUCKET: Ref(names.bucket(Bucket.ARCHIVE))} if Place(Bucket.ARCHIVE) in actor.reads else {}
    )
    distribution = If(delivery.DELIVERS, Ref(delivery.DISTRIBUTION), NoValue)
    delivered = {settings.DELIVERY_DISTRIBUTION: distribution} if delivery.deletes(actor) else {}
    return {
        **shared_variables(actor),
        settings.QUEUE_URL: Ref(names.queue(actor)),
        settings.DEAD_LETTER_QUEUE_URL: Ref(names.dead_letter_queue(actor)),
        **archive,
        **delivered,
        **{settings.topic_variable(event.kind): Ref(names.topic(event)) for event in says(actor)},
    }


def shared_variables(declared: Declaration) -> dict[str, Any]:
    """Return what a function of any kind has in its environment."""
    return {
        settings.SOURCE_BUCKET: Ref(names.bucket(Bucket.SOURCE)),
        settings.TARGET_BUCKET: Ref(names.bucket(Bucket.TARGET)),
        settings.ENVIRONMENT: Ref(parameters.ENVIRONMENT),
        settings.VERSION: Ref(names.VERSION),
        **({settings.TABLE: Ref(names.TABLE)} if declared.table else {}),
        **{setting.variable: Ref(setting.name) for setting in declared.settings},
    }


def log_group(title: str, name: str) -> logs.LogGroup:
    """Return a log group that forgets, of that name for Sub."""
    return logs.LogGroup(title, LogGroupName=Sub(name), RetentionInDays=Ref(parameters.LOG_RETENTION_DAYS))


def function(
    declared: Declaration, rights: policies.Document, environment: dict[str, Any], **more: Any
) -> list[AWSObject]:
    """Return a function of any kind, its log group and its role; ``more`` are further properties of the function."""
    if declared.loops:
        # Otherwise Lambda takes the 17th invocation by one chain of messages for an endless loop and drops the message:
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
        more["RecursiveLoop"] = "Allow"
    made = awslambda.Function(
        names.function(declared),
        FunctionName=Sub(names.deployed(declared.name)),
        Description=declared.purpose,
        Runtime=RUNTIME,
        Architectures=[Ref(parameters.ARCHITECTURE)],
        Handler=f"{declared.module}.handle",
        **_layers(declared),
        Code=awslambda.Code(S3Bucket=Ref(names.CODE_BUCKET), S3Key=Ref(names.code_key(declared))),
        MemorySize=declared.memory,
        Timeout=declared.timeout,
        Role=GetAtt(names.role(declared), "Arn"),
        TracingConfig=awslambda.TracingConfig(Mode="Active"),
        LoggingConfig=troposphere_fixes.LoggingConfig(LogFormat="JSON", LogGroup=Ref(names.log_group(declared))),
        Environment=awslambda.Environment(Variables=environment),
        **more,
    )
    return [
        log_group(names.log_group(declared), "/aws/lambda/" + names.deployed(declared.name)),
        role(names.role(declared), policies.lambda_trust(), declared.name, rights),
        made,
    ]


def _layers(declared: Declaration) -> dict[str, Any]:
    given = [If(names.layer_is_given(layer), Ref(names.layer(layer)), NoValue) for layer in declared.layers]
    return {"Layers": given} if given else {}


def _mapping(actor: Actor) -> awslambda.EventSourceMapping:
    concurrency = FindInMap(parameters.CONCURRENCY, Ref(parameters.MAXIMUM_CONCURRENCY), actor.name)
    return awslambda.EventSourceMapping(
        names.mapping(actor),
        EventSourceArn=GetAtt(names.queue(actor), "Arn"),
        FunctionName=Ref(names.function(actor)),
        BatchSize=actor.batch,
        # Without it Lambda ignores which messages failed, and deletes them:
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig=troposphere_fixes.ScalingConfig(MaximumConcurrency=concurrency),
    )


def _stream_mapping(actor: Actor) -> list[awslambda.EventSourceMapping]:
    """Return the mapping from the table's stream, where one feeds the actor.

    Its function fails only where a change can neither be worked on nor be put into the queue, or where it cannot run at
    all. Then Lambda tries again for as long as the stream holds the change; after that it writes down the place in the
    stream, not the change, as a dead letter.
    """
    if not actor.stream:
        return []
    pattern = {"dynamodb": {"NewImage": {actor.stream.attribute: {"S": list(actor.stream.values)}}}}
    return [
        awslambda.EventSourceMapping(
            names.stream_mapping(actor),
            EventSourceArn=GetAtt(names.TABLE, "StreamArn"),
            FunctionName=Ref(names.function(actor)),
            BatchSize=actor.stream.batch,
            StartingPosition="TRIM_HORIZON",
            FilterCriteria=awslambda.FilterCriteria(Filters=[awslambda.Filter(Pattern=json.dumps(pattern))]),
            MaximumRetryAttempts=MOST_RETRIES,
            MaximumRecordAgeInSeconds=STREAM_KEEPS_S,
            BisectBatchOnFunctionError=True,
            DestinationConfig=awslambda.DestinationConfig(
                OnFailure=awslambda.OnFailure(Destination=GetAtt(names.dead_letter_queue(actor), "Arn"))
            ),
        )
    ]
