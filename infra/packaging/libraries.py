"""The wheels that a requirements.txt pins, for Lambda's Linux, less the files that no function reads."""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.packaging import bytecode, sdk
from kit.errors import ConfigurationError

# Lambda's name of a processor → the wheels' name of it.
WHEELS = {"arm64": "aarch64", "x86_64": "x86_64"}

_FOLDERS = {"__pycache__", "bin", "examples", "tests"}
_SUFFIXES = {".c", ".h", ".pyi"}
# What licences ask to be passed on.
_LICENCE = re.compile(r"(METADATA|(LICEN[CS]E|COPYING|NOTICE|AUTHORS).*|licenses/.*)", re.IGNORECASE)
_PIN = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)
_ENTRY = re.compile(r"^[\w.-]+==[^\\\n]*(?:\\\n[^\\\n]*)*", re.MULTILINE)
_MISSING = re.compile(r"No matching distribution found for (.+)")
_ERROR = re.compile(r"^(?:ERROR: )(.+)", re.MULTILINE)


@dataclass(frozen=True)
class Platform:
    """What functions run on: a processor by Lambda's name, arm64 or x86_64, and a Python version, as 3.13.

    Raises ConfigurationError for any other.
    """

    architecture: str
    python: str

    def __post_init__(self) -> None:
        if self.architecture not in WHEELS:
            raise ConfigurationError(f"there are no functions on {self.architecture}: use {' or '.join(WHEELS)}")
        if not re.fullmatch(r"3\.(1[1-9]|[2-9]\d)", self.python):
            raise ConfigurationError(f"{self.python} is no Python that the code runs on: use 3.11 or newer, as 3.13")

    def __str__(self) -> str:
        return f"python{self.python}-{self.architecture}"


class Libraries:
    """Installed libraries, in a folder that the caller provides; a release that several actors pin is installed once.

    ``compiler`` is the program that compiles for the platform's Python; None where this machine has none.
    """

    def __init__(self, folder: Path, platform: Platform) -> None:
        self.platform = platform
        self.compiler = bytecode.interpreter(platform.python)
        self._folder = folder
        self._made: dict[str, dict[str, Path]] = {}
        self._compiled: dict[str, tuple[str, Path]] = {}

    def named_in(self, requirements: Path) -> dict[str, Path]:
        """Return the files of the libraries, by their names in a zip; raises ConfigurationError when pip fails."""
        wanted = _entries(requirements)
        if missing := {pin: text for pin, text in wanted.items() if pin not in self._made}:
            folder = self._folder / str(len(self._made))
            folder.mkdir(parents=True)
            asked = folder / requirements.name
            asked.write_text("\n".join(missing.values()), encoding="utf-8")
            install(asked, folder / "installed", self.platform, named=requirements)
            for pin in missing:
                self._made[pin] = {}
            self._sort_in(folder / "installed", folder / "compiled")
        return {name: path for pin in wanted for name, path in self._made[pin].items()}

    def _sort_in(self, installed: Path, compiled: Path) -> None:
        """Note whose the installed files are, by what each release says of itself."""
        owners = {
            _top(line.partition(",")[0]): _pin(about)
            for about in installed.glob("*.dist-info")
            for line in (about / "RECORD").read_text(encoding="utf-8").splitlines()
        }
        sdk.shorten(installed)
        files = _below(installed)
        for name, path in (files | self._compile(files, compiled)).items():
            self._made[owners[_top(name)]][name] = path

    def compile(self, files: Mapping[str, Path]) -> dict[str, Path]:
        """Return the compiled form of modules of ours, by name in the zip, each made once for all actors.

        Nothing where there is no compiler.
        """
        new = {name: path for name, path in files.items() if name not in self._compiled}
        for name, path in self._compile(new, self._folder / f"ours-{len(self._compiled)}").items():
            folder, _, module = name.rpartition("__pycache__/")
            self._compiled[f"{folder}{module.partition('.')[0]}.py"] = name, path
        return dict(self._compiled[name] for name in files if name in self._compiled)

    def _compile(self, files: Mapping[str, Path], into: Path) -> dict[str, Path]:
        return bytecode.compiled(files, into, self.compiler) if self.compiler else {}


def pins(requirements: Path) -> dict[str, str]:
    """Return the releases that a requirements.txt pins, by name."""
    return dict(_PIN.findall(requirements.read_text(encoding="utf-8")))


def install(
    requirements: Path, into: Path, platform: Platform, *, hashed: bool = True, named: Path | None = None
) -> None:
    """Let pip put the wheels for a platform into a folder; raises ConfigurationError saying what ``named`` lacks.

    Only what is named is installed, and unless ``hashed`` is False only files with one of the hashes named there:
    https://pip.pypa.io/en/stable/topics/secure-installs/
    """
    wheels = WHEELS[platform.architecture]
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--only-binary=:all:", "--implementation", "cp", "--python-version", platform.python),
        *("--platform", f"manylinux2014_{wheels}", "--platform", f"manylinux_2_28_{wheels}"),
        *("--no-compile", "--no-deps", "--requirement", str(requirements), "--target", str(into)),
        *(["--require-hashes"] if hashed else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigurationError(_explain(done.stderr, named or requirements, platform))


def is_needed(name: str) -> bool:
    """Whether a function may want this file of its libraries; ``name`` is its path in the zip."""
    path = Path(name)
    top, *rest = path.parts
    if top.endswith(".dist-info"):
        return bool(_LICENCE.fullmatch("/".join(rest)))
    if path.parts[: len(sdk.DATA)] == sdk.DATA:
        return sdk.is_needed(path.relative_to(*sdk.DATA))
    return not (_FOLDERS & set(path.parts) or path.suffix in _SUFFIXES or top.endswith("-stubs"))


def _entries(requirements: Path) -> dict[str, str]:
    """Return what a requirements.txt says of each release, hashes and all, by its pin."""
    entries = _ENTRY.findall(requirements.read_text(encoding="utf-8"))
    return {_canonical(*_PIN.findall(text)[0]): text for text in entries}


def _canonical(name: str, release: str) -> str:
    return f"{re.sub(r'[-_.]+', '-', name).lower()}=={release}"


def _pin(about: Path) -> str:
    """Return the pin of an installed release; ``about`` is the folder that it tells of itself in."""
    name, _, release = about.name.removesuffix(".dist-info").rpartition("-")
    return _canonical(name, release)


def _top(name: str) -> str:
    """Return what all files of a package or module have in common, compiled or not; ``name`` is in a zip."""
    return name.removeprefix("__pycache__/").partition("/")[0].partition(".")[0]


def _below(folder: Path) -> dict[str, Path]:
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path for name, path in names.items() if is_needed(name)}


def _explain(said: str, requirements: Path, platform: Platform) -> str:
    if missing := _MISSING.search(said):
        return (
            f"{requirements}: pip finds no wheel of {missing[1]} for Python {platform.python} on "
            f"{platform.architecture}: name a release that has one, or package for another Python or processor"
        )
    error = _ERROR.search(said)
    return f"{requirements}: pip could not install for {platform}: {error[1] if error else said.strip() or 'no output'}"
