"""The layer as `make layers` has built it: alone in a system of its own, and under the actor's limits."""

import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.packaging.layers import FOLDER, PROCESSORS, WRAPPER
from services.describe.exiftool import MEMORY, Exiftool, ExiftoolFailed
from services.describe.facts import camera
from services.describe.tags import Said
from tests.support import exif as drawn
from tests.support import pictures

ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
BUILT = {
    architecture: Path(__file__).parents[2] / FOLDER / f"exiftool-{architecture}.zip" for architecture in PROCESSORS
}
IS_HERE = sys.platform == "linux" and ARCHITECTURE in BUILT and BUILT[ARCHITECTURE].exists()
needs_layer = pytest.mark.skipif(not IS_HERE, reason=f"the layer is not built: `make layers ARCH={ARCHITECTURE}`")


def unpack(architecture: str, into: Path) -> Path:
    """Unpack a layer as Lambda does, which keeps what may be run."""
    with zipfile.ZipFile(BUILT[architecture]) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, into))
            path.chmod(entry.external_attr >> 16 & 0o777)
    return into


@pytest.fixture(scope="module")
def opt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(ARCHITECTURE, tmp_path_factory.mktemp("root") / "opt")


@pytest.fixture
def tool(opt: Path) -> Iterator[Exiftool]:
    tool = Exiftool(str(opt / WRAPPER))
    yield tool
    tool.close()


def chroot() -> list[str]:
    """Return what starts a program in a root folder of its own; empty where this user may not."""
    for words in (["chroot"], ["unshare", "--map-root-user", "chroot"]):
        may = shutil.which(words[0]) and subprocess.run([*words, "/", "true"], capture_output=True, check=False)
        if may and may.returncode == 0:
            return words
    return []


@needs_layer
@pytest.mark.skipif(not chroot(), reason="this user may have no root folder of its own")
def test_it_reads_a_picture_where_there_is_nothing_but_the_layer(opt: Path) -> None:
    (opt.parent / "picture.jpg").write_bytes(drawn.picture())
    assert {path.name for path in opt.parent.iterdir()} == {"opt", "picture.jpg"}
    words = PROCESSORS[ARCHITECTURE].command("/opt/exiftool")
    done = subprocess.run(
        [*chroot(), str(opt.parent), *words, "-json", "-SerialNumber#", "/picture.jpg"],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [{"SourceFile": "/picture.jpg", "SerialNumber": drawn.FACTS.serial}]


@needs_layer
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_the_actor_reads_through_it(format_: str, tool: Exiftool) -> None:
    assert camera(tool.read(drawn.picture(format_), format_)) == drawn.FACTS


@needs_layer
@pytest.mark.parametrize("format_", ["GIF", "TIFF", "BMP", "AVIF"])
def test_every_admitted_format_has_its_reader(format_: str, tool: Exiftool) -> None:
    said = Said(tool.read(pictures.encoded(pictures.scene(), format_), format_))
    assert (said.first("FileType"), said.first("ImageWidth") or "96") == (format_, "96")


def png_with_text(size: int) -> bytes:
    """Return a PNG with compressed text of that size."""
    content = pictures.png()
    body = b"zTXtDescription\0\0" + zlib.compress(b"x" * size)
    chunk = len(body[4:]).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return content[:33] + chunk + content[33:]


@needs_layer
def test_compressed_text_is_read_and_too_much_of_it_ends_perl_not_the_actor(tool: Exiftool) -> None:
    assert Said(tool.read(png_with_text(100), "PNG")).first("Description") == "x" * 100
    with pytest.raises(ExiftoolFailed, match="exiftool ended while it read this picture"):
        tool.read(png_with_text(MEMORY), "PNG")
    assert camera(tool.read(drawn.picture(), "JPEG")) == drawn.FACTS


@needs_layer
def test_what_is_limited_is_perl_with_its_own_libraries(opt: Path, tool: Exiftool) -> None:
    tool.read(drawn.picture(), "JPEG")
    assert tool._process is not None
    assert tool._process._process is not None
    process = tool._process._process.pid
    assert resource.prlimit(process, resource.RLIMIT_AS) == (MEMORY, MEMORY)
    maps = Path(f"/proc/{process}/maps").read_text(encoding="utf-8")
    mapped = {os.path.realpath(path) for path in re.findall(r" (/\S+)$", maps, re.MULTILINE)}
    assert {Path(path).name for path in mapped} > {"perl", "libc.so.6"}
    assert all(path.startswith(f"{os.path.realpath(opt)}/") for path in mapped)


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is not here")
@pytest.mark.parametrize("architecture", PROCESSORS)
def test_every_library_that_is_needed_is_there(architecture: str, tmp_path: Path) -> None:
    if not BUILT[architecture].exists():
        pytest.skip(f"`make layers ARCH={architecture}` has not been run")
    folder = unpack(architecture, tmp_path) / "exiftool"
    there = {path.name for path in (folder / "libraries").iterdir()}
    programs = [folder / "bin/perl", *(folder / "libraries").iterdir(), *(folder / "perl").rglob("*.so")]
    said = subprocess.run(["readelf", "-d", *programs], capture_output=True, text=True, check=True).stdout
    needed = set(re.findall(r"NEEDED.*\[(.+)\]", said))
    assert {"libc.so.6", "libz.so.1"} < needed <= there
