"""Redriving on the local cloud: many letters, killed commands, two operators, an actor that fails again."""

import json
import os
import random
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import BATCH
from brigade.dead_letters.stack_queues import dead_letter_queue, dead_letters
from brigade.queue_counts import counts
from brigade.target import Target
from kit.envelope import encode, wrap
from kit.events import ImageIngested
from kit.tracing import Trace
from services.chain import CHAIN
from tests.support.journey import Journey
from tests.support.site import picture

ROOT = Path(__file__).parents[2]
REASONS = ("corrupt-image", "object-gone", "unexpected-error", "out-of-time", "decompression-bomb")
KILLS = 3
# Runs every line as a command in a process of its own, but loads the libraries once; says its pid, then how it ended.
# What such a command holds is free again a second after it was killed, and not a minute.
COMMANDS = """
import brigade.dead_letters.queue as queues
queues.HOLD_S, queues._LONG_POLL_S, queues._STEP_ASIDE_S = 1, 0, 0.1
import json, os, sys
import boto3, brigade.commands.dlq_redrive, brigade.operations.storage, brigade.dead_letters.redrive
from brigade.__main__ import main
for line in sys.stdin:
    if not (pid := os.fork()):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(main(json.loads(line)))
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
Start = Callable[..., "subprocess.Popen[str]"]


@dataclass
class Pair:
    """Two queues without any function, and what is in them, seen without receiving."""

    target: Target
    queue: str
    dlq: str

    @property
    def names(self) -> tuple[str, ...]:
        return "--queue", self.queue, "--dlq", self.dlq

    def bury(self, count: int) -> dict[str, str]:
        """Put letters of five reasons, in turn, into the dead-letter queue; return each envelope id's reason."""
        events = [
            ImageIngested(image=picture(f"{n}.jpg"), recipe="default", format="JPEG", width=4, height=3, bytes=9)
            for n in range(count)
        ]
        envelopes = [wrap(event, "ingest", Trace.start()) for event in events]
        entries = [
            {
                "Id": str(number),
                "MessageBody": encode(envelope),
                "MessageAttributes": attributes(
                    reason=REASONS[number % len(REASONS)],
                    failed_at="2026-11-21T08:00:00.000Z",
                    type=envelope.type,
                    trace=envelope.awstraceheader,
                ),
            }
            for number, envelope in enumerate(envelopes)
        ]
        for start in range(0, count, BATCH):
            self.target.client("sqs").send_message_batch(QueueUrl=self.dlq, Entries=entries[start : start + BATCH])
        return {envelope.id: REASONS[number % len(REASONS)] for number, envelope in enumerate(envelopes)}

    def peek(self, url: str) -> list[dict[str, Any]]:
        """Return a queue's messages, as the local cloud tells them without handing them out."""
        with urlopen(f"{self.target.endpoint}/_ministack/sqs/messages?QueueUrl={quote(url, safe='')}") as answer:  # noqa: S310
            [regions] = json.load(answer)["messages"].values()
        [queues] = regions.values()
        [messages] = queues.values()
        return list(messages)

    def ids(self, url: str) -> Counter[str]:
        """Return how often each envelope is in a queue."""
        return Counter(json.loads(message["Body"])["id"] for message in self.peek(url))


def attributes(**named: str) -> dict[str, dict[str, str]]:
    return {name: {"DataType": "String", "StringValue": value} for name, value in named.items()}


