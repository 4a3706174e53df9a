"""`brigade ls`, as it is typed: filters, paging, JSON, CSV."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from brigade.__main__ import main
from brigade.pipeline import Pipeline
from kit import aws
from kit.backoff import under
from kit.events import Image
from tests.support import story
from tests.support.deployed import Deployed, deploy, way
from tests.support.moto import NO_WAITING, go_to_moto

Said = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Shelf:
    """Pictures of two cameras."""

    deployed: Deployed

    def add(self, key: str, **facts: Any) -> Image:
        picture = self.deployed.upload(key)
        self.deployed.catalog(*way(picture), story.said(story.described(picture, **facts), "describe"))
        return picture


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    """A catalog that all tests here read, and none changes."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(), under(NO_WAITING):
        go_to_moto(patch)
        aws.forget()
        yield filled(Shelf(deploy()))
    aws.forget()


def filled(shelf: Shelf) -> Shelf:
    for minute in range(5):
        shelf.add(f"in/{minute}.jpg", make="RECONYX", serial="P800", taken_at=f"2026-11-20T08:0{minute}:00+01:00")
    shelf.add("in/undated.jpg", make="RECONYX", serial="P800")
    shelf.add("in/other.jpg", make="CUDDEBACK", serial="0042", taken_at="2026-11-21T08:00:00", latitude=-46.5)
    shelf.add("in/none.jpg")
    shelf.add("in/ahead.jpg", make="BUSHNELL", taken_at="2031-01-01T08:00:00")
    shelf.add("in/evil.jpg", make='=cmd|" /C calc"!A0', serial="s", model='a,"b"')
    return shelf


