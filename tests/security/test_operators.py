"""Operators: each size of docs/operator-policy-*.json is enough for its commands, needed for them, and for no others.

The commands run where IAM is enforced, as a user who has that policy, and as they would on an account: what only an
account has (CloudWatch's metrics, X-Ray) is asked for, too.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session
from msgspec.structs import replace

from brigade.__main__ import main
from brigade.console import letters, overview, structs, work
from brigade.console import pictures as shown_pictures
from brigade.console.console import Console
from brigade.flow import mappings
from brigade.pipeline import Pipeline
from brigade.target import Target
from kit import aws
from kit.events import Image, ImageResized
from services.catalog.actor import CATALOG
from services.describe.actor import DESCRIBE
from services.ingest.actor import INGEST
from tests.brigade.dead_letters.test_undelivered import lose
from tests.security.stage import Stage
from tests.support import pictures, story
from tests.support.commands import every
from tests.support.desk import Desk
from tests.support.guard import OVER_TLS, Guard
from tests.support.site import body, notification
from tools.operator_rights import APPROVE, LOOK, REPAIR, SIZES, Size

# Where the right to a request is not named like the request.
RIGHTS = {
    "s3:HeadObject": ("s3:GetObject", "s3:ListBucket"),
    "s3:GetObject": ("s3:GetObject", "s3:ListBucket"),  # or what is gone is 403
    "s3:GetObjectVersion": ("s3:GetObjectVersion", "s3:ListBucket"),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "sqs:ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
    "sqs:SendMessageBatch": ("sqs:SendMessage",),
    "sns:PublishBatch": ("sns:Publish",),
    "monitoring:GetMetricData": ("cloudwatch:GetMetricData",),
}
# For `redrive --native`, which the local cloud does not know.
BEYOND = {"sqs:ListMessageMoveTasks", "sqs:StartMessageMoveTask"}
# What ends with 1 all the same: X-Ray knows nothing here, ingest fails again, some pictures are lost, the one that is
# ready has nothing to show, and no actor works on a site's.
FAILING = {"dlq replay", "html", "missing", "site", "trace"}


class Account(Target):
    """The guarded cloud, taken for an account."""

    @cached_property
    def is_ministack(self) -> bool:
        return False


@dataclass
class World:
    """What operators find: a picture that is ready, two in quarantine, and letters that ingest gave up."""

    guard: Guard
    pipeline: Pipeline
    ready: Image
    held: tuple[Image, ...]

    def letter(self) -> tuple[str, str]:
        """Bury one more letter, of an upload that is no picture; return its id and the upload's key."""
        source = Stage(self.guard, self.pipeline, INGEST).upload("bad", b"no picture")
        letter = Desk(self.pipeline, "").bury("ingest", notification(source), reason="not-an-image")
        return letter.message_id, source.key


@pytest.fixture(scope="module")
def world(guard: Guard, resting: Pipeline) -> World:
    stage = Stage(guard, resting, CATALOG)
    ready, *held = (Image.of(stage.upload(name, pictures.jpeg())) for name in ("ready", "held", "held-too"))
    at_gate = [
        event
        for image in held
        for event in (story.ingested(image), story.normalized(image, "gate"), story.moderated(image, "gate", "refused"))
    ]
    plain = [story.ingested(ready), story.normalized(ready), story.resized(ready)]
    assert stage.work(*(body(_in(event, resting)) for event in (*plain, *at_gate))) == 0
    for stored in (story.MASTER, *story.resized(ready).renditions):
        stage.store(stored.key)
    copy = stage.archive(ready, b"x")
    assert stage.work(body(copy)) == 0
    return World(guard, resting, ready, tuple(held))


def _in(event: Any, pipeline: Pipeline) -> Any:
    """Return an event whose master or renditions lie in the pipeline's bucket."""
    bucket = pipeline.target_bucket
    if isinstance(event, ImageResized):
        return replace(event, renditions=tuple(replace(each, bucket=bucket) for each in event.renditions))
    return replace(event, master=replace(event.master, bucket=bucket)) if hasattr(event, "master") else event


