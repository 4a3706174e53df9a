"""`brigade import` from other clouds, on loopback: all READY, nothing twice, and what changes there changes here."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from brigade.imports import fetching, rclone, url_list
from brigade.terminal import OperatorError
from records.shown import shown
from records.status import Status
from tests.support import pictures
from tests.support.journey import Brigade, Journey, until

ROOT = Path(__file__).parents[2]
AZURITE = ROOT / "build" / "azurite" / "node_modules" / ".bin" / "azurite-blob"
# Everybody's: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
Copy = Callable[[], None]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def serving(port: int, *command: str) -> Iterator[None]:
    """Run a server until the block ends; it is there once it takes a connection."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until(lambda: server.poll() is not None or _answers(port), "the server")
            assert server.poll() is None
            yield
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """rclone with no remotes but a test's own; skips where it is not installed."""
    monkeypatch.setenv("RCLONE_CONFIG", str(tmp_path / "rclone.conf"))
    try:
        return rclone.program()
    except OperatorError as error:
        pytest.skip(str(error))


@pytest.fixture
def remote(
    request: pytest.FixtureRequest, program: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Path, Copy]]:
    """The remote ``far:``: a folder, and what brings it to that cloud."""
    folder: Path = request.getfixturevalue("tmp_path") / "far"
    folder.mkdir()
    port = free_port()
    serve: tuple[str, ...]
    if request.param == "sftp":
        serve = (
            program,
            "serve",
            "sftp",
            str(folder),
            "--addr",
            f"127.0.0.1:{port}",
            "--user",
            "u",
            "--pass",
            "p",
            "--dir-cache-time",
            "0s",
        )
        obscured = subprocess.check_output([program, "obscure", "p"], text=True).strip()
        settings = {"TYPE": "sftp", "HOST": "127.0.0.1", "PORT": str(port), "USER": "u", "PASS": obscured}
        path = ""
    else:
        if not AZURITE.exists():
            pytest.skip("make azurite fetches it")
        serve = (
            str(AZURITE),
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            str(port),
            "--inMemoryPersistence",
            "--skipApiVersionCheck",
        )
        account = "devstoreaccount1"
        endpoint = f"http://127.0.0.1:{port}/{account}"
        settings = {"TYPE": "azureblob", "ACCOUNT": account, "KEY": AZURITE_KEY, "ENDPOINT": endpoint}
        path = "holiday"
    for name, value in settings.items():
        monkeypatch.setenv(f"RCLONE_CONFIG_FAR_{name}", value)

    def copy() -> None:
        if path:
            subprocess.check_call([program, "sync", str(folder), f"far:{path}", "--azureblob-access-tier", "Cool"])

    with serving(port, *serve):
        monkeypatch.setenv("FAR_PATH", path)
        yield folder, copy


def by_key(journey: Journey, prefix: str) -> dict[str, list[dict[str, Any]]]:
    """Return the records of all versions below a prefix, the newest first."""
    pages = journey.pipeline.s3.get_paginator("list_object_versions")
    listed = pages.paginate(Bucket=journey.pipeline.source_bucket, Prefix=prefix)
    keys = {each["Key"] for page in listed for each in page.get("Versions", [])}
    return {key: [shown(record) for record in journey.pipeline.catalog.by_key(key)] for key in sorted(keys)}


def settled(journey: Journey, prefix: str, **expected: list[Status]) -> dict[str, list[dict[str, Any]]]:
    """Wait until the records' statuses are these, by the key's stem; return the records."""

    def found() -> dict[str, list[dict[str, Any]]] | None:
        records = by_key(journey, prefix)
        now = {Path(key).stem: [record["status"] for record in all_] for key, all_ in records.items()}
        return records if now == expected else None

    return dict(until(found, f"{expected} below {prefix}"))


