"""exiftool kept open: what it is given, and what happens when it hangs, dies, or talks nonsense.

A stand-in speaks exiftool's protocol here, and does what the picture says; the real one is in test_real_exiftool.py.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.deadline import within
from kit.errors import ConfigurationError, OutOfTime
from services.describe import exiftool
from services.describe.exiftool import NONE, VARIABLE, Exiftool, ExiftoolFailed, find
from services.describe.tags import Said

STAND_IN = f"""#!{sys.executable}
import json, os, re, sys, time
words = []
for line in sys.stdin:
    words.append(line.rstrip("\\n"))
    number = re.fullmatch(r"-execute(\\d+)", words[-1])
    if not number:
        continue
    if "-ver" in words:
        print(os.environ.get("STAND_IN_VERSION", "13.99"))
    else:
        path = next(word for word in words if word.startswith("/"))
        content = open(path, "rb").read()
        if b"HANG" in content:
            time.sleep(60)
        if b"DIE" in content:
            os._exit(9)
        if b"GREED" in content:
            held = bytearray(1 << 40)
        if b"WRITE" in content:
            with open(path, "ab") as file:
                file.write(b"x")
        tags = {{"SourceFile": path, "File:Suffix": path.rpartition(".")[2], "Process:Id": str(os.getpid()),
                "File:Words": " ".join(sys.argv[1:]), "File:Asked": " ".join(words)}}
        if b"LONG" in content:
            tags["File:Long"] = "x" * 20_000_000
        print("no JSON" if b"NONSENSE" in content else json.dumps([tags]))
    sys.stdout.write("{{ready%s}}" % number[1])
    sys.stdout.flush()
    echo = words[words.index("-echo4") + 1].replace("${{status}}", "0")
    sys.stderr.write(echo)
    sys.stderr.flush()
    words = []
