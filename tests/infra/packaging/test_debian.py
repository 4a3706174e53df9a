"""Debian's packages: what apt is asked, and what is said where that fails. Stand-ins for apt-get and dpkg-deb."""

import os
from pathlib import Path

import pytest

from infra.packaging.debian import unpacked
from kit.errors import ConfigurationError

PACKAGES = {"perl-base": "5.36.0-7", "libcrypt1": "1:4.4.33-2"}
APT = """#!/bin/sh
echo apt-get "$@" >>{log}
for word; do case $word in
    update) {update} ;;
    *=*:*|*=*-*) case $word in *::*|/*) ;; *) : >"$(echo "$word" | tr =: __).deb" ;; esac ;;
esac; done
"""
DPKG = '#!/bin/sh\necho dpkg-deb "$@" >>{log}\nmkdir -p "$3"\n'


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with apt; what its programs are asked."""
    have(tmp_path, APT, update=":")
    have(tmp_path, DPKG, name="dpkg-deb")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return tmp_path / "log"


def have(tmp_path: Path, script: str, name: str = "apt-get", **more: str) -> None:
    program = tmp_path / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(script.format(log=tmp_path / "log", **more), encoding="utf-8")
    program.chmod(0o755)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


def test_packages_are_fetched_for_their_processor_and_unpacked(log: Path, folder: Path) -> None:
    assert unpacked(PACKAGES, "arm64", folder) == folder / "system"
    update, download, *extracted = log.read_text().splitlines()
    assert update.endswith(" update")
    assert download.endswith(" download perl-base=5.36.0-7 libcrypt1=1:4.4.33-2")
    for asked in (update, download):
        assert " -o APT::Architecture=arm64 -o APT::Architectures=arm64 " in asked
        assert f" -o Dir::State={folder}/state " in asked
    assert extracted == [
        "dpkg-deb --extract libcrypt1_1_4.4.33-2.deb system",
        "dpkg-deb --extract perl-base_5.36.0-7.deb system",
    ]


def test_a_machine_without_apt_is_told_where_it_works(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigurationError, match="there is no apt-get: this works on Debian 12 and in its container"):
        unpacked(PACKAGES, "amd64", folder)


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        (
            "echo W: a warning >&2; echo \"E: Version '1' for 'perl-base' was not found\" >&2; exit 100",
            "E: Version '1' for",
        ),
        ("exit 1", "it did not say why"),
    ],
)
def test_what_apt_says_is_said_in_one_line(failing: str, said: str, log: Path, folder: Path) -> None:
    have(log.parent, APT, update=failing)
    with pytest.raises(ConfigurationError, match=f"apt-get: {said}.*: this works on Debian 12") as failed:
        unpacked(PACKAGES, "amd64", folder)
    assert "\n" not in str(failed.value)


def test_a_package_that_cannot_be_unpacked_is_an_error(log: Path, folder: Path) -> None:
    have(log.parent, "#!/bin/sh\necho dpkg-deb: error: not a Debian archive >&2\nexit 2\n", name="dpkg-deb")
    with pytest.raises(ConfigurationError, match="dpkg-deb: dpkg-deb: error: not a Debian archive: "):
        unpacked(PACKAGES, "amd64", folder)