@pytest.fixture(autouse=True)
def operator(shelf: Shelf, state: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator of that stack."""
    go_to_moto(monkeypatch)
    monkeypatch.setattr(Pipeline, "find", lambda *_: shelf.deployed.pipeline)


def keys(capsys: Said, *arguments: str) -> list[str]:
    assert main(["ls", *arguments, "--json"]) == 0
    return [record["source"]["key"] for record in json.loads(capsys.readouterr().out)]


@pytest.mark.parametrize(
    ("option", "word", "known"),
    [
        ("status", "lost", "is not one of 'processing', 'ready'"),
        ("verdict", "maybe", "is not one of 'accepted', 'refused'"),
        ("day", "yesterday", "does not match the format '%Y-%m-%d'"),
        ("day", "2026-02-30", "does not match the format '%Y-%m-%d'"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage_and_answered_with_what_can(
    option: str, word: str, known: str, capsys: Said
) -> None:
    assert main(["ls", f"--{option}", word]) == 2
    assert f"'--{option}': '{word}' {known}" in capsys.readouterr().err


class TestFilters:
    def test_a_cameras_pictures_come_the_last_taken_first(self, capsys: Said) -> None:
        taken = [f"in/{minute}.jpg" for minute in reversed(range(5))]
        assert keys(capsys, "--serial", "P800") == ["in/undated.jpg", *taken]
        assert keys(capsys, "--serial", "0042") == ["in/other.jpg"]
        assert keys(capsys, "--serial", "42") == []

    def test_a_range_of_days_or_times_has_all_cameras(self, capsys: Said) -> None:
        assert keys(capsys, "--taken-from", "2026-11-21", "--taken-to", "2026-11-21") == ["in/other.jpg"]
        between = ("--taken-from", "2026-11-20T08:01", "--taken-to", "2026-11-20T08:02")
        assert keys(capsys, *between) == ["in/2.jpg", "in/1.jpg"]
        assert keys(capsys, *between, "--make", "cuddeback") == []

    def test_makers_are_found_whatever_their_case(self, capsys: Said) -> None:
        assert keys(capsys, "--make", "Cuddeback", "--status", "ready") == ["in/other.jpg"]

    def test_a_clock_that_is_ahead_is_not_passed_over_in_silence(self, capsys: Said) -> None:
        since = ("--taken-from", "2026-11-20")
        assert main(["ls", *since, "--json"]) == 0
        said = capsys.readouterr()
        assert "in/ahead.jpg" not in said.out
        assert re.fullmatch(r"looking until 20\d\d-\d\d-\d\d: for a clock that is ahead, say --taken-to\n", said.err)
        # Too many days to ask for each: everything is looked at.
        assert main(["ls", *since, "--taken-to", "2031-12-31", "--json"]) == 0
        said = capsys.readouterr()
        assert "in/ahead.jpg" in said.out
        assert said.err.startswith("every record may have to be read: ")

    @pytest.mark.parametrize("filters", [("--make", "reconyx"), ("--recipe", "default"), ("--verdict", "accepted")])
    def test_a_search_without_an_index_says_that_it_takes_its_time(
        self, filters: tuple[str, str], capsys: Said
    ) -> None:
        assert main(["ls", *filters]) == 0
        assert capsys.readouterr().err == (
            "every record may have to be read: --serial, --taken-from, --day or --status looks at fewer\n"
        )
        assert main(["ls", *filters, "--status", "ready"]) == 0
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize("camera", [(), ("--serial", "P800")])
    @pytest.mark.parametrize("days", [("2026-05-01", "2026-01-01"), ("2026-05-01T10:00", "2026-05-01T09:00")])
    def test_an_end_before_the_beginning_is_one_line(
        self, days: tuple[str, str], camera: tuple[str, ...], capsys: Said
    ) -> None:
        assert main(["ls", *camera, "--taken-from", days[0], "--taken-to", days[1]]) == 1
        assert capsys.readouterr().err == (
            f"error: {days[0]} lies after {days[1]} — let --taken-to come after --taken-from\n"
        )


class TestPaging:
    @pytest.mark.parametrize(
        "filters", [(), ("--serial", "P800"), ("--taken-from", "2026-11-20", "--taken-to", "2026-11-21")]
    )
    def test_going_on_shows_everything_once(self, filters: tuple[str, ...], capsys: Said) -> None:
        everything = keys(capsys, *filters)
        shown: list[str] = []
        after: tuple[str, ...] = ()
        for _ in everything:
            assert main(["ls", *filters, *after, "--limit", "2", "--json"]) == 0
            said = capsys.readouterr()
            records = json.loads(said.out)
            assert 1 <= len(records) <= 2
            shown += [record["source"]["key"] for record in records]
            if "there are more" not in said.err:
                break
            after = ("--after", records[-1]["image_id"])
            assert f"there are more: {' '.join(after)} goes on" in said.err
        assert shown == everything
        assert len(everything) == len(set(everything)) >= 6

    def test_where_the_limit_is_all_there_is_nothing_is_said(self, capsys: Said) -> None:
        assert main(["ls", "--serial", "P800", "--limit", "6", "--json"]) == 0
        assert "more" not in capsys.readouterr().err


def test_a_spreadsheet_gets_a_line_a_picture(capsys: Said) -> None:
    assert main(["ls", "--serial", "0042", "--csv"]) == 0
    [line] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    told = {name: line[name] for name in ("key", "status", "make", "serial", "taken_at", "latitude", "longitude")}
    assert told == {
        "key": "in/other.jpg",
        "status": "READY",
        "make": "CUDDEBACK",
        "serial": "0042",
        "taken_at": "2026-11-21T08:00:00",
        "latitude": "-46.5",  # a number is no formula
        "longitude": "",
    }


def test_json_and_csv_at_once_are_refused(capsys: Said) -> None:
    assert main(["ls", "--json", "--csv"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "error: --json and --csv exclude each other — give one of them\n")


def test_a_spreadsheet_gets_no_formula_out_of_a_picture(capsys: Said) -> None:
    assert main(["ls", "--serial", "s", "--csv"]) == 0
    [line] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (line["make"], line["model"]) == ('\'=cmd|" /C calc"!A0', 'a,"b"')


def test_show_says_what_the_camera_says(capsys: Said) -> None:
    assert main(["show", "in/4.jpg"]) == 0
    said = capsys.readouterr().out
    assert "camera     RECONYX, serial P800" in said
    assert "taken      2026-11-20T08:04:00+01:00" in said
    assert "metadata   by exiftool 13.59" in said


def test_a_shell_completes_keys_of_the_stack(monkeypatch: pytest.MonkeyPatch, shelf: Shelf, capsys: Said) -> None:
    monkeypatch.setattr("brigade.commands.completing.resolve", lambda: shelf.deployed.pipeline.target)
    monkeypatch.setenv("_BRIGADE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "brigade show in/o")
    monkeypatch.setenv("COMP_CWORD", "2")
    main([])
    assert capsys.readouterr().out == "plain,in/other.jpg\n"


def test_keys_are_told_by_their_beginning(capsys: Said) -> None:
    assert keys(capsys, "--prefix", "in/o") == ["in/other.jpg"]
