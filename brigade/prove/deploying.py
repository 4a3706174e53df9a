"""Items about the stack itself: deploying it, refusing and failing to, taking it away."""

from brigade.prove.item import expect
from brigade.prove.stage import KINDS, Stage, calm, left
from brigade.prove.working import GRACE_S, good

# A short wait, and no more at once than a new account allows.
_SETTINGS = ("Environment=prove", "LogRetentionDays=1", "MaximumConcurrency=2", f"GraceSeconds={GRACE_S}")
_ARCHIVE = "ArchiveStorageClass=STANDARD_IA"


def deploy(stage: Stage) -> str:
    """A first deployment makes the whole stack: with an archive, a short grace time and little concurrency."""
    stage.deploy(*_SETTINGS, _ARCHIVE)
    return f"{len(stage.resources())} resources"


def deploy_again(stage: Stage) -> str:
    """A second deployment has nothing to change: the same once more."""
    expect("said", "nothing to change" in stage.deploy(), True)
    return "nothing to change"


def bad_parameter(stage: Stage) -> str:
    """A wrong parameter is refused before anything changes: AlarmEmail=nobody."""
    return _refused(stage, "AlarmEmail=nobody")


def rollback(stage: Stage) -> str:
    """A deployment that fails leaves the stack as it was and at work: a layer that is not there, other log days."""
    account = ":".join(stage.pipeline.stack.id.split(":")[3:5])
    said = _refused(stage, "LogRetentionDays=7", f"ExiftoolLayerArn=arn:aws:lambda:{account}:layer:not-there:1")
    groups = stage.target.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{stage.name}-")
    expect("days that logs are kept", {each["retentionInDays"] for each in groups["logGroups"]}, {1})
    stage.upload({"after the rollback.jpg": good()}, "--wait")
    return said


def _refused(stage: Stage, *settings: str) -> str:
    """Deploy what must fail; return why it did, where the stack is as it was."""
    before = stage.resources(), stage.pipeline.stack.parameters
    said = stage.deploy(*settings, code=1)
    expect("stack", (stage.resources(), stage.pipeline.stack.parameters), before)
    return said.rpartition("error: ")[2].partition(" — ")[0]


def destroy(stage: Stage) -> str:
    """Destroying keeps buckets and table, and nothing else: every kind of resource is looked for by its name."""
    keeps = sorted(stage.pipeline.output(name) for name in ("SourceBucket", "TargetBucket", "ArchiveBucket", "Table"))
    calm(stage.pipeline)
    stage.brigade("destroy", "--yes")
    stage.until("what is there", lambda: left(stage.target, stage.name), keeps)
    return f"{len(keeps)} resources are kept"


def delete_pictures(stage: Stage) -> str:
    """Deleting the pictures afterwards leaves nothing at all: every kind of resource is looked for by its name."""
    stage.brigade("destroy", "--delete-pictures", "--yes")
    stage.until("what is there", lambda: left(stage.target, stage.name), [])
    return f"nothing of {len(KINDS)} kinds"
