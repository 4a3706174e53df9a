"""A function made of a declaration: what happens at import, and what at the first event."""

import logging
import subprocess
import sys

import pytest

from kit import logs
from kit.errors import ConfigurationError
from kit.function import Site, function
from kit.mailbox import Act
from services.chain import CHAIN
from tests.kit.stand import PRAISE, Clock, praise

IMPORTS = """
import sys
from botocore.session import Session

def refuse(*_, **__):
    raise AssertionError("a client is made at import")

Session.create_client = refuse
import {module}
assert callable({module}.handle)
print(sorted({{"pydantic", "aws_xray_sdk"}} & set(sys.modules)))
"""


@pytest.mark.parametrize("module", [actor.module for actor in CHAIN.actors])
def test_importing_a_handler_makes_no_client_and_no_detour(module: str) -> None:
    said = subprocess.check_output([sys.executable, "-c", IMPORTS.format(module=module)], text=True)
    assert said.strip() == "[]"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a function, whose log begins anew."""
    for name in ("SOURCE_BUCKET", "TARGET_BUCKET", "QUEUE_URL", "DEAD_LETTER_QUEUE_URL"):
        monkeypatch.setenv(f"BRIGADE_{name}", name.lower())
    monkeypatch.setattr(logs, "_always", {})


def test_every_line_of_its_log_says_where_it_was_written(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    where = {"AWS_REGION": "eu-west-1", "BRIGADE_ENVIRONMENT": "staging", "AWS_LAMBDA_LOG_STREAM_NAME": "[$LATEST]0a1b"}
    for name, value in where.items():
        monkeypatch.setenv(name, value)
    function(PRAISE, lambda _: praise)({"Records": []}, Clock())
    logging.getLogger("brigade").warning("seen")
    (line,) = (vars(each) for each in caplog.records)
    assert [line[name] for name in ("region", "environment", "instance")] == [*where.values()]


def test_nothing_is_connected_before_the_first_event_and_then_once() -> None:
    connections: list[Site] = []

    def connect(site: Site) -> Act:
        connections.append(site)
        return praise

    handle = function(PRAISE, connect)
    assert connections == []
    for _ in range(2):
        assert handle({"Records": []}, Clock()) == {"batchItemFailures": []}
    assert [site.settings.source_bucket for site in connections] == ["source_bucket"]


def test_a_function_whose_setting_is_missing_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRIGADE_SOURCE_BUCKET", raising=False)
    with pytest.raises(ConfigurationError, match="BRIGADE_SOURCE_BUCKET is not set"):
        function(PRAISE, lambda _: praise)({"Records": []}, Clock())
