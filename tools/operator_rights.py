"""What people may do who work with stacks whose names begin with ``brigade``: an IAM policy for each of three sizes."""

from dataclasses import dataclass

from infra import names
from infra.policies import Document, Statement, allow, document
from kit.actor import Bucket
from kit.events import DeadLetterHandled, Event, ImageJudged
from kit.outputs import FOCUS, OPERATIONS
from tools.markdown import table

_STACKS = "brigade*"


@dataclass(frozen=True)
class Size:
    """One policy. It holds all that its commands need, and all that a look needs."""

    name: str
    purpose: str
    commands: tuple[str, ...]
    own: tuple[Statement, ...]

    @property
    def file(self) -> str:
        """Where the policy is, beside this module."""
        return f"operator-policy-{self.name}.json"

    @property
    def policy(self) -> Document:
        """The policy, for IAM."""
        return document(*(LOOK.own if self is LOOK else (*LOOK.own, *self.own)))


def _bucket(bucket: Bucket, keys: str = "") -> str:
    return f"arn:aws:s3:::{_STACKS}-{names.bucket(bucket).lower()}-*{keys}"


def _topic(event: type[Event]) -> str:
    return f"arn:aws:sns:*:*:{_STACKS}-{names.topic(event)}-*"


_TABLE = f"arn:aws:dynamodb:*:*:table/{_STACKS}-{names.TABLE}-*"
_QUEUES = f"arn:aws:sqs:*:*:{_STACKS}"
_DEAD_LETTERS = (f"{_QUEUES}-dead-letters", f"{_QUEUES}-{names.UNDELIVERED}")
_CODE = f"arn:aws:s3:::{_STACKS}-code-*"
# Where a command writes down what it did: brigade/operations/storage.py.
_KEEP_HISTORY = allow(["s3:PutObject"], _bucket(Bucket.TARGET, f"/{OPERATIONS}*"), Sid="KeepHistory")

LOOK = Size(
    "look",
    "sees everything and changes nothing",
    (
        "outputs",
        "ls",
        "show",
        "html",
        "get",
        "export",
        "trace",
        "status",
        "logs",
        "missing",
        "dlq ls",
        "dlq show",
        "dlq export",
        "dlq history",
        "history",
    ),
    (
        allow(["cloudformation:DescribeStacks"], f"arn:aws:cloudformation:*:*:stack/{_STACKS}/*", Sid="FindStacks"),
        allow(["dynamodb:BatchGetItem", "dynamodb:Scan"], _TABLE, Sid="ReadCatalog"),
        allow(["dynamodb:Query"], f"{_TABLE}/index/*", Sid="SearchCatalog"),
        allow(["sqs:GetQueueAttributes"], _QUEUES, Sid="CountMessages"),
        # Seeing a message is receiving it; it is given back at once.
        allow(["sqs:ChangeMessageVisibility", "sqs:ReceiveMessage"], *_DEAD_LETTERS, Sid="ReadDeadLetters"),
        allow(["s3:GetObject"], _bucket(Bucket.TARGET, "/*"), f"{_CODE}/*", Sid="ReadOutputsAndRecipes"),
        # Who may not list is told 403 instead of 404 of what is not there.
        allow(["s3:ListBucket"], _bucket(Bucket.TARGET), _bucket(Bucket.ARCHIVE), _CODE, Sid="ListOutputs"),
        allow(["s3:ListBucketVersions"], _bucket(Bucket.SOURCE), Sid="ListUploads"),
        allow(["logs:FilterLogEvents"], f"arn:aws:logs:*:*:log-group:/aws/lambda/{_STACKS}", Sid="ReadLogs"),
        # These have no resources of ours to name.
        allow(
            ["cloudwatch:GetMetricData", "lambda:ListEventSourceMappings", "xray:BatchGetTraces"],
            "*",
            Sid="ReadHealth",
        ),
    ),
)
REPAIR = Size(
    "repair",
    "puts right what failed, and uploads",
    (
        "upload",
        "site",
        "import",
        "pause",
        "resume",
        "rerun",
        "focus",
        "archive",
        "restore",
        "dlq redrive",
        "dlq edit",
        "dlq discard",
        "dlq import",
        "dlq replay",
    ),
    (
        allow(["sqs:SendMessage"], _QUEUES, Sid="SendBack"),
        allow(
            ["sqs:DeleteMessage", "sqs:ListMessageMoveTasks", "sqs:StartMessageMoveTask"],
            *_DEAD_LETTERS,
            Sid="TakeDeadLetters",
        ),
        allow(["sns:Publish"], _topic(DeadLetterHandled), Sid="TellCatalog"),
        _KEEP_HISTORY,
        allow(["s3:DeleteObject", "s3:PutObject"], _bucket(Bucket.TARGET, f"/{FOCUS}*"), Sid="TellFocus"),
        allow(["s3:ListBucket"], _bucket(Bucket.SOURCE), Sid="FindUploads"),
        allow(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], _bucket(Bucket.SOURCE, "/*"), Sid="Upload"),
        allow(["s3:GetObject", "s3:RestoreObject"], _bucket(Bucket.ARCHIVE, "/*"), Sid="RestoreOriginals"),
        # A replay of the catalog's work reads as the catalog does.
        allow(["dynamodb:GetItem"], _TABLE, Sid="ReadRecords"),
        allow(["lambda:GetEventSourceMapping"], "arn:aws:lambda:*:*:event-source-mapping:*", Sid="SeeActors"),
        allow(
            ["lambda:UpdateEventSourceMapping"],
            "*",
            Sid="PauseActors",
            Condition={"ArnLike": {"lambda:FunctionArn": f"arn:aws:lambda:*:*:function:{_STACKS}"}},
        ),
    ),
)
APPROVE = Size(
    "approve",
    "decides about pictures that moderation holds back",
    ("approve", "reject"),
    (
        allow(["sns:Publish"], _topic(ImageJudged), Sid="Judge"),
        _KEEP_HISTORY,
        # `reject --delete-original`: it names the version.
        allow(["s3:DeleteObjectVersion"], _bucket(Bucket.SOURCE, "/*"), Sid="DeleteOriginals"),
    ),
)
SIZES = (LOOK, REPAIR, APPROVE)


def operators_table() -> str:
    """Return who may give which command with which policy."""
    rows = (
        (f"[{size.name}]({size.file})", size.purpose, ", ".join(f"`{command}`" for command in size.commands))
        for size in SIZES
    )
    return table(("policy", "who has it", "commands"), rows)
