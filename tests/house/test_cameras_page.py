"""docs/cameras.md: every fact, every limit and every command is as the code has it."""

import re
import shlex
from pathlib import Path

import pytest
from msgspec.structs import fields

from imaging.formats import FORMATS
from infra import names
from infra.packaging.layers import FOLDER, PROCESSORS, WRAPPER
from kit.events import Camera
from services.describe import exiftool, facts, head, places, tags
from tests.support.commands import every

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "cameras.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_fact_has_its_row_and_no_other() -> None:
    first = [line.split("|")[1] for line in section("The facts").splitlines() if line.startswith("| `")]
    named = [name for cell in first for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(field.name for field in fields(Camera))


def test_every_tag_that_it_names_is_asked_for() -> None:
    code = Path(facts.__file__).read_text(encoding="utf-8")
    rows = [line.split("|")[2] for line in section("The facts").splitlines() if line.startswith("| `")]
    named = {tag for row in rows for tag in re.findall(r"[A-Z]\w+", row)} - {
        "GPS",
        "IPTC",
        "XMP",
        "PNG",
        "SN",
        "SOURCE",
    }
    # Its offsets are told in words, and of the notes' groups and versions in a table of its own.
    others = {"MakerNoteVersion", "OffsetTime", "OffsetTimeOriginal", "OffsetTimeDigitized", "TimeZoneOffset"}
    groups = {"ExifIFD", "Reconyx", "HyperFire"}
    assert named == set(re.findall(r'"([A-Z]+[a-z]\w+|ISO)"', code)) - others - groups


def test_limits_are_those_of_the_code() -> None:
    limits = section("Hostile files")
    assert f"| {exiftool.SECONDS} s, then" in limits
    assert f"| {exiftool.MEMORY >> 20} MB, by the kernel |" in limits
    assert f"| {'.'.join(map(str, exiftool.OLDEST))} or later:" in limits
    assert f"| its answer | {exiftool.MOST_BYTES >> 20} MB |" in limits
    assert f"told by first bytes: {', '.join(FORMATS)};" in limits
    assert f"above {head.HEAD >> 10} KiB its first {head.HEAD >> 10} KiB" in section("How much is read")
    assert f"at most {tags.MOST_CHARACTERS} characters" in section("The facts")
    assert f"up to {facts.MOST_ALT:,} characters" in section("The facts")
    assert f"position to {10**-places.DECIMALS}°" in section("The place")


def test_the_way_to_the_layer_is_the_one_that_there_is() -> None:
    said = section("exiftool on Lambda")
    assert set(re.findall(r"ARCH=(\w+)", said)) == set(PROCESSORS)
    assert f"{FOLDER}/exiftool-arm64.zip" in said
    assert f"`/opt/{WRAPPER}`" in said
    assert f"brigade deploy --set {names.layer('exiftool')}=" in said


COMMANDS = sorted(re.sub(r"\s*#.*", "", command) for command in re.findall(r"^brigade .*", PAGE, re.MULTILINE))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_it_names_exists_with_its_options(command: str) -> None:
    _, name, *words = shlex.split(command)
    known = {option for each in every()[name].params for option in each.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)]+)\)", PAGE))))
def test_a_link_leads_somewhere(link: str) -> None:
    path, _, heading = link.partition("#")
    target = DOCS / path if path else DOCS / "cameras.md"
    assert target.is_file()
    if heading:
        titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert heading in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
