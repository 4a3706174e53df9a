"""Which local cloud belongs to which folder, or has which name: a file each, so that commands need no variable."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from brigade import project
from brigade.local.cloud_process import LocalCloud
from brigade.terminal import OperatorError

# Names a cloud, whatever folder a command is given in.
CLOUD = "BRIGADE_CLOUD"


def owners() -> list[str]:
    """Return whose cloud commands would use here, nearest first: the name that is set, or else the folders."""
    name = os.environ.get(CLOUD)
    return [name] if name else [str(folder) for folder in project.folders()]


def record(cloud: LocalCloud) -> None:
    """Let commands find this cloud by its owner; raises OperatorError when another is recorded already."""
    path = _path(cloud.owner)
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {name: getattr(cloud, name) for name in ("pid", "born", "port", "identity", "folder", "owner")}
    draft = path.with_name(f"{path.name}.{cloud.identity}")
    draft.write_text(json.dumps(facts), encoding="utf-8")
    try:
        os.link(draft, path)  # whole or not at all, and only if there is none
    except FileExistsError:
        raise OperatorError(
            "another local cloud was started at the same moment", "`brigade up` shows where it is"
        ) from None
    finally:
        draft.unlink()


def recorded() -> LocalCloud | None:
    """Return the cloud that commands use here, alive or not; raises OperatorError when its record is damaged."""
    return next(_found(_path(owner) for owner in owners()), None)


def at(endpoint: str | None) -> LocalCloud | None:
    """Return the cloud that is recorded with that endpoint, whosever it is; rather one that lives."""
    every = _found(_path("").parent.glob("*.json"))
    return max((cloud for cloud in every if cloud.endpoint == endpoint), key=LocalCloud.alive, default=None)


def forget(cloud: LocalCloud) -> None:
    """Drop the record of this cloud; one of another that was started since then stays.

    Its folder has none then, and commands there act on AWS. Nobody who has worked on the cloud may change an account
    without noticing: what was agreed to is asked again.
    """
    path = _path(cloud.owner)
    if next(_found([path]), None) == cloud:
        project.withdraw(cloud.owner)
        path.unlink(missing_ok=True)


def _path(owner: str) -> Path:
    return project.state_folder() / "local-clouds" / f"{hashlib.sha256(os.fsencode(owner)).hexdigest()[:32]}.json"


def _found(paths: Iterable[Path]) -> Iterator[LocalCloud]:
    for path in paths:
        try:
            yield LocalCloud(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            continue
        except (ValueError, TypeError):
            raise OperatorError(f"the record of a local cloud is damaged: {path}", "delete that file") from None
