"""Nothing that is shipped is under the GPL or the AGPL, and the page of licences lists all of it."""

import re
import sys
from importlib import metadata
from pathlib import PurePosixPath
from types import SimpleNamespace

import pytest

from kit.errors import ConfigurationError
from services.chain import CHAIN
from tools import licences
from tools.licences import EXCHANGEABLE, LIBRARIES, PERMISSIVE, licence, releases

PACKAGES = sorted(name for name, _ in releases(CHAIN.whole))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_under_a_licence_that_may_be_shipped(package: str) -> None:
    assert set(licence(package).split(" OR ")) <= PERMISSIVE


def test_no_copyleft_is_taken_for_permissive() -> None:
    assert not [terms for terms in PERMISSIVE if "GPL" in terms]
    assert all(terms.startswith("LGPL-") for terms in EXCHANGEABLE)


def test_every_library_is_under_a_licence_that_may_be_shipped() -> None:
    assert {terms for held in LIBRARIES.values() for terms in held.values()} <= PERMISSIVE | EXCHANGEABLE


@pytest.mark.skipif(sys.platform != "linux", reason="other wheels hold their libraries elsewhere")
@pytest.mark.parametrize("package", PACKAGES)
def test_the_libraries_in_a_wheel_are_all_listed(package: str) -> None:
    files = [PurePosixPath(str(file)) for file in metadata.files(package) or []]
    held = {re.split(r"[-.]", file.name)[0] for file in files if file.parent.name.endswith(".libs")}
    assert held == set(LIBRARIES.get(package, {}))


def test_a_wheel_holds_the_texts_of_what_it_holds() -> None:
    files = [str(file) for file in metadata.files("pi-heif") or []]
    assert any(file.endswith("licenses/LICENSES_bundled.txt") for file in files)


@pytest.mark.parametrize("terms", ["GPL-3.0-or-later", "AGPL-3.0-only", "Some words of their own", None])
def test_a_licence_that_nobody_has_looked_at_stops_the_page(terms: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "metadata", lambda _: SimpleNamespace(json={"license": terms}))
    with pytest.raises(ConfigurationError, match=f"x265 is under {terms or 'no licence'}"):
        licence("x265")


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(ConfigurationError, match="no-such-package is not installed"):
        licence("no-such-package")


def test_the_page_names_every_package_with_its_release() -> None:
    page = "\n".join(licences.page(CHAIN.whole))
    assert all(f"| {name} {version} |" in page for name, version in releases(CHAIN.whole))