def commands(world: World) -> dict[str, list[list[str]]]:
    """Return how each command is given, by its words; made anew for each size, for some take letters away."""
    (replayed, _), (edited, _), (_, redriven), (discarded, _) = (world.letter() for _ in range(4))
    lose(Desk(world.pipeline, ""), body(story.ingested(world.ready)))
    of_catalog = Desk(world.pipeline, "").bury("catalog", body(story.ingested(world.ready))).message_id
    key = world.ready.source.key
    first, second = (image.id for image in world.held)
    return {
        "outputs": [[]],
        "ls": [[], ["--day", "2026-11-21"]],
        "show": [[key], [world.ready.id]],
        "html": [[key]],
        "get": [[key, "--out", "got"]],
        "export": [["--out", "tables", "--format", "csv"]],
        "trace": [[key]],
        "status": [[]],
        "logs": [[key]],
        "missing": [[], ["--prefix", "in/"]],
        "dlq ls": [[]],
        "dlq show": [["ingest"]],
        "dlq export": [["ingest", "--out", "letters.jsonl"]],
        "dlq history": [[]],
        "history": [[]],
        "upload": [["new.jpg"], ["folder"]],
        "site": [["folder", "--base", "https://img.example.org", "--timeout", "0"]],
        # The requests are rclone's own.
        "import": [["folder", "--prefix", "in/imported", "--", "--header", ": ".join(OVER_TLS)]],
        "resume": [["describe"]],
        "pause": [["describe"]],
        "rerun": [[key, "--from", "resize"]],
        "focus": [[key, "0.3", "0.7"], [key, "--forget"]],
        "dlq replay": [["ingest", replayed, "--local"], ["catalog", of_catalog, "--local"]],
        "dlq edit": [["ingest", edited]],
        "dlq redrive": [["ingest", "--key", redriven, "--watch", "0"], ["undelivered", "--watch", "0"]],
        "dlq discard": [["ingest", discarded, "--archive", "discarded.jsonl"]],
        "dlq import": [["discarded.jsonl", "ingest"]],
        "archive": [[key]],
        "restore": [[key]],
        "approve": [[first]],
        "reject": [[second, "--delete-original"]],
    }


