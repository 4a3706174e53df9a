"""What things are called in a stack: logical ids, which are the outputs' and parameters' names too."""

import re

from kit.actor import Actor, Bucket, Declaration, HttpApi, Setting
from kit.events import Event

TABLE = "Table"
DELIVERY_URL = "DeliveryUrl"
ALARM_TOPIC = "AlarmTopic"
# Where SNS puts what it cannot deliver to a queue; operators name it like an actor's dead letters.
UNDELIVERED, UNDELIVERED_QUEUE = "undelivered", "UndeliveredQueue"
SUMMARY_TOPIC = "SummaryTopic"
CODE_BUCKET = "CodeBucket"
VERSION = "Version"

# Generated bucket names begin with the stack's name in lower case, and S3's right to notify is bound to that
# (see policies.from_source_bucket). CloudFormation would cut a longer name short, and the two would differ:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
STACK_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


def deployed(name: str) -> str:
    """Return the text, for Sub, of a readable name that is unique to the stack: ``brigade-ingest``.

    For what goes with the stack. What is retained, and the topics that a retained bucket still points to, get
    generated names: the next stack of the same name then meets none of them.
    """
    return "${AWS::StackName}-" + name


def _of(declared: Declaration) -> str:
    return declared.name.capitalize()


def bucket(bucket: Bucket) -> str:
    """SourceBucket, TargetBucket, ArchiveBucket."""
    return f"{bucket.capitalize()}Bucket"


def topic(event: type[Event]) -> str:
    """ImageIngestedTopic …; its output is the ARN."""
    return f"{event.__name__}Topic"


def queue(actor: Actor) -> str:
    """IngestQueue …; its output is the URL."""
    return f"{_of(actor)}Queue"


def dead_letter_queue(actor: Actor) -> str:
    """IngestDeadLetterQueue …; its output is the URL."""
    return f"{_of(actor)}DeadLetterQueue"


def function(declared: Declaration) -> str:
    """IngestFunction …; its output is the function's name."""
    return f"{_of(declared)}Function"


def code_key(declared: Declaration) -> str:
    """IngestCodeKey …: the parameter that holds the key of the function's zip in the bucket CodeBucket."""
    return f"{_of(declared)}CodeKey"


def layer(name: str) -> str:
    """ExiftoolLayerArn: the parameter that names a version of a Lambda layer; it is optional."""
    return f"{name.capitalize()}LayerArn"


def layer_is_given(name: str) -> str:
    """ExiftoolLayerIsGiven: the condition that the deployment has that layer."""
    return f"{name.capitalize()}LayerIsGiven"


def is_chosen(setting: Setting, choice: str) -> str:
    """ModeratorIsRekognition …: the condition that the deployment makes that choice."""
    return f"{setting.name}Is{choice.title().replace('-', '')}"


def is_on(declared: Declaration) -> str:
    """ArchiveIsOn: the condition that the deployment has that function; it is optional."""
    return f"{_of(declared)}IsOn"


def policy(owner: str) -> str:
    """IngestQueuePolicy …: the resource policy of the bucket, topic or queue with that logical id."""
    return f"{owner}Policy"


def subscription(event: type[Event], hearer: Actor) -> str:
    """ImageIngestedToNormalize …: one way from a topic to a queue."""
    return f"{event.__name__}To{_of(hearer)}"


def log_group(declared: Declaration) -> str:
    """IngestLogGroup …."""
    return f"{_of(declared)}LogGroup"


def role(declared: Declaration) -> str:
    """IngestRole …."""
    return f"{_of(declared)}Role"


def mapping(actor: Actor) -> str:
    """IngestMapping …: the event source mapping from the queue to the function."""
    return f"{_of(actor)}Mapping"


def stream_mapping(actor: Actor) -> str:
    """RelayStreamMapping: the event source mapping from the table's stream to the function."""
    return f"{_of(actor)}StreamMapping"


def dead_letters_alarm(actor: Actor) -> str:
    """IngestDeadLettersAlarm …: somebody must look."""
    return f"{_of(actor)}DeadLettersAlarm"


def old_dead_letters_alarm(actor: Actor) -> str:
    """IngestOldDeadLettersAlarm …: nobody has looked, and soon they expire."""
    return f"{_of(actor)}OldDeadLettersAlarm"


def backlog_alarm(actor: Actor) -> str:
    """IngestBacklogAlarm …: the actor does not keep up."""
    return f"{_of(actor)}BacklogAlarm"


def errors_alarm(declared: Declaration) -> str:
    """IngestErrorsAlarm …: invocations crash."""
    return f"{_of(declared)}ErrorsAlarm"


def throttles_alarm(declared: Declaration) -> str:
    """IngestThrottlesAlarm …: Lambda refuses invocations."""
    return f"{_of(declared)}ThrottlesAlarm"


def recursion_alarm(actor: Actor) -> str:
    """IngestRecursionAlarm …: Lambda took a message for part of an endless loop and dropped it."""
    return f"{_of(actor)}RecursionAlarm"


def stream_alarm(actor: Actor) -> str:
    """RelayStreamAlarm: the actor does not keep up with the table's stream."""
    return f"{_of(actor)}StreamAlarm"


def duration_alarm(actor: Actor) -> str:
    """IngestDurationAlarm …: invocations are about to be cut off."""
    return f"{_of(actor)}DurationAlarm"


def api(api: HttpApi) -> str:
    """PortalApi: the HTTP API; its output is the API's id."""
    return f"{_of(api)}Api"


def url(api: HttpApi) -> str:
    """PortalUrl: the output with the API's address."""
    return f"{_of(api)}Url"


def own_table(api: HttpApi) -> str:
    """PortalTable: the function's own table; its output is the table's name."""
    return f"{_of(api)}Table"


def part(api: HttpApi, what: str) -> str:
    """PortalStage …: another part of the HTTP API."""
    return f"{_of(api)}{what}"
