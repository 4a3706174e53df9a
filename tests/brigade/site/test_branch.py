"""A commit on a branch: the folder stays as it is, and git does what it does for its user."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.web import Site

PAGE = "<img src=img/larch.jpg>\r\n"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose folder ``docs`` is the site, and a bare remote beside it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / "gitconfig").write_text("[user]\nname = Ann\nemail = ann@example.org\n[init]\ndefaultBranch = main\n")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    root = tmp_path / "checkout"
    root.mkdir()
    site.root = site.root.rename(root / "docs")
    site.picture("img/larch.jpg")
    site.write("index.html", PAGE)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "Begin")
    git(root, "remote", "add", "origin", "../remote.git")
    git(root, "push", "-q", "origin", "main")
    return root


def test_one_commit_is_in_the_remote_and_the_folder_as_it_was(site: Site, repository: Path, tmp_path: Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    site.write("index.html", PAGE + "not committed yet")
    site.write("draft.html", PAGE)
    before = git(repository, "status", "--porcelain")
    said = site.run("--branch", "pictures", "--push")
    assert "committed " in said
    assert git(repository, "status", "--porcelain") == before
    assert git(repository, "branch", "--show-current") == "main"
    assert git(repository, "worktree", "list").count("\n") == 0
    assert site.read("index.html") == PAGE + "not committed yet"
    remote = tmp_path / "remote.git"
    assert git(remote, "rev-list", "--count", "main..pictures") == "1"
    assert git(remote, "show", "--format=%an", "--name-only", "pictures").split() == ["Ann", "docs/index.html"]
    shown = subprocess.check_output(["git", "show", "pictures:docs/index.html"], cwd=remote)
    assert shown.endswith(b">\r\n")
    assert b"https://img.example.org/" in shown
    assert (tmp_path / "hooked").exists()


def test_the_same_branch_grows_and_nothing_is_committed_twice(site: Site, repository: Path) -> None:
    site.run("--branch", "pictures")
    git(repository, "checkout", "-q", "pictures")
    site.write("more.html", PAGE)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "More")
    git(repository, "checkout", "-q", "main")
    assert "committed " in site.run("--branch", "pictures")
    assert "nothing to commit" in site.run("--branch", "pictures")
    assert git(repository, "rev-list", "--count", "main..pictures") == "3"


def test_a_branch_that_only_the_remote_has_grows_too(site: Site, repository: Path, tmp_path: Path) -> None:
    site.run("--branch", "pictures", "--push")
    git(repository, "branch", "-qD", "pictures")
    site.picture("img/larch.jpg", (50, 50))
    git(repository, "commit", "-qam", "Another larch")
    git(repository, "push", "-q", "origin", "main:pictures", "--force")
    assert "pushed pictures" in site.run("--branch", "pictures", "--push")
    assert git(tmp_path / "remote.git", "rev-list", "--count", "main..pictures") == "2"


def test_a_new_branch_without_a_commit_goes_again(site: Site, repository: Path) -> None:
    site.write("index.html", "no pictures")
    git(repository, "commit", "-qam", "None")
    assert "nothing to commit" in site.run("--branch", "pictures", "--push")
    assert git(repository, "branch", "--list", "pictures") == ""
    assert git(repository, "worktree", "list").count("\n") == 0


def test_a_refused_commit_is_one_error_and_leaves_no_branch(site: Site, repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no pictures on Sundays >&2\nexit 1\n")
    hook.chmod(0o755)
    said = site.run("--branch", "pictures", code=1)
    assert "error: `git commit` failed: no pictures on Sundays" in said
    assert git(repository, "branch", "--list", "pictures") == ""


def test_a_push_that_failed_is_made_good_by_the_next(site: Site, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "remote.git").rename(tmp_path / "away.git")
    assert "`git push` failed" in site.run("--branch", "pictures", "--push", code=1)
    (tmp_path / "away.git").rename(tmp_path / "remote.git")
    assert "nothing to commit" in site.run("--branch", "pictures", "--push")
    assert git(tmp_path / "remote.git", "rev-list", "--count", "main..pictures") == "1"


def test_a_pull_request_is_asked_for_once(
    site: Site, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    gh = tmp_path / "gh"
    gh.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n[ "$2" = create ] && echo https://example.org/1\n')
    gh.chmod(0o755)
    assert "https://example.org/1" in site.run("--branch", "pictures", "--pull-request")
    gh.write_text('#!/bin/sh\n[ "$2" = view ] && echo https://example.org/2\n')
    assert "https://example.org/2" in site.run("--branch", "pictures", "--pull-request")
    viewed, created = (tmp_path / "asked").read_text().splitlines()
    assert viewed.startswith("pr view pictures ")
    assert created == "pr create --head pictures --fill"
    assert git(tmp_path / "remote.git", "rev-list", "--count", "main..pictures") == "1"


def test_without_gh_nothing_begins(
    site: Site, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = site.run("--branch", "pictures", "--pull-request", code=1)
    assert "`gh`, which is not installed — use --push alone" in " ".join(said.split())
    assert not site.sent


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--push"], "only a branch is pushed — add --branch NAME"),
        (["--pull-request"], "only a branch is pushed"),
        (["--branch", "main"], "`git worktree` failed: fatal: 'main' is already checked out"),
        (["--branch", "a..b"], "`git check-ref-format` failed: fatal: 'a..b' is not a valid branch name"),
        (["--branch", "-x"], "not a valid branch name"),
    ],
)
def test_what_cannot_be_done_is_one_error(site: Site, repository: Path, arguments: list[str], said: str) -> None:
    assert said in " ".join(site.run(*arguments, code=1).split())
    assert not site.sent


def test_a_folder_that_git_does_not_know_is_one_error(site: Site, repository: Path) -> None:
    site.root = site.root.rename(repository / "elsewhere")
    assert "is not in branch pictures — commit it first" in " ".join(site.run("--branch", "pictures", code=1).split())
    site.root = site.root.rename(repository.parent / "outside")
    assert "`git rev-parse` failed: fatal: not a git repository" in site.run("--branch", "pictures", code=1)


def test_without_git_it_is_one_error(
    site: Site, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "error: git is not there" in site.run("--branch", "pictures", code=1)