@pytest.mark.parametrize("remote", ["sftp", "azurite"], indirect=True)
def test_what_is_new_changed_and_deleted_at_a_remote(
    remote: tuple[Path, Copy], journey: Journey, brigade: Brigade, request: pytest.FixtureRequest
) -> None:
    folder, copy = remote
    far, prefix = f"far:{os.environ['FAR_PATH']}", f"in/{request.node.callspec.id}"
    (folder / "day 1").mkdir()
    (folder / "day 1" / "beach.JPG").write_bytes(pictures.jpeg())
    (folder / "hut.png").write_bytes(pictures.png())
    (folder / "old.jpg").write_bytes(pictures.jpeg() + b"old")
    (folder / "notes.txt").write_text("milk")
    copy()
    assert "3 would be copied" in brigade("import", far, "--prefix", prefix, "--dry-run")
    said = brigade("import", far, "--prefix", prefix)
    assert "3 copied, 0 there already, 0 deleted, 1 skipped, 0 refused" in said
    assert "left out by name, for example notes.txt" in said
    records = settled(journey, prefix, beach=[Status.READY], hut=[Status.READY], old=[Status.READY])
    [beach] = records[f"{prefix}/day 1/beach.JPG"]
    assert beach["origin"] == f"{far}{'' if far.endswith(':') else '/'}day 1/beach.JPG"
    assert beach["origin"] in brigade("show", beach["source"]["key"])
    assert "0 copied, 3 there already" in brigade("import", far, "--prefix", prefix)

    (folder / "hut.png").write_bytes(pictures.alpha_png())
    (folder / "old.jpg").unlink()
    (folder / "new.jpg").write_bytes(pictures.jpeg())
    copy()
    assert "2 copied, 1 there already, 0 deleted" in brigade("import", far, "--prefix", prefix)
    assert "0 copied, 3 there already, 1 deleted" in brigade("import", far, "--prefix", prefix, "--delete")
    settled(
        journey,
        prefix,
        beach=[Status.READY],
        hut=[Status.READY, Status.SUPERSEDED],
        old=[Status.REMOVED],
        new=[Status.READY],
    )


@pytest.mark.parametrize("remote", ["sftp"], indirect=True)
def test_killed_and_given_again_nothing_is_missing_and_nothing_twice(
    remote: tuple[Path, Copy], journey: Journey, brigade: Brigade, program: str
) -> None:
    folder, _ = remote
    for number in range(6):
        (folder / f"{number}.jpg").write_bytes(pictures.jpeg() + bytes(60_000) + bytes([number]))
    s3, bucket, prefix = journey.pipeline.s3, journey.pipeline.source_bucket, "unmatched/killed/"

    def stored() -> list[dict[str, Any]]:
        versions: list[dict[str, Any]] = s3.list_object_versions(Bucket=bucket, Prefix=prefix).get("Versions", [])
        return versions

    slowly = ("--transfers", "1", "--checkers", "1", "--bwlimit", "120k")
    command = [sys.executable, "-m", "brigade", "import", "far:", "--prefix", prefix, "--", *slowly]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, start_new_session=True, **quiet) as importing:  # type: ignore[call-overload]
        until(lambda: stored() or importing.poll() is not None, "the first to be there")
        os.killpg(importing.pid, signal.SIGKILL)
    begun = len(stored())
    assert 0 < begun < 6
    said = brigade("import", "far:", "--prefix", prefix)
    assert len(stored()) == 6, "each is there once"
    assert f"{6 - begun} copied, {begun} there already" in said
    content = {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in stored()}
    assert content == {f"{prefix}{path.name}": path.read_bytes() for path in folder.iterdir()}


def test_a_list_of_urls(journey: Journey, brigade: Brigade, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path("far")
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(pictures.jpeg() + name.encode())
    port = free_port()
    # The guard knows no exception: who serves on loopback brings another resolver.
    at_home = fetching.Fetcher(lambda *_: "127.0.0.1", again_s=0)
    urls = [f"http://home.invalid:{port}/{name}" for name in ("a.jpg", "b.jpg", "gone.jpg")]
    Path("urls.txt").write_text("\n".join(urls))
    assert "3 refused" in brigade("import", "--urls", "urls.txt", "--prefix", "in/urls", code=1)
    monkeypatch.setattr(url_list, "Fetcher", lambda: at_home)
    with serving(port, program, "serve", "http", str(folder), "--addr", f"127.0.0.1:{port}"):
        said = brigade("import", "--urls", "urls.txt", "--prefix", "in/urls", code=1)
        assert "2 copied, 0 there already, 0 deleted, 0 skipped, 1 refused" in said
        assert f"refused: 3. {urls[2]}: answered 404 Not Found" in said
        records = settled(journey, "in/urls", a=[Status.READY], b=[Status.READY])
        assert [each["origin"] for [each] in records.values()] == urls[:2]
        Path("urls.txt").write_text("\n".join(urls[:2]))
        assert "0 copied, 2 there already" in brigade("import", "--urls", "urls.txt", "--prefix", "in/urls")
