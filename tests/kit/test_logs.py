"""Structured logs: what stands in each line."""

import json
import logging
import subprocess
import sys

import pytest

from kit.logs import JsonLines, facts

log = logging.getLogger("brigade")


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "brigade")


def test_a_fact_stands_in_every_line_of_its_block_and_in_no_other(caplog: pytest.LogCaptureFixture) -> None:
    log.info("before")
    with facts(colour="red"):
        log.info("within")
    log.info("after")
    assert [getattr(line, "colour", None) for line in caplog.records] == [None, "red", None]


def test_facts_of_blocks_within_blocks_come_together_and_the_innermost_counts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with facts(colour="red", shape="round"):
        with facts(colour="blue"):
            log.info("within")
        log.info("around")
    assert [(vars(line)["colour"], vars(line)["shape"]) for line in caplog.records] == [
        ("blue", "round"),
        ("red", "round"),
    ]


def test_a_block_that_raises_takes_its_facts_with_it(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(KeyError), facts(colour="red"):
        raise KeyError
    log.info("after")
    assert not hasattr(caplog.records[0], "colour")


def test_what_a_line_says_itself_counts_more_than_a_fact(caplog: pytest.LogCaptureFixture) -> None:
    with facts(colour="red"):
        log.info("within", extra={"colour": "green"})
    assert vars(caplog.records[0])["colour"] == "green"


def test_a_fact_cannot_overwrite_what_logging_itself_notes(caplog: pytest.LogCaptureFixture) -> None:
    with facts(name="nobody", args="none"):
        log.info("%s", "within")
    assert caplog.records[0].name == "brigade"
    assert caplog.messages == ["within"]


def test_a_line_is_one_json_object_with_facts_extras_and_traceback() -> None:
    bug = (KeyError, KeyError("width"), None)

    def written() -> str:
        record = log.makeRecord("brigade", logging.ERROR, __file__, 1, "%s: bad", ("a\nb",), bug)
        log.filter(record)
        return JsonLines().format(record)

    with facts(key="ü\n.jpg", attempt=2):
        text = written()
    assert "\n" not in text
    line, without_facts = json.loads(text), json.loads(written())
    assert line == without_facts | {"key": "ü\n.jpg", "attempt": 2}
    assert (line["level"], line["message"]) == ("ERROR", "a\nb: bad")
    assert "KeyError: 'width'" in line["stackTrace"]
    assert "lineno" not in line


CONFIGURED = """
import logging
from kit import logs
{before}
logs.configure(region="eu-west-1")
logs.configure()
with logs.facts(key="a.jpg"):
    logging.getLogger("brigade").info("seen")
"""


def written(before: str = "") -> list[str]:
    """Return the lines that a function's process writes."""
    code = CONFIGURED.format(before=before)
    return subprocess.run(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, check=True
    ).stderr.splitlines()


def test_where_nobody_handles_logs_they_are_written_as_json_lines() -> None:
    (line,) = written()
    assert json.loads(line) == {"level": "INFO", "message": "seen", "region": "eu-west-1", "key": "a.jpg"}


def test_where_somebody_handles_logs_as_lambdas_runtime_does_it_stays_so() -> None:
    assert written("logging.basicConfig(format='theirs: %(message)s of %(key)s')") == ["theirs: seen of a.jpg"]
