"""botocore and moto without what they would work out again for each test, client or request: most of a test's time.

What is kept depends on nothing but what it is kept by. Who wants to see that it changes nothing leaves the fixture
``worked_out_once`` of tests/conftest.py out.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, partial
from typing import Any, Final
from uuid import uuid4

import moto.core.responses  # noqa: F401 - has taken functions of moto.core.utils
import pytest
from botocore import hooks, parsers, useragent
from botocore.auth import SigV4Auth
from botocore.compat import accepts_kwargs
from botocore.hooks import EventAliaser
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session
from botocore.utils import parse_timestamp
from moto import backend_index
from moto.core import utils
from moto.core.base_backend import BaseBackend
from moto.core.serialize import JSONSerializer
from moto.utilities import aws_headers

# moto tries the addresses of its 190 services in turn.
_TRIED_FIRST: Final = ("s3", "sqs", "sns", "dynamodb", "sts")
# Clients of moto by what they were made for.
_CLIENTS: Final[dict[object, Any]] = {}


def work_out_once(patch: pytest.MonkeyPatch) -> None:
    """Let both of them keep what they work out, for as long as the patches hold."""
    _descriptions(patch)
    _events(patch)
    _records(patch)
    patch.setattr(parsers, "DEFAULT_TIMESTAMP_PARSER", _timestamp)
    component: Any = useragent.UserAgentComponent
    patch.setattr(component, "to_string", cache(component.to_string))
    for each in (utils.camelcase_to_underscores, utils.method_names_from_class):
        _everywhere(patch, each, cache(each))
    _everywhere(patch, utils.unix_time_millis, _milliseconds(utils.unix_time_millis))
    patch.setattr("moto.sqs.models.generate_receipt_handle", lambda: f"{uuid4().hex}{'x' * 153}")
    _everywhere(patch, aws_headers.gen_amzn_requestid_long, _request_id)
    patch.setattr(BaseBackend, "urls", property(_urls(BaseBackend.urls)))
    ours = [each for each in backend_index.backend_url_patterns if each[0] in _TRIED_FIRST]
    others = [each for each in backend_index.backend_url_patterns if each[0] not in _TRIED_FIRST]
    patch.setattr(backend_index, "backend_url_patterns", ours + others)


def _descriptions(patch: pytest.MonkeyPatch) -> None:
    """Look for the descriptions of AWS's services, and parse them, once for all sessions."""
    read = cache(partial(JSONFileLoader.load_file, JSONFileLoader()))
    find: Any = Loader.list_available_services
    found: dict[tuple[str, ...], list[str]] = {}

    def find_once(loader: Loader, type_name: str) -> list[str]:
        where = (*loader.search_paths, type_name)
        if where not in found:
            found[where] = find(loader, type_name)
        return found[where]

    patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
    patch.setattr(Loader, "list_available_services", find_once)


def _events(patch: pytest.MonkeyPatch) -> None:
    """Each client registers a hundred handlers; what they take and what their events are called stays the same."""
    takes = cache(accepts_kwargs)
    patch.setattr(hooks, "accepts_kwargs", lambda handler: takes(getattr(handler, "__func__", handler)))
    aliaser: Any = EventAliaser
    alias = aliaser._alias_event_name
    found: dict[tuple[int, str], str] = {}

    def alias_once(each: Any, name: str) -> str:
        key = id(each._event_aliases), name  # a table that botocore keeps
        if key not in found:
            found[key] = alias(each, name)
        return found[key]

    patch.setattr(aliaser, "_alias_event_name", alias_once)


def _records(patch: pytest.MonkeyPatch) -> None:
    """Attributes of records are JSON as they are; moto asks for each of eleven types by several names."""
    serializer: Any = JSONSerializer
    structure = serializer._serialize_type_structure

    def as_it_is(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if key and shape.name == "AttributeValue":
            serialized[key] = value
        else:
            structure(self, serialized, value, shape, key)

    patch.setattr(serializer, "_serialize_type_structure", as_it_is)


def on_moto(patch: pytest.MonkeyPatch) -> None:
    """Make each client once for all tests, and sign nothing: moto reads who asks, and looks at no signature."""
    make: Any = Session.create_client

    def make_once(session: Session, service_name: str, region_name: str | None = None, **more: Any) -> Any:
        found = session.get_credentials()
        config = more.get("config")
        key = (
            session.user_agent_name,
            service_name,
            region_name or session.get_config_variable("region"),
            found and found.access_key,
            os.environ.get("AWS_ENDPOINT_URL"),
            str(sorted(vars(config).items(), key=str) if config else ()),
            str([each for name, each in more.items() if name != "config"]),
        )
        if key not in _CLIENTS:
            client = _CLIENTS[key] = make(session, service_name, region_name, **more)
            events = client.meta.events
            _own(events, "register", key)
            _own(events, "register_first", key)
        return _CLIENTS[key]

    patch.setattr(Session, "create_client", make_once)
    patch.setattr(SigV4Auth, "canonical_request", lambda *_: "")


def _own(events: Any, name: str, key: object) -> None:
    """Leave a client to the test that registers something with it."""
    register = getattr(events, name)

    def registered(*given: Any, **more: Any) -> None:
        _CLIENTS.pop(key, None)
        register(*given, **more)

    setattr(events, name, registered)


def _timestamp(value: Any) -> datetime:
    """Python reads what services write; botocore asks a library that knows whatever anybody might write."""
    if isinstance(value, str) and value.endswith("Z"):
        return datetime.fromisoformat(value)
    return parse_timestamp(value)


def _request_id(headers: dict[str, Any] | None = None) -> str:
    made = f"{uuid4().hex}{uuid4().hex}"[:52]
    if headers is not None:
        headers["x-amzn-requestid"] = made
    return made


def _urls(urls: Any) -> Callable[[BaseBackend], Any]:
    """A backend's addresses follow from its class."""
    found: dict[type, Any] = {}

    def once(backend: BaseBackend) -> Any:
        if type(backend) not in found:
            found[type(backend)] = urls.fget(backend)
        return found[type(backend)]

    return once


def _milliseconds(reckoned: Callable[[datetime | None], float]) -> Callable[[datetime | None], float]:
    def milliseconds(when: datetime | None = None) -> float:
        return reckoned(when) if when else time.time() * 1000

    return milliseconds


def _everywhere(patch: pytest.MonkeyPatch, function: Any, instead: Any) -> None:
    """Replace a function of moto's in its own module and in those that have imported it by now."""
    modules: Iterable[Any] = [each for name, each in sys.modules.items() if name.startswith("moto.")]
    for module in modules:
        if vars(module).get(function.__name__) is function:
            patch.setattr(module, function.__name__, instead)
