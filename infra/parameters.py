"""What is decided when the stack is deployed, not when the template is rendered."""

from typing import Any

from troposphere import Equals, Not, Parameter, Ref

from infra import delivery, names
from kit.actor import Bucket, Setting
from kit.chain import Chain
from kit.events import ImageSettled
from records.status import SETTLED, Status

ALARM_EMAIL = "AlarmEmail"
ALLOWED_ORIGINS = "AllowedOrigins"
ARCHITECTURE = "Architecture"
ENVIRONMENT = "Environment"
GRACE_SECONDS = "GraceSeconds"
INFREQUENT_ACCESS_AFTER_DAYS = "InfrequentAccessAfterDays"
LOG_RETENTION_DAYS = "LogRetentionDays"
MAXIMUM_CONCURRENCY = "MaximumConcurrency"
NONCURRENT_DAYS = "NoncurrentDays"
PERMISSIONS_BOUNDARY_ARN = "PermissionsBoundaryArn"
REPLICA_REGION = "ReplicaRegion"
SETTLED_ENDPOINT = "SettledEndpoint"
SETTLED_STATUSES = "SettledStatuses"

# The conditions that a boundary, an address, an endpoint, origins, ages of uploads and a second region are given.
BOUNDARY_IS_GIVEN = "BoundaryIsGiven"
EMAIL_IS_GIVEN = "EmailIsGiven"
ENDPOINT_IS_GIVEN = "EndpointIsGiven"
OLD_VERSIONS_EXPIRE = "OldVersionsExpire"
REPLICA_IS_WANTED = "ReplicaIsWanted"
UPLOADS_COOL_DOWN = "UploadsCoolDown"
WEB_UPLOADS = "WebUploads"

# The mapping from MaximumConcurrency to each actor's concurrency under it: templates cannot take a minimum, and a
# parameter's value is text, which not every engine takes for a number.
CONCURRENCY = "Concurrency"
CAPS = (2, 4, 8, 16, 32, 64)

# What CloudWatch Logs takes:
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827)

# Never, or after at least the 30 days that S3 wants an object to stay in STANDARD before STANDARD_IA:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
DAYS_IN_STANDARD = (0, 30, 45, 60, 90, 120, 180, 365, 730)

# Empty, or roughly an address: SNS asks its owner to confirm it.
EMAIL = r"^$|^[^@\s]+@[^@\s]+$"

# Nothing, or origins as browsers send them: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
_ORIGIN = r"(\*|https?://[^\s,/]+)"
ORIGINS = rf"|{_ORIGIN}(,{_ORIGIN})*"

# Nothing, or an address to which SNS may post.
ENDPOINT = r"|https://[^\s]+"

# Nothing, or the name of a region, as eu-central-1.
REGION = r"|[a-z]{2}(-[a-z]+)+-[0-9]"

# Nothing, or a version of a layer: https://docs.aws.amazon.com/lambda/latest/api/API_LayerVersionsListItem.html
LAYER_ARN = r"|arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:layer:[A-Za-z0-9_-]+:\d+"

# Nothing, or a policy, the account's own or one of AWS's: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html
POLICY_ARN = r"|arn:[a-z-]+:iam::(\d{12}|aws):policy/[\w+=,.@/-]+"

# The longest that SQS delays a message:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html
LONGEST_GRACE_S = 15 * 60


def parameters(chain: Chain) -> list[Parameter]:
    """Return the parameters; `brigade deploy` gives those without a default."""
    return [
        Parameter(
            ALARM_EMAIL,
            Type="String",
            Default="",
            AllowedPattern=EMAIL,
            ConstraintDescription="must be one e-mail address, or nothing",
            Description="Who gets every alarm and a summary each day, by e-mail; empty: nobody, but the topic is there",
        ),
        Parameter(
            ALLOWED_ORIGINS,
            Type="String",
            Default="",
            AllowedPattern=ORIGINS,
            ConstraintDescription="must be origins, as https://a.org,https://b.org (without a path), or nothing",
            Description="Web origins that may upload and read, as https://a.org,https://b.org; empty: none",
        ),
        Parameter(
            ARCHITECTURE,
            Type="String",
            Default="arm64",
            AllowedValues=["arm64", "x86_64"],
            Description="What the functions run on; their zips must hold wheels for the same",
        ),
        Parameter(names.CODE_BUCKET, Type="String", Description="The bucket that holds the functions' zips"),
        *(
            Parameter(names.code_key(each), Type="String", Description=f"The key of {each.name}'s zip")
            for each in chain.functions
        ),
        Parameter(
            ENVIRONMENT,
            Type="String",
            Default="production",
            Description="What the catalog's records name as their environment",
        ),
        *_grace(chain),
        *(
            Parameter(
                names.layer(layer),
                Type="String",
                Default="",
                AllowedPattern=LAYER_ARN,
                Description=f"The layer version with {layer}, as `make layers` builds it; empty: without",
            )
            for layer in layers(chain)
        ),
        Parameter(
            INFREQUENT_ACCESS_AFTER_DAYS,
            Type="Number",
            Default=0,
            AllowedValues=list(DAYS_IN_STANDARD),
            Description="Days after which an upload of 128 KB or more moves to S3's class STANDARD_IA; 0: never",
        ),
        Parameter(
            LOG_RETENTION_DAYS,
            Type="Number",
            Default=30,
            AllowedValues=list(RETENTIONS),
            Description="Days after which log lines are deleted",
        ),
        Parameter(
            MAXIMUM_CONCURRENCY,
            Type="Number",
            Default=0,
            AllowedValues=[0, *CAPS],
            Description="At most so many invocations of each actor at a time; 0: as many as the actor declares",
        ),
        Parameter(
            NONCURRENT_DAYS,
            Type="Number",
            Default=0,
            MinValue=0,
            MaxValue=3650,
            Description="Days after which a replaced or deleted upload is gone for good; 0: its versions stay for ever",
        ),
        Parameter(
            PERMISSIONS_BOUNDARY_ARN,
            Type="String",
            Default="",
            AllowedPattern=POLICY_ARN,
            ConstraintDescription="must be the ARN of a policy, or nothing",
            Description="The policy beyond which no role of the stack may do anything; empty: none",
        ),
        *_replica(chain),
        *_endpoint(chain),
        *delivery.parameters(),
        *(
            Parameter(
                setting.name,
                Type="String",
                Default=setting.default,
                Description=f"{setting.meaning} ({declared.name})",
                **_allowed(setting),
            )
            for declared in chain.functions
            for setting in declared.settings
        ),
        Parameter(names.VERSION, Type="String", Description="The release that is deployed, for the records"),
    ]


