"""The layer with exiftool, made of stand-ins for Debian's packages; the real one is in tests/packages/test_layer.py."""

import os
import stat
import subprocess
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from infra.packaging import debian, layers
from infra.packaging.layers import PACKAGES, PROCESSORS, WRAPPER, layer, main
from kit.errors import ConfigurationError

PROCESSOR = PROCESSORS["arm64"]
LIBRARIES = ("ld-linux-aarch64.so.1", "libc.so.6", "libcrypt.so.1", "libm.so.6", "libz.so.1")
MODULES = (
    *("share/perl/5.36.0/Compress/Zlib.pm", "share/perl/5.36.0/IO/Compress/Gzip.pm"),
    *("share/perl/5.36.0/IO/Uncompress/Adapter/Inflate.pm", "share/perl/5.36.0/Digest/base.pm"),
    *("share/perl/5.36.0/File/GlobMapper.pm", "share/perl/5.36.0/Time/Local.pm", "share/perl/5.36.0/CPAN.pm"),
    *("lib/aarch64-linux-gnu/perl/5.36.0/Compress/Raw/Zlib.pm", "lib/aarch64-linux-gnu/perl/5.36.0/Digest/MD5.pm"),
    "lib/aarch64-linux-gnu/perl/5.36.0/auto/Compress/Raw/Zlib/Zlib.so",
    *("lib/aarch64-linux-gnu/perl/5.36.0/auto/Digest/MD5/MD5.so", "lib/aarch64-linux-gnu/perl-base/strict.pm"),
)
SHARED = ("share/common-licenses/Artistic", *(f"share/doc/{package}/copyright" for package in PACKAGES))
EXIFTOOL = (
    *("bin/exiftool", "bin/lib/Image/ExifTool.pm", "bin/lib/Image/ExifTool.pod", "bin/lib/Image/ExifTool/Lang/de.pm"),
    *("bin/lib/Image/ExifTool/Geolocation.dat", "bin/Makefile.PL", "bin/README", "LICENSE", "patches/1.patch"),
)


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")


@pytest.fixture
def exiftool(tmp_path: Path) -> Path:
    touch(tmp_path / "exiftool", *EXIFTOOL)
    return tmp_path / "exiftool"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What would be unpacked."""
    system = tmp_path / "system"
    touch(system / "lib/aarch64-linux-gnu", *LIBRARIES, "libnss.so.2")
    touch(system / "usr", "bin/perl", "bin/perldoc", *MODULES, *SHARED)

    def unpacked(packages: Mapping[str, str], processor: str, folder: Path) -> Path:
        assert (packages, processor, list(folder.iterdir())) == (PACKAGES, "arm64", [])
        return system

    monkeypatch.setattr(debian, "unpacked", unpacked)
    return system


@pytest.mark.usefixtures("system")
def test_a_layer_holds_exiftool_and_what_runs_it_and_nothing_else(exiftool: Path) -> None:
    held = set(zipfile.ZipFile(BytesIO(layer(exiftool, PROCESSOR))).namelist())
    assert {name for name in held if "/licences/" not in name} == {
        WRAPPER,
        "exiftool/bin/perl",
        "exiftool/exiftool",
        "exiftool/lib/Image/ExifTool.pm",
        *(f"exiftool/libraries/{name}" for name in LIBRARIES),
        *(f"exiftool/perl/{name}" for name in ("Compress/Zlib.pm", "IO/Compress/Gzip.pm", "strict.pm")),
        *(f"exiftool/perl/{name}" for name in ("IO/Uncompress/Adapter/Inflate.pm", "Digest/base.pm", "Digest/MD5.pm")),
        *(f"exiftool/perl/{name}" for name in ("File/GlobMapper.pm", "Time/Local.pm", "Compress/Raw/Zlib.pm")),
        *(f"exiftool/perl/auto/{name}" for name in ("Compress/Raw/Zlib/Zlib.so", "Digest/MD5/MD5.so")),
    }


@pytest.mark.usefixtures("system")
def test_licences_are_passed_on_and_what_was_changed(exiftool: Path) -> None:
    held = set(zipfile.ZipFile(BytesIO(layer(exiftool, PROCESSOR))).namelist())
    assert {name.removeprefix("exiftool/licences/") for name in held if "/licences/" in name} == {
        *("LICENSE", "bin/README", "patches/1.patch", "common-licenses/Artistic"),
        *(f"doc/{package}/copyright" for package in PACKAGES),
    }


def test_the_same_files_give_the_same_bytes_and_programs_can_be_run(exiftool: Path, system: Path) -> None:
    first = layer(exiftool, PROCESSOR)
    for path in [path for folder in (exiftool, system) for path in folder.rglob("*") if path.is_file()]:
        path.chmod(0o600)
        os.utime(path, (0, 0))
    assert layer(exiftool, PROCESSOR) == first
    entries = zipfile.ZipFile(BytesIO(first)).infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    modes = {entry.filename: stat.filemode(entry.external_attr >> 16) for entry in entries}
    programs = {WRAPPER, "exiftool/bin/perl", "exiftool/libraries/ld-linux-aarch64.so.1"}
    assert {name for name, mode in modes.items() if mode == "-rwxr-xr-x"} == programs
    assert {mode for name, mode in modes.items() if name not in programs} == {"-rw-r--r--"}


@pytest.mark.parametrize("missing", ["lib/aarch64-linux-gnu/libz.so.1", "usr/share/perl/5.36.0/Time/Local.pm"])
def test_what_the_packages_lack_is_named(missing: str, exiftool: Path, system: Path) -> None:
    (system / missing).unlink()
    with pytest.raises(
        ConfigurationError, match=f"nothing is called .*{Path(missing).name} in .*: name it in layers.py"
    ):
        layer(exiftool, PROCESSOR)


def test_the_wrapper_becomes_perl_and_hands_on_what_it_was_given(tmp_path: Path) -> None:
    stand_in = tmp_path / "my layer" / "exiftool" / "libraries" / PROCESSOR.loader
    touch(tmp_path / "my layer", WRAPPER)
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text('#!/bin/sh\necho $$ $LC_ALL\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    wrapper = tmp_path / "my layer" / WRAPPER
    wrapper.write_text(PROCESSOR.wrapper, encoding="utf-8")
    for program in (stand_in, wrapper):
        program.chmod(0o755)
    with subprocess.Popen([wrapper, "-json", "a b.jpg"], stdout=subprocess.PIPE, text=True) as process:
        said, _ = process.communicate()
    first, *words = said.splitlines()
    assert first == f"{process.pid} C"
    here = f"{wrapper.parent}/../exiftool"
    assert words == [*PROCESSOR.command(here)[1:], "-json", "a b.jpg"]


@pytest.mark.usefixtures("system")
def test_the_command_writes_the_layer_and_says_how_large_it_is(
    exiftool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--exiftool", str(exiftool), "--out", str(tmp_path / "out")]) == 0
    path = tmp_path / "out" / "exiftool-arm64.zip"
    assert capsys.readouterr().out == f"{path}: 0.0 MB, unzipped 0.0 MB\n"
    assert path.read_bytes() == layer(exiftool, PROCESSOR)


def test_without_exiftool_the_command_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--arch", "x86_64", "--exiftool", str(tmp_path / "no"), "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"there is no exiftool in {tmp_path / 'no'}: `make exiftool` fetches it\n"


def test_exiftool_is_where_make_has_put_it() -> None:
    makefile = (Path(__file__).parents[3] / "Makefile").read_text(encoding="utf-8")
    assert f"{layers.EXIFTOOL}/bin/exiftool" in makefile
