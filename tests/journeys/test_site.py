"""A site from its pages to its pictures on the local cloud, in one commit."""

import re
import subprocess
from io import BytesIO
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from PIL import Image

from tests.support import pictures
from tests.support.journey import Brigade, Journey

PAGE = "<title>t</title><style>img { max-width: 100%; height: auto }</style>\r\n<img src=img/larch.jpg alt=Larch>\r\n"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=folder, text=True).strip()


def fetched(address: str) -> tuple[int, int]:
    with build_opener(ProxyHandler({})).open(address) as answer:
        return Image.open(BytesIO(answer.read())).size


def test_a_site_is_served_by_one_commit_and_a_changed_picture_by_another(
    journey: Journey, brigade: Brigade, tmp_path: Path
) -> None:
    site, remote = tmp_path / "checkout" / "public", tmp_path / "remote.git"
    (site / "img").mkdir(parents=True)
    (site / "index.html").write_text(PAGE, newline="")
    (site / "img" / "larch.jpg").write_bytes(pictures.jpeg((200, 100)))
    git(tmp_path, "init", "-q", "--bare", str(remote))
    git(site.parent, "init", "-q", "-b", "main")
    git(site.parent, "config", "user.name", "Ann")
    git(site.parent, "config", "user.email", "ann@example.org")
    git(site.parent, "remote", "add", "origin", "../remote.git")
    git(site.parent, "add", ".")
    git(site.parent, "commit", "-qm", "Begin")
    git(site.parent, "push", "-q", "origin", "main")

    assert "1 document would change" in brigade("site", str(site), "--dry-run")
    assert "site/img/larch" not in brigade("ls", "--json")
    assert "1 document changed" in brigade("site", str(site), "--branch", "pictures", "--push")
    assert git(remote, "rev-list", "--count", "main..pictures") == "1"
    page = git(remote, "show", "pictures:public/index.html")
    assert {fetched(each) for each in re.findall(r"http://[^ \"]+", page)} == {(40, 20), (80, 40)}
    assert 'srcset="' in page
    assert (site / "index.html").read_bytes().decode() == PAGE

    git(site.parent, "checkout", "-q", "pictures")
    before = brigade("ls", "--json")
    assert "0 documents changed" in brigade("site", str(site))
    assert "0 documents would change" in brigade("site", str(site), "--dry-run")
    assert brigade("ls", "--json") == before
    (site / "img" / "larch.jpg").write_bytes(pictures.jpeg((100, 200)))
    assert "1 document changed" in brigade("site", str(site))
    after = (site / "index.html").read_text()
    assert {fetched(each) for each in re.findall(r"http://[^ \"]+", after)} == {(40, 80), (80, 160)}
    assert {fetched(each) for each in re.findall(r"http://[^ \"]+", page)} == {(40, 20), (80, 40)}  # still there
