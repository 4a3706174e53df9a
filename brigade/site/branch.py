"""A commit on a branch, in a worktree of its own: the checkout stays as it is. All is done by the git program."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from brigade.terminal import OperatorError

_REMOTE = "origin"
# What a hook that gives this command would have git act on.
_ELSEWHERE = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}


@dataclass(frozen=True)
class Branch:
    """A branch that is checked out in ``tree``; ``folder`` is there what the operator named."""

    name: str
    repository: Path
    tree: Path
    folder: Path
    head: str

    @property
    def is_ahead(self) -> bool:
        """Whether it has commits that the repository's HEAD does not have."""
        return _git(self.tree, "rev-list", "--count", f"{self.head}..HEAD") != "0"

    def commit(self, message: str) -> str:
        """Commit what has changed in files that git knows; return the commit, or nothing. Raises OperatorError."""
        _git(self.tree, "add", "--update")
        if not _git(self.tree, "diff", "--cached", "--name-only"):
            return ""
        _git(self.tree, "commit", "--quiet", "--message", message)
        return _git(self.tree, "rev-parse", "HEAD")

    def push(self) -> None:
        """Push it, from the repository: the remote may be a relative path. Raises OperatorError."""
        _git(self.repository, "push", "--quiet", "--set-upstream", _REMOTE, self.name)

    def pull_request(self) -> str:
        """Return the URL of the branch's pull request; asks for one where there is none. Raises OperatorError."""
        try:
            return _run(self.repository, "gh", "pr", "view", self.name, "--json", "url", "--jq", ".url")
        except OperatorError:
            return _run(self.repository, "gh", "pr", "create", "--head", self.name, "--fill")


@contextmanager
def checked_out(folder: Path, name: str) -> Iterator[Branch]:
    """Check a branch out for as long as the block runs; a new one goes again if nothing is committed.

    It begins where the remote's branch of that name was when it was last seen, or else at HEAD. Raises OperatorError.
    """
    _git(folder, "check-ref-format", "--branch", name)
    repository = Path(_git(folder, "rev-parse", "--show-toplevel")).resolve()
    below = folder.resolve().relative_to(repository)
    is_new = not _git(repository, "for-each-ref", f"refs/heads/{name}")
    remote = _git(repository, "for-each-ref", "--format=%(objectname)", f"refs/remotes/{_REMOTE}/{name}")
    head = _git(repository, "rev-parse", "HEAD")
    start = remote or head
    with TemporaryDirectory(prefix="brigade-site-") as made:
        tree = Path(made).resolve() / "tree"
        how = ["-b", name, str(tree), start] if is_new else [str(tree), name]
        _git(repository, "worktree", "add", "--quiet", *how)
        try:
            if not (tree / below).is_dir():
                raise OperatorError(f"{folder} is not in branch {name}", "commit it first")
            yield Branch(name, repository, tree, tree / below, head)
        finally:
            _git(repository, "worktree", "remove", "--force", str(tree))
            if is_new and _git(repository, "rev-parse", name) == start:
                _git(repository, "branch", "--quiet", "--delete", "--force", name)


def require_gh() -> None:
    """Raise OperatorError where the program that asks for pull requests is not installed."""
    if not shutil.which("gh"):
        raise OperatorError("a pull request is asked for by GitHub's `gh`, which is not installed", "use --push alone")


def _git(folder: Path, *arguments: str) -> str:
    return _run(folder, "git", *arguments)


def _run(folder: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise OperatorError(f"{error.filename} is not there") from error
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip()
        raise OperatorError(f"`{' '.join(command[:2])}` failed: {said}")
    return done.stdout.strip()
