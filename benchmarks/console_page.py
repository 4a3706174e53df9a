"""How soon the operators' page shows 1,000 dead letters of five reasons, in Chromium, on the local cloud.

Run it with `make bench-console`. It ends with 1 where that takes two seconds or longer.
"""

import os
import re
import subprocess
import sys
import time
from typing import Any

from brigade.deploy import deployment
from brigade.local import local_cloud
from brigade.pipeline import Pipeline
from brigade.target import local_target
from infra import names
from services.chain import CHAIN
from tests.browser.operators import REASONS, letter
from tests.support.browsing import DESK, browser

LETTERS, MOST_S, ROUNDS = 1_000, 2, 5
STACK = "console"
_BATCH = 10


def bury(pipeline: Pipeline) -> None:
    """Fill the dead-letter queues with letters of five reasons, in equal numbers."""
    sqs: Any = pipeline.target.client("sqs")
    for place, (actor, reason, detail) in enumerate(REASONS):
        url = pipeline.output(names.dead_letter_queue(CHAIN.actor(actor)))
        keys = [f"in/{number}.jpg" for number in range(place, LETTERS, len(REASONS))]
        for first in range(0, len(keys), _BATCH):
            batch = [letter(key, actor, reason, detail) for key in keys[first : first + _BATCH]]
            sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n)} | each for n, each in enumerate(batch)])


def opened(page: Any, address: str) -> float:
    """Open the view of dead letters; return the seconds until all of them are counted and listed."""
    began = time.monotonic()
    page.goto(address)
    page.get_by_text(f"All {LETTERS:,} dead letters").wait_for()
    page.locator(".letter a").nth(49).wait_for()
    return time.monotonic() - began


def main() -> None:
    with local_cloud.running() as cloud:
        target = local_target(cloud.endpoint)
        deployment.deploy(target, STACK, version="console")
        bury(Pipeline.find(target, STACK))
        command = [sys.executable, "-m", "brigade", "console", "--stack", STACK]
        variables = os.environ | target.variables()
        with (
            subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as console,
            browser() as chromium,
        ):
            address, token = re.findall(r"(http://\S+/)#(\S+)", (console.stdout or sys.stdin).readline())[0]
            page = chromium.new_context(**DESK).new_page()
            page.goto(f"{address}#{token}")
            page.get_by_role("heading", name="Overview").wait_for()
            took = []
            for number in range(ROUNDS):
                time.sleep(6)  # what was found is kept for five seconds: each round looks at the queues anew
                page.goto("about:blank")
                took.append(opened(page, f"{address}?{number}#/letters"))
            console.terminate()
    print(f"{LETTERS:,} dead letters of {len(REASONS)} reasons: shown after", end=" ")
    print(f"{', '.join(f'{each:.2f}' for each in took)} s")
    sys.exit(0 if max(took) < MOST_S else f"it took {MOST_S} s or longer")


if __name__ == "__main__":
    main()
