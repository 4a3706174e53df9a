"""``python -m infra.packaging.layers`` makes the layer with exiftool: the program, and a Perl to run it.

Lambda's Python brings no Perl. This one is Debian's, and comes with its own loader and C library, because those of
Lambda's system are older than it needs: the layer needs nothing of the system but the kernel and /bin/sh. The same
packages give the same bytes.
"""

import argparse
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from infra.packaging import debian
from infra.packaging.zips import zipped
from kit.errors import ConfigurationError

# Debian 12's, the same release for every processor. apt checks their signatures.
PACKAGES: Mapping[str, str] = MappingProxyType(
    {
        "base-files": "12.4+deb12u15",  # the texts of the licences
        "libc6": "2.36-9+deb12u14",
        "libcrypt1": "1:4.4.33-2",
        "libperl5.36": "5.36.0-7+deb12u4",
        "perl-base": "5.36.0-7+deb12u4",
        "perl-modules-5.36": "5.36.0-7+deb12u4",
        "zlib1g": "1:1.2.13.dfsg-1",
    }
)
EXIFTOOL = Path("build/exiftool/node_modules/exiftool-vendored.pl")  # `make exiftool`
FOLDER = Path("build/layers")
WRAPPER = "bin/exiftool"  # /opt/bin is on the PATH of functions

_PERL = "5.36.0"
_LIBRARIES = ("libc.so.6", "libcrypt.so.1", "libm.so.6", "libz.so.1")
# What exiftool's readers load beyond perl-base, which is taken whole: zlib for compressed text, digests, dates.
_MODULES = (
    *("Compress/Zlib.pm", "IO/Compress/**/*", "IO/Uncompress/**/*"),
    *("Digest/base.pm", "File/GlobMapper.pm", "Time/Local.pm"),
)
_COMPILED = ("Compress/Raw/Zlib.pm", "auto/Compress/Raw/Zlib/*", "Digest/MD5.pm", "auto/Digest/MD5/*")
# Manuals, tags' names in other languages, names of cities: 8 MB that nobody asks for.
_NOT_READ = ("*.pod", "Lang/*", "*/Geolocation.dat")


@dataclass(frozen=True)
class Processor:
    """A processor: Debian's name for it, that of its folders, and its loader."""

    debian: str
    folder: str
    loader: str

    def command(self, here: str) -> list[str]:
        """Return the command that starts exiftool; ``here`` is the layer's folder of that name."""
        libraries = f"{here}/libraries"
        loader = [f"{libraries}/{self.loader}", "--inhibit-cache", "--library-path", libraries]
        return [*loader, f"{here}/bin/perl", "-I", f"{here}/perl", f"{here}/exiftool"]

    @property
    def wrapper(self) -> str:
        """The program that functions start. It execs Perl, so limits and signals reach Perl."""
        words = " ".join(f'"{word}"' for word in self.command("$here"))
        return f'#!/bin/sh\nhere=${{0%/*}}/../exiftool\nexport LC_ALL=C\nexec {words} "$@"\n'


PROCESSORS = {
    "arm64": Processor("arm64", "aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
    "x86_64": Processor("amd64", "x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
}


def contents(system: Path, exiftool: Path, processor: Processor) -> dict[str, Path]:
    """Return the layer's files but the wrapper, by their names in it: of unpacked packages, and of exiftool's.

    Raises ConfigurationError where nothing has a name that the layer needs.
    """
    theirs = f"usr/lib/{processor.folder}"
    taken = (
        ("libraries/", system / "lib" / processor.folder, (processor.loader, *_LIBRARIES)),
        ("bin/", system / "usr/bin", ("perl",)),
        ("perl/", system / "usr/share/perl" / _PERL, _MODULES),
        ("perl/", system / theirs / "perl" / _PERL, _COMPILED),
        ("perl/", system / theirs / "perl-base", ("**/*",)),
        ("", exiftool / "bin", ("exiftool", "lib/**/*")),
        ("licences/", exiftool, ("LICENSE", "bin/README", "patches/*")),  # exiftool's: how it was changed, too
        ("licences/", system / "usr/share", ("common-licenses/*", *(f"doc/{name}/copyright" for name in PACKAGES))),
    )
    files = {
        f"exiftool/{into}{path.relative_to(folder).as_posix()}": path
        for into, folder, patterns in taken
        for pattern in patterns
        for path in _matching(folder, pattern)
    }
    return {name: path for name, path in files.items() if not any(path.match(pattern) for pattern in _NOT_READ)}


def _matching(folder: Path, pattern: str) -> list[Path]:
    found = [path for path in folder.glob(pattern) if path.is_file()]
    if not found:
        raise ConfigurationError(f"nothing is called {pattern} in {folder.name}: name it in layers.py")
    return found


def layer(exiftool: Path, processor: Processor) -> bytes:
    """Return the layer's zip. Raises ConfigurationError where exiftool, apt or one of the packages is missing."""
    if not exiftool.is_dir():
        raise ConfigurationError(f"there is no exiftool in {exiftool}: `make exiftool` fetches it")
    with TemporaryDirectory() as folder:
        system = debian.unpacked(PACKAGES, processor.debian, Path(folder))
        files = contents(system, exiftool, processor)
        wrapper = Path(folder, "wrapper")
        wrapper.write_text(processor.wrapper, encoding="utf-8")
        programs = {WRAPPER, "exiftool/bin/perl", f"exiftool/libraries/{processor.loader}"}
        return zipped({**files, WRAPPER: wrapper}, programs)


def main(arguments: list[str] | None = None) -> int:
    """Write the layer into a folder; return the exit code."""
    parser = argparse.ArgumentParser("python -m infra.packaging.layers", description="Make the layer with exiftool.")
    parser.add_argument("--arch", choices=PROCESSORS, default="arm64", help="what the functions run on")
    parser.add_argument("--exiftool", type=Path, default=EXIFTOOL, help="the folder of the npm package")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder that the zip is written into")
    given = parser.parse_args(arguments)
    try:
        content = layer(given.exiftool, PROCESSORS[given.arch])
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    path = given.out / f"exiftool-{given.arch}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    unzipped = sum(entry.file_size for entry in zipfile.ZipFile(BytesIO(content)).infolist())
    print(f"{path}: {len(content) / 1e6:.1f} MB, unzipped {unzipped / 1e6:.1f} MB")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
