"""An actor's process is killed in the middle of work: before or after what it asked for was done, but unheard."""

from collections.abc import Callable
from dataclasses import dataclass

from infra import names
from kit.events import Event, ImageIngested, ImageNormalized, ImageResized
from tests.drills.drill import PICTURES, Drill
from tests.drills.workers import needs_proc, sender
from tests.support.proxy import Answer, Forward, Request

# Each point is met so often. A message that is received too often without an answer would be moved by SQS.
TIMES = 1 + PICTURES // 250
# The others go on between two kills at one point.
EVERY = 40


@dataclass
class Point:
    """A moment to be killed at: when a request of this kind comes, before or after it is done."""

    matches: Callable[[Request], bool]
    done: bool
    met: int = 0

    def is_now(self, request: Request) -> bool:
        if not self.matches(request):
            return False
        self.met += 1
        return self.met % EVERY == 1 and self.met <= EVERY * TIMES


def asked(service: str, operation: str, part: str = "") -> Callable[[Request], bool]:
    """Match requests to S3 whose key begins so, or to other services whose body holds that."""
    return lambda request: (
        (request.service, request.operation) == (service, operation)
        and (request.key.startswith(part) if service == "s3" else part.encode() in request.body)
    )


def announced(event: type[Event]) -> Callable[[Request], bool]:
    """Match announcements, alone or together: the topic's ARN holds the logical name."""
    alone, together = (asked("sns", operation, names.topic(event)) for operation in ("Publish", "PublishBatch"))
    return lambda request: alone(request) or together(request)


@needs_proc
def test_an_actor_is_killed_in_the_middle_of_work(drill: Drill) -> None:
    points = [
        Point(lambda request: request.service == "s3" and "Range" in request.headers, done=False),  # ingest, reading
        Point(announced(ImageIngested), done=True),
        Point(asked("s3", "PUT", "normalized/"), done=True),
        Point(announced(ImageNormalized), done=False),
        Point(asked("s3", "PUT", "renditions/"), done=True),
        Point(announced(ImageResized), done=True),
        Point(asked("dynamodb", "UpdateItem"), done=False),
        Point(asked("dynamodb", "UpdateItem"), done=True),
    ]
    kills = 0

    def rule(request: Request, forward: Forward) -> Answer | None:
        nonlocal kills
        point = next((point for point in points if point.is_now(request)), None)
        if point is None:
            return forward()
        if point.done:
            forward()
        sender(drill.cloud.pid, request).kill()
        kills += 1
        return None

    drill.proxy.rule = rule
    drill.one_at_once()
    drill.hide_for(2)
    drill.upload()
    account = drill.account()
    assert kills == len(points) * TIMES
    assert account.wrong == []
