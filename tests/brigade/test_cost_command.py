"""`brigade cost`, as the operator reads it."""

import json
import re

import pytest
from msgspec.structs import replace

from brigade.__main__ import main
from brigade.cost import measured, prices
from services.chain import CHAIN

Said = pytest.CaptureFixture[str]


def lines(capsys: Said, *arguments: str, block: str = "pictures") -> list[dict[str, object]]:
    assert main(["cost", *arguments, "--json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)[0][block]
    return found


def total(found: list[dict[str, object]], column: str = "usd_in_bulk") -> float:
    return sum(float(str(line[column])) for line in found)


def test_the_table_adds_up_and_names_its_prices(capsys: Said) -> None:
    found = lines(capsys)
    assert main(["cost"]) == 0
    said = capsys.readouterr().out
    row = re.search(r"\n +all {2,}([\d.,]+) +([\d.,]+) *\n", said)
    assert row
    assert float(row[1]) == pytest.approx(total(found), abs=0.01)
    assert float(row[2]) == pytest.approx(total(found, "usd_one_by_one"), abs=0.01)
    listed = prices.load()
    assert f"Prices of {listed.dated} in {listed.region}" in said
    assert "(assumed)" in said


def test_the_floor_is_eleven_puts_and_two_gets_of_the_default_recipe(capsys: Said) -> None:
    found = lines(capsys)
    assert total([line for line in found if line["floor"]]) == pytest.approx(11 * 5.0 + 2 * 0.4)


def test_what_stands_is_paid_by_the_month_whatever_the_load(capsys: Said) -> None:
    few, many = (lines(capsys, "--pictures", number, block="a_month") for number in ("1", "1e9"))
    assert few == many
    assert [line["what"] for line in few] == ["alarms", "dashboards", "custom metrics"]
    assert main(["cost"]) == 0
    said = capsys.readouterr().out
    for line in few:
        assert re.search(rf"\n{line['what']} +{line['number']} +{line['usd']:,.2f}\n", said)
    assert re.search(rf"\nall +{total(few, 'usd'):,.2f}\n", said)


def test_what_is_not_in_it_is_named(capsys: Said) -> None:
    assert main(["cost"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    (left_out,) = re.findall(r"Not in it: [^.]*(?:[.]\d[^.]*)*[.]", said)
    assert "Lambda's INIT phase" in left_out
    assert "alarms" not in left_out
    assert f"one metric more, ${prices.load().per_month.metric:.2f}, for every reason" in said


def test_a_thousand_pictures_cost_a_thousandth_of_a_million(capsys: Said) -> None:
    assert total(lines(capsys, "--pictures", "1000")) == pytest.approx(total(lines(capsys)) / 1000)


def test_larger_turned_and_more_renditions_cost_more(capsys: Said) -> None:
    usual = total(lines(capsys))
    assert total(lines(capsys, "--megapixels", "24")) > usual
    assert total(lines(capsys, "--turned", "0.5")) > usual
    assert total(lines(capsys, "--recipe", "training")) < usual


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["--recipe", "wall"], 1, "recipe 'wall' was not measured — there are figures for"),
        (["--megapixels", "900"], 1, "900 megapixels were not measured — there are figures from"),
        (["--recipe", "training", "--turned", "1"], 1, "there are figures for default"),
        (["--pictures", "inf"], 2, "see `brigade cost --help`"),
        (["--pictures", "nan"], 2, "see `brigade cost --help`"),
        (["--pictures", "0"], 2, "see `brigade cost --help`"),
        (["--turned", "2"], 2, "see `brigade cost --help`"),
    ],
)
def test_what_is_not_known_is_one_line(arguments: list[str], code: int, line: str, capsys: Said) -> None:
    assert main(["cost", *arguments]) == code
    (said,) = capsys.readouterr().err.splitlines()
    assert line in said


def test_an_actor_without_figures_is_named(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = measured.load()
    runs = tuple(
        replace(run, actors={name: work for name, work in run.actors.items() if name != "resize"})
        for run in figures.runs
    )
    monkeypatch.setattr(measured, "load", lambda: replace(figures, runs=runs))
    assert main(["cost"]) == 0
    measured_ = {name for run in runs for name in run.actors}
    left = [actor.name for actor in CHAIN.actors if actor.name not in measured_]
    assert "resize" in left
    assert f"Not in it, because it was not measured: {', '.join(left)}." in capsys.readouterr().out


def test_a_request_without_a_price_is_refused(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = measured.load()
    ingest = figures.runs[0].actors["ingest"]
    looking = replace(ingest, requests=ingest.requests | {"rekognition.DetectModerationLabels": 1})
    runs = tuple(replace(run, actors=run.actors | {"ingest": looking}) for run in figures.runs)
    monkeypatch.setattr(measured, "load", lambda: replace(figures, runs=runs))
    assert main(["cost"]) == 1
    said = "there is no price for rekognition.DetectModerationLabels — add it to prices.toml"
    assert said in capsys.readouterr().err


def test_the_portal_and_cloudfront_are_priced_only_where_that_is_asked(capsys: Said) -> None:
    assert main(["cost", "--json"]) == 0
    [without] = json.loads(capsys.readouterr().out)
    found = lines(capsys, "--portal", block="optional")
    priced = {(line["part"], line["what"]): line["usd"] for line in found}
    assert priced["portal", "a million requests to API Gateway"] == 1.0
    assert priced["portal", "4 alarms, a month"] == pytest.approx(0.4)
    assert priced["portal", "a tenth of a second for each"] == pytest.approx(13.3334 * 0.5 * 0.1)
    assert {line["part"] for line in found} == {"portal", "cloudfront"}
    # Off, a deployment costs what it cost.
    assert "optional" not in without
    assert main(["cost", "--portal", "--json"]) == 0
    [asked] = json.loads(capsys.readouterr().out)
    assert {name: each for name, each in asked.items() if name != "optional"} == without
    assert main(["cost", "--portal"]) == 0
    assert "a thousand mails" in " ".join(capsys.readouterr().out.split())
