"""Any two SQS queues of which one has the other's dead letters, and what groups the letters of a foreign sender."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import jmespath
from botocore.exceptions import ClientError

from brigade.dead_letters.letter import UNKNOWN, DeadLetter
from brigade.terminal import OperatorError
from kit.errors import aws_code

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
_NO_QUEUE = ("NonExistentQueue", "QueueDoesNotExist", "InvalidAddress")
_NOT_HERE = ("InvalidAction", "UnknownOperation", "NotImplemented")  # of a local engine that lacks an operation
_ON_AWS = re.compile(r"https://(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws\.com(?:\.cn)?/")
_BODY = "$"


def region_of(url: str) -> str:
    """Return the region that a queue's URL names; empty where it is none of AWS."""
    found = _ON_AWS.match(url)
    return (found[1] or found[2]) if found else ""


def check(url: str, endpoint: str | None) -> None:
    """Raise OperatorError for a URL that is not where commands act: SQS would take its last words alone."""
    if endpoint and region_of(url):
        raise OperatorError(
            f"{url} is on AWS, and commands act on {endpoint} here",
            "give the command where no local cloud is: outside of its folder, without AWS_ENDPOINT_URL",
        )
    there = urlsplit(url)
    if there.scheme == "http" and there.port != urlsplit(endpoint or "").port:
        mine = f"{there.scheme}://{there.netloc}"
        raise OperatorError(f"{url} is not on {endpoint or 'AWS'}, where commands act", f"set AWS_ENDPOINT_URL={mine}")


def pair(sqs: Any, queue: str | None, dlq: str | None) -> tuple[str, str]:
    """Return the URLs of a queue and its dead-letter queue, of which one may be enough: the other is asked of SQS.

    Raises OperatorError where they are no pair, or one that cannot be looked at without harm.
    """
    if queue is None or dlq is None:
        queue, dlq = _completed(sqs, queue or dlq or "")
    if queue == dlq:
        raise OperatorError("--queue and --dlq name the same queue", "name a queue, and the one that has its failures")
    facts = {url: _attributes(sqs, url) for url in (queue, dlq)}
    for url, attributes in facts.items():
        if attributes.get("FifoQueue") == "true":
            raise OperatorError(f"{url} is a FIFO queue", "only standard queues keep no order that could be lost")
    if "RedrivePolicy" in facts[dlq]:
        raise OperatorError(
            f"{dlq} has a dead-letter queue itself: looking would count as receiving, and could move messages on",
            "are --queue and --dlq the wrong way round? Otherwise remove its RedrivePolicy",
        )
    named = _dead_letters_of(facts[queue]) or facts[dlq]["QueueArn"]
    if named != facts[dlq]["QueueArn"]:
        raise OperatorError(
            f"{dlq} is not the dead-letter queue of {queue}: that is {named}",
            f"`aws sqs get-queue-url --queue-name {named.rpartition(':')[2]}` gives the URL for --dlq",
        )
    return queue, dlq


def _completed(sqs: Any, url: str) -> tuple[str, str]:
    """Return the pair to which a queue belongs: as the one that has a dead-letter queue, or as that."""
    if arn := _dead_letters_of(_attributes(sqs, url)):
        account, name = arn.split(":")[-2:]
        return url, sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    try:
        sources = sqs.list_dead_letter_source_queues(QueueUrl=url)["queueUrls"]
    except ClientError as error:
        if not any(code in aws_code(error) for code in _NOT_HERE):
            raise
        sources = []
    if len(sources) == 1:
        return sources[0], url
    if sources:
        several = f"{url} has the dead letters of {len(sources)} queues"
        raise OperatorError(several, f"name one of them: --queue {sources[0]} --dlq {url}")
    raise OperatorError(f"{url} has no dead-letter queue, and is none", "name both by --queue URL --dlq URL")


def _dead_letters_of(attributes: dict[str, str]) -> str:
    """Return the ARN of a queue's dead-letter queue; empty where it has none."""
    arn: str = json.loads(attributes.get("RedrivePolicy", "{}")).get("deadLetterTargetArn", "")
    return arn


def _attributes(sqs: Any, url: str) -> dict[str, str]:
    try:
        attributes: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    except ClientError as error:
        if any(code in aws_code(error) for code in _NO_QUEUE):
            raise OperatorError(f"there is no queue {url}", "`aws sqs list-queues` shows those there are") from error
        raise
    return attributes


def grouping(by: str) -> Callable[[DeadLetter], str]:
    """Return what groups letters: the attribute of that name, or what a path as ``$.error.code`` finds in the body.

    A path is JMESPath after ``$.``; JSON within strings, as SNS wraps it, is unpacked first. Raises OperatorError for
    a path that cannot be read. What is not there is ``unknown``.
    """
    if not by.startswith(_BODY):
        return lambda letter: letter.attributes.get(by) or UNKNOWN
    try:
        path = jmespath.compile(by.removeprefix(_BODY).removeprefix(".") or "@")
    except jmespath.exceptions.JMESPathError as error:
        why = str(error).splitlines()[0]
        raise OperatorError(f"--by {by} is no path: {why}", "write it as in '$.error.code'") from error

    def found(letter: DeadLetter) -> str:
        try:
            value = path.search(_unpacked(letter.body))
        except (RecursionError, jmespath.exceptions.JMESPathError):
            return UNKNOWN
        return value if isinstance(value, str) and value else UNKNOWN if value in (None, "") else json.dumps(value)

    return found


def _unpacked(value: Any) -> Any:
    """Return a value with the JSON objects and arrays within its strings in their places."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return _unpacked(json.loads(value))
        except ValueError:
            return value
    if isinstance(value, dict):
        return {name: _unpacked(each) for name, each in value.items()}
    return [_unpacked(each) for each in value] if isinstance(value, list) else value
