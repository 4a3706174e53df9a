"""ministack, with five faults of the pinned release mended.

local_cloud runs this file as a script, so it imports nothing of ours; tests/brigade/local/test_mended_ministack.py
fails when a release makes it needless.
"""

import runpy
import time
from threading import Thread
from typing import Any


def keep_global_tables() -> None:
    """Let global tables be updated like plain ones, which keep their records.

    The handler that updates a global table is not told the logical id, so it looks for the table under another name
    than it was made under, and makes a new, empty one. That of a plain table is told, keeps table, stream and records,
    and passes over the properties that it does not know.
    """
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS
    plain = handlers["AWS::DynamoDB::Table"]
    handlers["AWS::DynamoDB::GlobalTable"] |= {name: plain[name] for name in ("update", "update_with_logical_id")}


def let_cloudfront_come_by_tls() -> None:
    """Let CloudFront read a bucket that refuses plain HTTP: it comes by TLS, as its viewers do that it lets in.

    ministack hands its request to S3 in the same process, and says that it came without.
    """
    from ministack.core import iam_evaluator
    from ministack.services import s3

    fetch = s3.serve_cloudfront_origin_fetch

    def by_tls(*asked: Any, **more: Any) -> Any:
        iam_evaluator.pin_request_origin("", secure_transport=True)
        return fetch(*asked, **more)

    s3.serve_cloudfront_origin_fetch = by_tls


def let_rights_cover_batches() -> None:
    """Let who may publish, send or delete do so in batches, as on AWS, where a batch has no right of its own.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
    """
    from ministack.core import iam_actions

    extract = iam_actions.extract_iam_action

    def of_one(service: str, *more: Any, **named: Any) -> str | None:
        action: str | None = extract(service, *more, **named)
        return action.removesuffix("Batch") if action and service in ("sns", "sqs") else action

    iam_actions.extract_iam_action = of_one


def let_invocations_end() -> None:
    """Let a function that is updated end the invocations that run, as AWS does.

    ministack kills them, and their messages then stay hidden for six times the function's timeout.
    """
    from ministack.core import lambda_runtime as runtime
    from ministack.services import lambda_svc

    invalidate_all = runtime.invalidate_worker

    def invalidate_worker(func_name: str, *args: Any, **scope: Any) -> None:
        with runtime._lock:
            workers = [of for key, of in runtime._workers.items() if func_name in key.split(":")]
            busy = [each for of in workers for each in of if each.in_use]
            for of in workers:
                of[:] = [each for each in of if not each.in_use]
        invalidate_all(func_name, *args, **scope)
        Thread(target=_kill_when_done, args=(runtime, busy), daemon=True).start()

    runtime.invalidate_worker = lambda_svc.invalidate_worker = invalidate_worker


def _kill_when_done(runtime: Any, workers: list[Any]) -> None:
    ends = time.monotonic() + max((each.config.get("Timeout", 3) for each in workers), default=0)
    while any(each.in_use for each in workers) and time.monotonic() < ends:
        time.sleep(0.05)
    runtime.kill_workers(workers)


def propose_what_conditions_let_in() -> None:
    """Let a change set tell what changes: what has a condition that is false is not made, and goes where it was."""
    from ministack.services.cloudformation import changesets

    resolve = changesets._resolve_props_for_diff

    def let_in(template: Any, given: Any, *more: Any) -> Any:
        found = resolve(template, given, *more)
        holds = changesets._evaluate_conditions(template, given) if found else {}
        resources = found.get("Resources", {})
        return found | {
            "Resources": {name: each for name, each in resources.items() if holds.get(each.get("Condition"), True)}
        }

    changesets._resolve_props_for_diff = let_in


if __name__ == "__main__":
    propose_what_conditions_let_in()
    keep_global_tables()
    let_cloudfront_come_by_tls()
    let_rights_cover_batches()
    let_invocations_end()
    runpy.run_module("ministack", run_name="__main__")