def _allowed(setting: Setting) -> dict[str, Any]:
    if setting.choices:
        return {"AllowedValues": list(setting.choices)}
    return {"AllowedPattern": setting.pattern, "ConstraintDescription": setting.constraint}


def _grace(chain: Chain) -> list[Parameter]:
    if not any(actor.delayed for actor in chain.actors):
        return []
    return [
        Parameter(
            GRACE_SECONDS,
            Type="Number",
            Default=LONGEST_GRACE_S,
            MinValue=0,
            MaxValue=LONGEST_GRACE_S,
            Description="Seconds for which outputs are kept of a picture that was removed, replaced or made again",
        )
    ]


def _replica(chain: Chain) -> list[Parameter]:
    if not keeps_records(chain):
        return []
    return [
        Parameter(
            REPLICA_REGION,
            Type="String",
            Default="",
            AllowedPattern=REGION,
            ConstraintDescription="must be another region, as eu-west-1, or nothing",
            Description="Another region, in which a replica of the table can be read; empty: none",
        ),
    ]


def _endpoint(chain: Chain) -> list[Parameter]:
    if ImageSettled not in chain.events:
        return []
    settled = [str(status) for status in Status if status in SETTLED]
    one = "|".join(settled)
    return [
        Parameter(
            SETTLED_ENDPOINT,
            Type="String",
            Default="",
            AllowedPattern=ENDPOINT,
            ConstraintDescription="must begin with https://, or be nothing",
            Description="Where SNS posts what has become of pictures (docs/subscribing.md); empty: nowhere",
        ),
        Parameter(
            SETTLED_STATUSES,
            Type="CommaDelimitedList",
            Default=",".join(settled),
            # Not AllowedValues, which the local cloud holds against the whole list.
            AllowedPattern=f"({one})(,({one}))*",
            ConstraintDescription=f"must be some of {', '.join(settled)}, with commas between",
            Description="The statuses of which SettledEndpoint hears",
        ),
    ]


def keeps_records(chain: Chain) -> bool:
    """Whether the stack has a table: some actor uses it."""
    return any(actor.table for actor in chain.actors)


def keeps_originals(chain: Chain) -> bool:
    """Whether the stack has an archive bucket: some actor writes to it."""
    return any(place.bucket is Bucket.ARCHIVE for actor in chain.actors for place in actor.writes)


def layers(chain: Chain) -> list[str]:
    """Return the layers that some actor may have, each once."""
    return list(dict.fromkeys(layer for actor in chain.actors for layer in actor.layers))


def conditions(chain: Chain) -> dict[str, object]:
    """Return the conditions by name."""
    return {
        **{names.layer_is_given(layer): Not(Equals(Ref(names.layer(layer)), "")) for layer in layers(chain)},
        **delivery.conditions(),
        BOUNDARY_IS_GIVEN: Not(Equals(Ref(PERMISSIONS_BOUNDARY_ARN), "")),
        EMAIL_IS_GIVEN: Not(Equals(Ref(ALARM_EMAIL), "")),
        **({ENDPOINT_IS_GIVEN: Not(Equals(Ref(SETTLED_ENDPOINT), ""))} if ImageSettled in chain.events else {}),
        OLD_VERSIONS_EXPIRE: Not(Equals(Ref(NONCURRENT_DAYS), "0")),
        **({REPLICA_IS_WANTED: Not(Equals(Ref(REPLICA_REGION), ""))} if keeps_records(chain) else {}),
        UPLOADS_COOL_DOWN: Not(Equals(Ref(INFREQUENT_ACCESS_AFTER_DAYS), "0")),
        WEB_UPLOADS: Not(Equals(Ref(ALLOWED_ORIGINS), "")),
        **{
            names.is_chosen(setting, choice): Equals(Ref(setting.name), choice)
            for actor in chain.actors
            for setting in actor.settings
            for choice, _ in (*setting.extra_actions, *setting.erases)
        },
        **{
            names.is_on(each): Not(Equals(Ref(each.enabled_by.name), each.enabled_by.default))
            for each in chain.functions
            if each.enabled_by
        },
    }


def mappings(chain: Chain) -> dict[str, dict[str, dict[str, int]]]:
    """Return the mappings by name: invocations at a time, by MaximumConcurrency and actor."""
    capped = {str(cap): {actor.name: min(cap, actor.concurrency) for actor in chain.actors} for cap in CAPS}
    return {CONCURRENCY: {"0": {actor.name: actor.concurrency for actor in chain.actors}} | capped}