"""
JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "exiftool"
    path.write_text(STAND_IN, encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def tool(program: str) -> Iterator[Exiftool]:
    tool = Exiftool(program, seconds=2)
    yield tool
    tool.close()


def process_of(tool: Exiftool) -> str:
    return Said(tool.read(JPEG, "JPEG")).first("Id") or ""


def test_one_process_reads_all_pictures(tool: Exiftool) -> None:
    assert process_of(tool) == process_of(tool) != ""
    assert tool.version == "13.99"


def test_it_starts_without_the_users_settings_and_looks_for_nothing_behind_the_picture(tool: Exiftool) -> None:
    said = Said(tool.read(JPEG, "JPEG"))
    assert (said.first("Words") or "").startswith("-config -stay_open True -@ - -common_args -json")
    assert "-fast" in (said.first("Asked") or "").split()


def test_of_a_gif_every_comment_is_wanted_where_fast_would_end_at_the_first(tool: Exiftool) -> None:
    ((_, asked),) = Said(tool.read(b"GIF89a...", "GIF")).all("Asked", most=10_000)
    assert "-all" in asked.split()
    assert "-fast" not in asked.split()


@pytest.mark.parametrize(
    ("format_", "begins", "suffix"),
    [
        ("JPEG", b"\xff\xd8\xff\xe1", "jpg"),
        ("PNG", b"\x89PNG\r\n\x1a\n", "png"),
        ("WEBP", b"RIFF\x00\x01\n\x03WEBP", "webp"),
        ("GIF", b"GIF89a", "gif"),
        ("TIFF", b"MM\x00*", "tif"),
        ("BMP", b"BM", "bmp"),
        ("HEIF", b"\x00\x00\x00\x18ftypheic", "heic"),
        ("AVIF", b"\x00\x00\x00\x18ftypavif", "avif"),
    ],
)
def test_a_picture_is_read_as_the_format_that_was_admitted(
    format_: str, begins: bytes, suffix: str, tool: Exiftool
) -> None:
    assert Said(tool.read(begins + b"...", format_)).first("Suffix") == suffix


@pytest.mark.parametrize(
    ("format_", "content"),
    [
        ("JPEG", b"AT&TFORM\x00\x00\x00\x00DJVUANTa"),
        ("TIFF", b"%!PS-Adobe"),
        ("HEIF", b"%PDF-1.7"),
        ("PDF", b"%PDF-1.7"),
        ("JPEG", b""),
    ],
)
def test_no_other_format_reaches_exiftool(format_: str, content: bytes) -> None:
    with pytest.raises(ExiftoolFailed, match=f"this is no {format_} that exiftool may read"):
        Exiftool("/there/is/none").read(content, format_)


def test_a_picture_that_takes_too_long_is_given_up_and_the_next_one_is_read(tool: Exiftool) -> None:
    before = process_of(tool)
    began = time.monotonic()
    with pytest.raises(ExiftoolFailed, match="was not done with this picture in time"):
        tool.read(JPEG + b"HANG", "JPEG")
    assert time.monotonic() - began < 10
    assert process_of(tool) not in {before, ""}


def test_a_picture_that_might_be_read_with_more_time_is_out_of_time(tool: Exiftool) -> None:
    before = process_of(tool)
    with within(0.1), pytest.raises(OutOfTime):
        tool.read(JPEG + b"HANG", "JPEG")
    assert process_of(tool) not in {before, ""}


def test_a_picture_that_kills_exiftool_is_given_up_and_the_next_one_is_read(tool: Exiftool) -> None:
    before = process_of(tool)
    with pytest.raises(ExiftoolFailed, match=r"ended while it read this picture \(exit code 9\)"):
        tool.read(JPEG + b"DIE", "JPEG")
    assert process_of(tool) not in {before, ""}


def test_an_exiftool_that_ended_between_two_pictures_is_started_again(tool: Exiftool) -> None:
    before = process_of(tool)
    os.kill(int(before), 9)
    os.waitid(os.P_PID, int(before), os.WEXITED | os.WNOWAIT)
    assert process_of(tool) not in {before, ""}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
@pytest.mark.parametrize("greed", [b"GREED", b"WRITE"])
def test_neither_memory_without_end_nor_files_are_to_be_had(greed: bytes, tool: Exiftool) -> None:
    with pytest.raises(ExiftoolFailed, match="ended while it read this picture"):
        tool.read(JPEG + greed, "JPEG")


def test_an_answer_that_is_no_json_is_an_error(tool: Exiftool) -> None:
    with pytest.raises(ExiftoolFailed, match="its answer cannot be read"):
        tool.read(JPEG + b"NONSENSE", "JPEG")


def test_an_answer_without_end_is_an_error(tool: Exiftool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exiftool, "MOST_BYTES", 1_000_000)
    with pytest.raises(ExiftoolFailed, match="its answer has 20,000,"):
        Exiftool(tool.program, seconds=30).read(JPEG + b"LONG", "JPEG")


# PyExifTool leaves the pipes of a process that ended at once to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_program_that_is_no_exiftool_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "exiftool"
    path.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    path.chmod(0o755)
    with pytest.raises(ExiftoolFailed):
        Exiftool(str(path), seconds=2).read(JPEG, "JPEG")


@pytest.mark.parametrize("version", ["12.16", "12.23"])
def test_a_release_with_a_known_hole_is_given_no_picture(
    version: str, tool: Exiftool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_VERSION", version)
    for content in (JPEG + b"WRITE", JPEG):  # whoever read the first one would die of it
        with pytest.raises(ExiftoolFailed, match=rf"exiftool {version} has known holes: 12.24 is the oldest that may"):
            tool.read(content, "JPEG")


@pytest.mark.parametrize("version", ["12.24", "12.57", "13.00"])
def test_later_releases_read(version: str, tool: Exiftool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_VERSION", version)
    process_of(tool)
    assert tool.version == version


def test_a_program_that_is_gone_is_an_error() -> None:
    with pytest.raises(ExiftoolFailed, match="FileNotFoundError"):
        Exiftool("/there/is/none").read(JPEG, "JPEG")


def test_threads_take_turns(tool: Exiftool) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(process_of(tool))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_nothing_is_left_behind(tool: Exiftool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = set(tmp_path.iterdir())
    process = int(process_of(tool))
    tool.close()
    assert set(tmp_path.iterdir()) == before
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_it_is_found_by_its_variable_or_on_the_path(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert find({}) is None
    assert find({VARIABLE: program}) == program
    assert find({VARIABLE: NONE}) is None
    monkeypatch.setenv("PATH", str(Path(program).parent))
    assert find({}) == program
    assert find({VARIABLE: NONE}) is None


def test_a_variable_that_names_no_program_is_the_deployments_mistake() -> None:
    with pytest.raises(ConfigurationError, match="BRIGADE_EXIFTOOL names no program: /there/is/none; set it to"):
        find({VARIABLE: "/there/is/none"})
