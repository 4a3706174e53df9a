"""What the command says, and what it touches."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from brigade.__main__ import main
from brigade.site import serving
from tests.support.web import Site

PAGE = "<title>ü</title>\r<img src=a.png>\r\n<img src=gone.png>".encode()


@pytest.fixture(autouse=True)
def page(site: Site) -> None:
    site.picture("a.png")
    site.write("index.html", PAGE)


def test_a_dry_run_shows_a_diff_that_git_applies_and_touches_nothing(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def preview(pipeline: object, files: list[object], skipped: list[object]) -> object:
        made = site.upload(pipeline, files, 0, skipped)  # type: ignore[arg-type]
        site.sent.clear()
        return made

    monkeypatch.setattr(serving, "preview", preview)
    assert main(["site", str(site.root), "--base", "https://img.example.org", "--dry-run", "--branch", "x"]) == 0
    said = capsys.readouterr()
    assert "1 document would change" in said.err
    assert "another id" in said.err
    assert (site.root / "index.html").read_bytes() == PAGE
    assert site.sent == []
    (tmp_path / "diff").write_bytes(said.out.encode())
    subprocess.run(["git", "apply", str(tmp_path / "diff")], cwd=site.root, check=True)
    applied = (site.root / "index.html").read_bytes()
    assert b"srcset=" in applied
    site.run()
    assert (site.root / "index.html").read_bytes() == applied


def test_a_picture_that_is_not_served_is_named_and_the_others_go_on(site: Site) -> None:
    site.failing["b.png"] = "FAILED: corrupt-image"
    site.picture("b.png")
    site.write("more.html", "<img src=b.png><img src=a.png>")
    said = site.run(code=1)
    assert "not served: b.png: FAILED: corrupt-image" in said
    assert "2 documents changed" in said
    assert "src=b.png" in site.read("more.html")


def test_what_the_author_writes_meanwhile_stays(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = site.upload

    def slow(*arguments: object) -> object:
        site.write("index.html", PAGE + b"newer <img src=a.png>")
        (site.root / "b.png").unlink()
        return upload(*arguments)  # type: ignore[arg-type]

    site.picture("b.png")
    site.write("more.html", "<img src=b.png>")
    site.failing["b.png"] = "it is gone"
    monkeypatch.setattr(serving, "upload", slow)
    assert "left: more.html: b.png: there is no such file" in site.run(code=1)
    assert site.read("index.html").count("srcset=") == 6
    assert "newer <picture" in site.read("index.html")


def test_a_documents_mode_stays_and_nothing_lies_beside_it(site: Site) -> None:
    (site.root / "index.html").chmod(0o640)
    site.run()
    assert (site.root / "index.html").stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in site.root.iterdir()) == ["a.png", "index.html"]


@pytest.mark.parametrize("base", ["", "img.example.org", "ftp://x/", "/img", "https://x/?y", "https://"])
def test_on_aws_somebody_must_say_where_the_bucket_is_served(site: Site, base: str) -> None:
    said = " ".join(site.run(code=1, base=base).split())
    assert "--base says where the target bucket is served — give an http or https URL without ? and #" in said
    assert site.sent == []


def test_where_the_stack_delivers_is_the_default_and_links_go_to_renditions_there(site: Site) -> None:
    site.pipeline.delivery_url = "https://d1.cloudfront.net"
    site.picture("larch.jpg", (1200, 800))
    site.write("index.html", '<a href="larch.jpg">larch</a>')
    site.run(base="")
    (address,) = re.findall('href="([^"]+)"', site.read("index.html"))
    # CloudFront may read renditions alone.
    assert re.fullmatch(r"https://d1\.cloudfront\.net/renditions/[0-9a-f-]{36}/w960-JPEG\.\w{8}\.jpeg", address)


def test_without_its_parsers_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['turbohtml'] = None; from brigade.__main__ import main; main(['site', '.'])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.stderr.startswith("error: the parsers of `brigade site` are not installed — install them: pip install")
    assert said.stderr.count("\n") == 1
