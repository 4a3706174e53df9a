"""One cold start, in a process of its own: ``python -I -S cold_start_run.py FOLDER MODULE``, the event on stdin.

Imports the module from the folder, hands its ``handle`` the event, and prints CPU seconds and peak memory in bytes as
JSON on its last line. Nothing but the standard library and the folder is on the path.
"""

import importlib
import json
import sys
import time
from pathlib import Path


class Context:
    """Lambda's context."""

    function_name = "cold"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:cold"
    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def main() -> None:
    folder, module = sys.argv[1:]
    event = json.load(sys.stdin)
    sys.path.insert(0, folder)
    began = time.process_time()
    handle = importlib.import_module(module).handle
    imported = time.process_time()
    answer = handle(event, Context())
    done = time.process_time()
    if answer != {"batchItemFailures": []}:
        sys.exit(f"{module} answered {answer}")
    print(json.dumps({"imports": imported - began, "invocation": done - imported, "peak": peak()}))


def peak() -> int:
    """Return the most memory that was ever resident, bytes; getrusage would count the parent's before the exec."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
