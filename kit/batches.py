"""Batch requests that AWS may do in part: what failed is sent again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kit.backoff import policy
from kit.deadline import seconds_left

T = TypeVar("T")
# What never passes by itself: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
DENIED = "AccessDenied"


@dataclass(frozen=True)
class Refused(Generic[T]):
    """One entry of a batch that failed, with AWS's code and message; ``passing``: it may succeed later."""

    thing: T
    code: str
    words: str = ""
    passing: bool = True

    def __str__(self) -> str:
        return f"{self.code}: {self.words}" if self.words else self.code


def in_full(send: Callable[[list[T]], Iterable[Refused[T]]], things: Iterable[T]) -> list[Refused[T]]:
    """Send things in one request; send what fails again, with backoff.

    Returns what failed for good, or in as many attempts without progress as the policy allows.
    """
    left, again, attempts = list(things), list[Refused[T]](), 0
    lost: list[Refused[T]] = []
    while left and attempts < policy().attempts and seconds_left() > 0:
        if attempts:
            policy().sleep(policy().backoff.delay(attempts))
        refused = list(send(left))
        lost += [each for each in refused if not each.passing]
        again = [each for each in refused if each.passing]
        attempts = attempts + 1 if len(again) == len(left) else 1
        left = [each.thing for each in again]
    return lost + again


def failed(sent: Sequence[T], answer: Mapping[str, Any]) -> list[Refused[T]]:
    """Return the entries of a batch that SQS or SNS refused; an entry's Id must be its index."""
    return [
        Refused(sent[int(each["Id"])], each["Code"], each.get("Message", ""), passing=not each["SenderFault"])
        for each in answer.get("Failed", [])
    ]


def _ask(operation: Callable[..., Any], **words: Any) -> Any:
    return operation(**words)


def delete_objects(
    s3: Any, bucket: str, names: Iterable[dict[str, str]], ask: Callable[..., Any] = _ask
) -> list[Refused[dict[str, str]]]:
    """Delete at most a thousand objects by Key, or Key and VersionId; return those that were not.

    Keys with characters that XML cannot express are deleted one by one: there the key is in the URL.
    ``ask`` does each request.
    """

    def send(left: list[dict[str, str]]) -> list[Refused[dict[str, str]]]:
        answer = ask(s3.delete_objects, Bucket=bucket, Delete={"Objects": left, "Quiet": True})
        return [
            Refused(
                {part: each[part] for part in ("Key", "VersionId") if each.get(part)},
                each["Code"],
                each.get("Message", ""),
                passing=each["Code"] != DENIED,
            )
            for each in answer.get("Errors", [])
        ]

    names = list(names)
    for name in names:
        if not name["Key"].isprintable():
            ask(s3.delete_object, Bucket=bucket, **name)
    return in_full(send, [name for name in names if name["Key"].isprintable()])
