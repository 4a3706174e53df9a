"""Beside what people would write instead: upload to all outputs stored, on one local cloud, in one run.

Run it with `make bench-peers`. The contenders take turns with the same pictures. The tables go to RESULTS.md.
"""

import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import by_hand, cost_inputs, pixel_sources, processes
from benchmarks.instead import comparison
from benchmarks.instead.comparison import Seen
from benchmarks.instead.contenders import Contender, Ours, with_pillow, with_sharp
from benchmarks.report import rich
from brigade.deploy import deployment
from brigade.local import local_cloud
from brigade.pipeline import Pipeline
from brigade.target import Target, local_target
from imaging.recipes import DEFAULT_PATH

PICTURES = int(os.environ.get("PICTURES", "20"))  # of each part
ROUNDS = 2
AT_ONCE = 4
KILL_EVERY_S = 2.0
SEED = 17
# What a killed process had received comes back after so long; where Lambda waits one minute and two before it invokes
# again, the local cloud waits one second and two.
HIDDEN_S = 20
PATIENCE_S = 120
LOOK_S = 0.05
PAUSE_S = 0.5  # so that no second has more requests than the local cloud tells of
_BUSY_S = 0.15
_NAMES = {"sns.POST.sns": "sns.Publish"}  # or PublishBatch, which the local cloud does not tell apart
# The local cloud's functions sign with the account's number, everybody else here with another key.
_FUNCTIONS = "000000000000"


def main() -> None:
    content = pixel_sources.jpeg(pixel_sources.TWELVE, orientation=1, facts=cost_inputs.CAMERA)(
        pixel_sources.PHOTOGRAPH
    )
    environment = {"CLOUDTRAIL_RECORDING": "1", "CLOUDTRAIL_MAX_EVENTS": "100000"}
    with local_cloud.running(environment=environment) as cloud, tempfile.TemporaryDirectory() as folder:
        target = local_target(cloud.endpoint)
        pipeline = Pipeline(deployment.deploy(target, "ours", recipes=DEFAULT_PATH, version="peers"))
        ours = Ours(pipeline)
        contenders: list[Contender] = [ours, with_pillow(target), with_sharp(target)]
        bench = Bench(target, cloud.pid, content)
        seen = {each.name: Seen(each.waits) for each in contenders}
        for each in contenders:
            bench.pass_through(each, 4, AT_ONCE)  # functions start once
        for each in contenders * ROUNDS:
            bench.measure(each, seen[each.name])
        ours.hide_for(HIDDEN_S)
        for each in contenders:
            bench.kill(each, seen[each.name])
        with by_hand.driving(pipeline) as driver:
            run = cost_inputs.run(driver, Path(folder), pixel_sources.TWELVE, cost_inputs.KINDS[0])
    tables = comparison.tables(seen, run)
    for table in tables:
        Console(width=120).print(rich(table))
    comparison.write(tables)


@dataclass
class Bench:
    """Lets contenders work on copies of one picture; ``cloud`` is the pid of the local cloud."""

    target: Target
    cloud: int
    content: bytes
    _number: int = 0

    def pass_through(self, contender: Contender, count: int, at_once: int) -> list[float]:
        """Upload pictures, so many under way at a time; return the seconds until each was done."""

        def one(number: int) -> float:
            began = time.monotonic()
            upload = contender.put(f"{number:05}.jpg", self.content + str(number).encode())
            if not wait(lambda: bool(contender.done([upload]))):
                sys.exit(f"{contender.name} did not finish a picture: the figures would mean nothing")
            took = time.monotonic() - began
            time.sleep(PAUSE_S if at_once == 1 else 0)
            return took

        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(one, self._numbers(count)))

    def measure(self, contender: Contender, seen: Seen) -> None:
        """Take latency and requests one by one, then throughput and CPU with several under way."""
        began = datetime.now(UTC)
        seen.alone_s += self.pass_through(contender, PICTURES // ROUNDS, 1)
        wait(lambda: not contender.waiting())
        seen.requests += self._requests(began)
        before, start = self._cpu_s(contender), time.monotonic()
        self.pass_through(contender, PICTURES // ROUNDS, AT_ONCE)
        seen.wall_s += time.monotonic() - start
        wait(lambda: not contender.waiting())
        seen.cpu_s += self._cpu_s(contender) - before
        seen.pictures += PICTURES // ROUNDS
        seen.record = contender.record(f"{self._number - 1:05}.jpg")

    def kill(self, contender: Contender, seen: Seen) -> None:
        """Upload a picture each KILL_EVERY_S, and kill a busy process as often; see what has become of each."""
        uploads = []
        with self._killing(contender) as killed:
            for number in self._numbers(PICTURES):
                uploads.append(contender.put(f"{number:05}.jpg", self.content + str(number).encode()))
                time.sleep(KILL_EVERY_S)
        settle(contender, set(uploads))
        seen.kills = len(killed)
        seen.fates = Counter(contender.fates(uploads).values())

    @contextmanager
    def _killing(self, contender: Contender) -> Iterator[list[int]]:
        """Kill a process that is at work at the moment every KILL_EVERY_S, chosen by lot, until the block ends."""
        over, killed, lot = threading.Event(), list[int](), random.Random(SEED)  # noqa: S311 - chance, not secrecy

        def kill() -> None:
            while not over.wait(KILL_EVERY_S * lot.uniform(0.5, 1.5)):
                before = {each.pid: each.cpu_s for each in self._workers(contender)}
                time.sleep(_BUSY_S)
                busy = [each.pid for each in self._workers(contender) if each.cpu_s > before.get(each.pid, 0)]
                if busy:
                    killed.append(lot.choice(busy))
                    os.kill(killed[-1], signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        try:
            yield killed
        finally:
            over.set()
            thread.join()

    def _numbers(self, count: int) -> Sequence[int]:
        self._number += count
        return range(self._number - count, self._number)

    def _workers(self, contender: Contender) -> list[processes.Process]:
        return [each for each in processes.of(self.cloud) if each.function.startswith(contender.functions)]

    def _cpu_s(self, contender: Contender) -> float:
        return sum(each.cpu_s for each in self._workers(contender))

    def _requests(self, began: datetime) -> Counter[str]:
        """Count what functions have asked since then, second by second: the local cloud gives 50 at most at a time."""
        trail, at = self.target.client("cloudtrail"), began.replace(microsecond=0)
        found: dict[str, dict[str, Any]] = {}
        mine = [{"AttributeKey": "Username", "AttributeValue": _FUNCTIONS}]
        while at < datetime.now(UTC):
            end = at + timedelta(seconds=1)
            events = trail.lookup_events(LookupAttributes=mine, StartTime=at, EndTime=end, MaxResults=50)["Events"]
            if len(events) == 50:
                sys.exit("more was asked in a second than the local cloud tells: the figures would mean nothing")
            found |= {each["EventId"]: each for each in events if each["EventTime"] >= began}
            at = end
        asked = (f"{each['EventSource'].split('.')[0]}.{each['EventName']}" for each in found.values())
        return Counter(_NAMES.get(name, name) for name in asked)


def settle(contender: Contender, left: set[str]) -> None:
    """Wait until all uploads are done, as long as one is within PATIENCE_S."""
    while left and wait(lambda: bool(contender.done(left))):
        left.difference_update(contender.done(left))


def wait(true: Callable[[], bool]) -> bool:
    """Wait until something is true; return whether it was within PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_S)
    return True


if __name__ == "__main__":
    main()
