"""One drill: the chain on a local cloud of its own, with a proxy between the actors and the cloud."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.account import Account, account, find, only_below, queues, waiting
from brigade.deploy import deployment
from brigade.local import local_cloud
from brigade.local.cloud_process import LocalCloud
from brigade.pipeline import Pipeline
from brigade.queue_counts import counts
from brigade.target import ENDPOINT, local_target
from imaging.recipes import Recipes, load
from infra import names
from kit.actor import Actor
from kit.events import Image, Source
from tests.support import pictures
from tests.support.proxy import Proxy, between

PICTURES_WANTED = "DRILL_PICTURES"  # set by `make drill`
PICTURES = int(os.environ.get(PICTURES_WANTED, "12"))
# Seconds without any change after which no further change is expected.
PATIENCE_S = 120
_POLL_S = 0.4
_PARALLEL = 8
_STACK = "drill"

T = TypeVar("T")


def patiently(look: Callable[[], T], done: Callable[[T], bool], patience_s: float = PATIENCE_S) -> T:
    """Look until what is seen is as it should be, or has not changed for so many seconds; return what is seen."""
    before = None
    deadline = time.monotonic() + patience_s
    while not done(seen := look()) and time.monotonic() < deadline:
        if seen != before:
            before, deadline = seen, time.monotonic() + patience_s
        time.sleep(_POLL_S)
    return seen


@dataclass
class Drill:
    """What a drill works with.

    ``queues`` maps names to the URLs of what must be empty in the end, ``uploads`` image ids to keys; ``taken`` is the
    last account.
    """

    cloud: LocalCloud
    proxy: Proxy
    pipeline: Pipeline
    recipes: Recipes
    start: Callable[[], LocalCloud]
    queues: dict[str, str]
    uploads: dict[str, str] = field(default_factory=dict)
    taken: Account | None = None

    def put(self, key: str, content: bytes) -> None:
        """Upload one picture, not by way of the proxy."""
        bucket = self.pipeline.source_bucket
        answer = self.pipeline.s3.put_object(Bucket=bucket, Key=key, Body=content)
        self.uploads[Image.of(Source(bucket=bucket, key=key, version=answer["VersionId"])).id] = key

    def upload(self, count: int = PICTURES) -> None:
        """Upload so many more: of twelve, eight are good, three bad, and one is nobody's."""
        kinds, start = _kinds(), len(self.uploads)
        with ThreadPoolExecutor(_PARALLEL) as pool:
            list(pool.map(lambda i: self.put(*kinds[i % len(kinds)](i)), range(start, start + count)))

    @staticmethod
    def is_good(key: str) -> bool:
        """Whether an uploaded picture can become ready."""
        return key.startswith("in/") and not key.startswith(("in/torn/", "in/text/"))

    def restart(self) -> None:
        """Stop the cloud and start it again, at the same port."""
        self.cloud.stop()
        self.cloud = self.start()

    @property
    def sqs(self) -> Any:
        """The SQS client, straight to the cloud."""
        return self.pipeline.target.client("sqs")

    def give(self, *arguments: str, code: int = 0) -> str:
        """Give a command as an operator does; return what it prints."""
        command = [sys.executable, "-m", "brigade", *arguments, "--stack", self.pipeline.stack.name]
        environment = os.environ | self.pipeline.target.variables()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout

    def hide_for(self, seconds: int, *actors: Actor) -> None:
        """Let what these actors, or all, have received come back after so many seconds; the template says minutes."""
        for actor in actors or self.pipeline.chain.actors:
            attributes = {"VisibilityTimeout": str(seconds)}
            self.sqs.set_queue_attributes(QueueUrl=self.queues[actor.name], Attributes=attributes)

    def permit(self, receives: int, actor: Actor) -> None:
        """Let SQS move the actor's messages after so many receives; the template says more, which takes longer."""
        url = self.queues[actor.name]
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
        policy = json.loads(answer["Attributes"]["RedrivePolicy"]) | {"maxReceiveCount": receives}
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(policy)})

    def one_at_once(self, *actors: Actor) -> None:
        """Let only one process of these actors, or of each, work at a time.

        Then nobody receives what another is working on, however slow the machine is and however short the time for
        which messages are hidden: receives are counted for what the drill does alone.
        """
        functions = self.pipeline.target.client("lambda")
        for actor in actors or self.pipeline.chain.actors:
            name = self.pipeline.stack.outputs[names.function(actor)]
            functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)

    def count(self, url: str) -> int:
        """Return how many messages a queue holds, hidden and delayed ones included."""
        return counts(self.sqs, url).total

    def waiting(self) -> dict[str, int]:
        """Return how many messages each queue holds, by its name."""
        return waiting(self.pipeline, self.queues)

    def account(self, *killers: str, patience_s: float = PATIENCE_S) -> Account:
        """Wait until all queues are empty and nothing is wrong, for as long as anything changes; account for all.

        ``killers`` are keys: see ``account.account``.
        """

        def look() -> tuple[dict[str, int], Account | None]:
            waiting = self.waiting()
            quiet = not any(waiting.values())
            return waiting, self._account(waiting, killers) if quiet else None

        waiting, taken = patiently(look, lambda seen: seen[1] is not None and not seen[1].wrong, patience_s)
        self.taken = taken or self._account(waiting, killers)
        return self.taken

    def _account(self, waiting: dict[str, int], killers: Collection[str]) -> Account:
        return account(find(self.pipeline, self.uploads, waiting), self.recipes, killers, self.is_good)


def _kinds() -> list[Callable[[int], tuple[str, bytes]]]:
    """Return what twelve uploads are, in this order: from a number to key and content."""

    def kind(key: str, content: bytes) -> Callable[[int], tuple[str, bytes]]:
        return lambda number: (key.format(number), content)

    jpeg, png = kind("in/{}.jpg", pictures.jpeg()), kind("in/{}.png", pictures.alpha_png())
    torn, text = kind("in/torn/{}.jpg", pictures.truncated_jpeg()), kind("in/text/{}.jpg", pictures.text_named_jpg())
    nobodys = kind("elsewhere/{}.jpg", pictures.jpeg())
    return [jpeg, jpeg, torn, jpeg, png, text, jpeg, nobodys, jpeg, png, text, jpeg]


@contextmanager
def drilling(folder: Path, environment: dict[str, str], settings: dict[str, str]) -> Iterator[Drill]:
    """Have the chain deployed with these parameters and the shipped recipes, but for keys below ``in/`` only."""
    recipes = only_below(folder, "in/")
    port = local_cloud.free_port()
    with between(port) as proxy, ExitStack() as clouds:

        def start() -> LocalCloud:
            return clouds.enter_context(local_cloud.running(port, environment | {ENDPOINT: proxy.endpoint}))

        cloud = start()
        target = local_target(cloud.endpoint)
        pipeline = Pipeline(deployment.deploy(target, _STACK, recipes=recipes, version="drill", settings=settings))
        yield Drill(cloud, proxy, pipeline, load(recipes), start, queues(pipeline))