@pytest.fixture
def pair(journey: Journey) -> Iterator[Pair]:
    target, name = journey.pipeline.target, uuid.uuid4().hex
    if not target.is_ministack:
        pytest.skip("only ministack shows what is in a queue without handing it out")
    sqs = target.client("sqs")
    urls = [sqs.create_queue(QueueName=f"{name}{suffix}")["QueueUrl"] for suffix in ("", "-dead")]
    yield Pair(target, *urls)
    for url in urls:
        sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def start(journey: Journey, tmp_path: Path) -> Iterator[Start]:
    """Start a command in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BRIGADE_"))}
    environment |= journey.pipeline.target.variables()
    environment |= {"XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, code: str = "") -> "subprocess.Popen[str]":
        command = [sys.executable, *(["-c", code] if code else ["-m", "brigade"]), *arguments]
        pipe = subprocess.PIPE
        started.append(
            subprocess.Popen(command, env=environment, cwd=tmp_path, text=True, stdin=pipe, stdout=pipe, stderr=pipe)
        )
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def finish(process: "subprocess.Popen[str]") -> str:
    """Wait for a command that must do what was asked; return what it printed on stdout."""
    said, complaints = process.communicate(timeout=60)
    assert process.returncode == 0, complaints
    return said


def test_of_many_letters_exactly_those_of_one_reason_are_redriven(pair: Pair, start: Start) -> None:
    reasons = pair.bury(200)
    groups = json.loads(finish(start("dlq", "ls", "--json", *pair.names)))
    assert {group["reason"]: group["count"] for group in groups} == dict.fromkeys(REASONS, 40)
    finish(start("dlq", "redrive", "--reason", "object-gone", "--yes", "--watch", "0", *pair.names))
    chosen = {identity for identity, reason in reasons.items() if reason == "object-gone"}
    assert pair.ids(pair.queue) == Counter(chosen)
    assert pair.ids(pair.dlq) == Counter(reasons.keys() - chosen)
    for message in pair.peek(pair.queue):
        carried = message["MessageAttributes"]
        assert set(carried) == {"type", "trace", "lineage"}
        assert message["Attributes"]["AWSTraceHeader"] == carried["trace"]["StringValue"]
        assert carried["trace"]["StringValue"] == json.loads(message["Body"])["awstraceheader"]


def test_show_leaves_the_queue_as_it_was(pair: Pair, start: Start) -> None:
    reasons = pair.bury(60)

    def state() -> list[tuple[Any, ...]]:
        kept = ("MessageId", "Body", "IsVisible", "SentTimestamp", "MessageAttributes")
        return sorted((tuple(str(message[name]) for name in kept) for message in pair.peek(pair.dlq)), key=str)

    before = state()
    shown = json.loads(finish(start("dlq", "show", "--json", *pair.names)))
    assert {each["body"]["id"]: each["reason"] for each in shown} == reasons
    assert state() == before
    assert counts(pair.target.client("sqs"), pair.dlq).visible == 60


@pytest.mark.parametrize("seed", [20261121])
def test_killed_at_random_points_it_loses_nothing_and_goes_on(pair: Pair, start: Start, seed: int) -> None:
    reasons, chance = pair.bury(200), random.Random(seed)  # noqa: S311
    command = ("dlq", "redrive", "--yes", "--watch", "0", *pair.names)
    commands, sqs = start(code=COMMANDS), pair.target.client("sqs")

    def said() -> int:
        return int(commands.stdout.readline()) if commands.stdout else 0

    for _ in range(KILLS):
        moved, more = counts(sqs, pair.queue).visible, chance.randrange(15)
        print(json.dumps(command), file=commands.stdin, flush=True)
        pid = said()
        # Without any to be moved before, it is killed while it looks.
        while counts(sqs, pair.queue).visible < moved + more or not counts(sqs, pair.dlq).held:
            os.kill(pid, 0)  # raises when it has ended by itself
        os.kill(pid, signal.SIGKILL)
        assert said() == -signal.SIGKILL
        assert reasons.keys() == pair.ids(pair.queue).keys() | pair.ids(pair.dlq).keys()
    finish(start(*command))
    assert reasons.keys() == pair.ids(pair.queue).keys()
    assert not pair.peek(pair.dlq)


def test_two_operators_at_once_redrive_everything(pair: Pair, start: Start) -> None:
    reasons = pair.bury(150)
    command = ("dlq", "redrive", "--yes", "--watch", "0", *pair.names)
    both = [start(*command) for _ in range(2)]
    for operator in both:
        finish(operator)
    assert pair.ids(pair.queue).keys() == reasons.keys()
    assert not pair.peek(pair.dlq)


def test_what_an_actor_refuses_again_stops_the_redrive_and_is_held_back_in_the_end(
    journey: Journey, start: Start
) -> None:
    ingest = CHAIN.actor("ingest")
    word = uuid.uuid4().hex

    def ours() -> list[DeadLetter]:
        return [letter for letter in dead_letters(journey.pipeline, ingest) if word in letter.body]

    journey.at_rest()
    journey.notify({"nobody": word})
    journey.at_rest()
    [letter] = ours()
    stack = ("--stack", journey.pipeline.stack.name)
    command = (
        "dlq",
        "redrive",
        "ingest",
        "--reason",
        letter.reason,
        "--since",
        "1h",
        "--max-redrives",
        "1",
        "--yes",
        *stack,
    )
    process = start(*command)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert "came straight back (" in said
    assert "is too much: stopped" in said
    [letter] = ours()
    [redrive] = letter.lineage
    assert redrive.reason == letter.reason == "unreadable-message"
    process = start(*command)
    _, said = process.communicate(timeout=60)
    assert "failed for the same reason after 1 redrives" in said
    assert ours() == [letter]
    queue = dead_letter_queue(journey.pipeline, ingest)
    for held in queue.take([letter.message_id]):
        queue.delete(held)