@pytest.fixture
def operator(
    size: Size, guard: Guard, resting: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Target]:
    """A user with the policy of that size, in a folder with pictures."""
    iam, name = guard.target.client("iam"), f"{size.name}-{tmp_path.name}"
    # The policy is for stacks that begin with brigade.
    text = json.dumps(size.policy).replace("brigade", resting.stack.name)
    made = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=made)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    target = Account(guard.target.region, guard.endpoint, (key["AccessKeyId"], key["SecretAccessKey"]))
    monkeypatch.setattr("brigade.acting.here.resolve", lambda: target)
    monkeypatch.setattr("brigade.dead_letters.notify_catalog.PATIENCE_S", 0)  # the catalog is paused
    monkeypatch.setattr("brigade.dead_letters.queue.LONG_POLL_S", 0)
    for variable, value in {**target.variables(), "BRIGADE_STACK": resting.stack.name, "NO_PROXY": "*"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("VISUAL", f"{sys.executable} editor.py")
    monkeypatch.chdir(tmp_path)
    script = "import pathlib, sys; path = pathlib.Path(sys.argv[1])"
    Path("editor.py").write_text(f"{script}\npath.write_text(path.read_text().replace('Put', 'Post'))\n")
    Path("folder").mkdir()
    for path in ("new.jpg", "folder/a.jpg", "folder/b.jpg"):
        Path(path).write_bytes(pictures.jpeg() + tmp_path.name.encode())  # or it is there already
    Path("folder/index.html").write_text("<img src=a.jpg>")
    send = URLLib3Session.send

    def over_tls(session: Any, request: Any) -> Any:
        request.headers[OVER_TLS[0]] = OVER_TLS[1]
        return send(session, request)

    monkeypatch.setattr(URLLib3Session, "send", over_tls)
    aws.forget()
    yield target
    aws.forget()
    list(mappings.switch(resting, [DESCRIBE], on=False))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The rights to what is asked in this process, but for GetCallerIdentity, which is everybody's."""
    asked: set[str] = set()
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def note(client: Any, operation: str, params: dict[str, Any]) -> Any:
        service = client.meta.service_model.signing_name
        right = f"{service}:{operation}" + (
            "Version" if operation in {"DeleteObject", "GetObject"} and "VersionId" in params else ""
        )
        if service != "sts":
            asked.update(RIGHTS.get(right, (right,)))
        if service == "xray":  # the local cloud has none, and botocore would try for a quarter of a minute
            return {"Traces": []}
        return call(client, operation, params)

    monkeypatch.setattr(BaseClient, "_make_api_call", note)
    return asked


def give(words: str, arguments: list[str]) -> int:
    yes = ["--yes"] if every()[words].callback.acts == "changing" else []
    return main([*words.split(), *yes, *arguments])  # what follows -- is no option of ours


def test_each_command_is_in_one_size_or_the_deployers() -> None:
    listed = [command for size in SIZES for command in size.commands]
    acting = {words for words, command in every().items() if command.callback.acts != "offline"}
    assert sorted([*listed, "console", "deploy", "destroy", "portal", "prove"]) == sorted(acting)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_a_policy_is_enough_for_its_commands_and_nothing_in_it_is_needless(
    size: Size, world: World, operator: Target, asked: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = commands(world)
    asked.clear()
    for words in size.commands:
        for arguments in given[words]:
            code, said = give(words, arguments), capsys.readouterr().err
            assert "not allowed" not in said
            assert code == 0 or words in FAILING, said
    assert actions(size.own) - BEYOND - asked == set()
    assert asked - actions(size.policy["Statement"]) == set()  # the local cloud does not enforce every one


def actions(statements: Iterable[Any]) -> set[str]:
    return {action for statement in statements for action in statement["Action"]}


@pytest.mark.parametrize(
    ("size", "beyond"),
    [
        (LOOK, ("upload", "rerun", "dlq redrive", "dlq discard", "approve")),
        (REPAIR, APPROVE.commands),
        (APPROVE, ("upload", "rerun", "dlq redrive")),
    ],
    ids=[size.name for size in SIZES],
)
def test_what_is_beyond_a_policy_is_refused(
    size: Size, beyond: tuple[str, ...], world: World, operator: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    given = commands(world)
    for words in beyond:
        assert give(words, given[words][0]) == 1
        assert "not allowed" in capsys.readouterr().err


@pytest.mark.parametrize("size", [LOOK], ids=["look"])
def test_who_may_look_may_look_at_the_console_and_change_nothing_by_it(
    size: Size, world: World, operator: Target
) -> None:
    world.letter()
    console = Console(Pipeline.find(operator, world.pipeline.stack.name))
    assert len(overview.look(console)["actors"]) == len(world.pipeline.chain.actors)
    [letter, *_] = letters.listed(console, structs.LettersAsked(actor="ingest"))["letters"]
    assert letters.show(console, "ingest", letter["id"])["reason"] == "not-an-image"
    assert shown_pictures.listed(console, structs.PicturesAsked())["pictures"]
    picture = shown_pictures.show(console, world.ready.id)
    assert shown_pictures.file(console, world.ready.id, picture["thumbnail"])[0]
    overview.history(console, structs.Newest())
    plan = work.plan(console, structs.Wanted(act="redrive", actor="ingest"))
    refused = pytest.raises(ClientError, match=r"AccessDenied|not authorized")
    with refused:
        work.start(console, plan["plan"], structs.Start(count=plan["count"]))
    with refused:
        shown_pictures.judge(console, world.held[0].id, structs.Judged(judgement="approved"))
