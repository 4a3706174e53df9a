"""Which local cloud `brigade up` started: one file, so that other commands find it without any variable."""

import json
import os
from pathlib import Path

from brigade.console import OperatorError
from brigade.local.local_cloud import LocalCloud


def record(cloud: LocalCloud) -> None:
    """Let other commands find this cloud; raises OperatorError when another is recorded already."""
    path = _record_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"pid": cloud.pid, "born": cloud.born, "port": cloud.port}
    draft = path.with_name(f"{path.name}.{cloud.identity}")
    draft.write_text(json.dumps(facts | {"identity": cloud.identity, "folder": cloud.folder}), encoding="utf-8")
    try:
        os.link(draft, path)  # whole or not at all, and only if there is none
    except FileExistsError:
        raise OperatorError(
            "another local cloud was started at the same moment", "`brigade up` shows where it is"
        ) from None
    finally:
        draft.unlink()


def recorded() -> LocalCloud | None:
    """Return the cloud that `brigade up` recorded, alive or not; raises OperatorError when the record is damaged."""
    path = _record_path()
    try:
        return LocalCloud(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise OperatorError(f"the record of the local cloud is damaged: {path}", "delete that file") from None


def forget(cloud: LocalCloud) -> None:
    """Drop the record of this cloud; one of another that was started since then stays."""
    if recorded() == cloud:
        _record_path().unlink(missing_ok=True)


def state_folder() -> Path:
    """Return where this user's commands keep what they must remember; it need not exist."""
    # https://specifications.freedesktop.org/basedir-spec/latest/
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state, "brigade")


def _record_path() -> Path:
    return state_folder() / "local-cloud.json"
