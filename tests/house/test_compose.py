"""docker-compose.yml: valid by the specification's own schema, pinned, on loopback, with all services."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(get_builtin_schema("vendor.compose-spec"))


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


LOCALSTACK: dict[str, Any] = compose()["services"]["localstack"]


def test_it_is_valid_by_the_compose_specifications_schema() -> None:
    assert [error.message for error in SCHEMA.iter_errors(compose())] == []


@pytest.mark.parametrize("wrong", [{"imagee": "x"}, {"ports": 4566}, {"healthcheck": {"tries": 3}}], ids=str)
def test_the_schema_would_find_a_mistake(wrong: dict[str, Any]) -> None:
    broken = copy.deepcopy(compose())
    broken["services"]["localstack"] |= wrong
    assert not SCHEMA.is_valid(broken)


def test_the_image_is_the_last_one_that_needs_no_account() -> None:
    assert compose()["services"].keys() == {"localstack"}
    assert LOCALSTACK["image"] == "localstack/localstack:4.14.0"


def test_it_is_published_on_loopback_only() -> None:
    assert all(port.startswith("127.0.0.1:") for port in LOCALSTACK["ports"])
    assert "network_mode" not in LOCALSTACK


def test_up_waits_until_it_answers() -> None:
    assert LOCALSTACK["healthcheck"]["test"][-1].endswith("/_localstack/health")


def test_no_service_is_left_out() -> None:
    assert "environment" not in LOCALSTACK  # without SERVICES it has all, and loads each at its first request
