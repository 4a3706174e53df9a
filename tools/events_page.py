"""docs/events.md: the envelope, the events, dead letters' attributes and the functions' environment."""

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import FieldInfo, fields

from infra.names import UNDELIVERED, UNDELIVERED_QUEUE
from kit import envelope as envelopes
from kit import events, settings
from kit.chain import Chain
from kit.errors import ConfigurationError
from kit.events import Event
from tools.examples import NOTIFICATION, envelope, parts
from tools.markdown import comment, prose, table, whole_page

# The attributes that kit.delivery puts on a message that an actor gives up.
DEAD_LETTER = {
    "reason": "why, as a word: one of the actor's reasons, or `unexpected-error` for a bug",
    "detail": "what was seen, at most 1,000 characters",
    "actor": "the actor that gave up",
    "image_id": "the picture's id; absent where the message could not be read",
    "attempts": "how often the message had been received",
    "failed_at": "ISO 8601, UTC",
    "trace": "the trace, in X-Ray's notation",
}


def events_page(chain: Chain) -> str:
    """Return docs/events.md: the envelope, every event, dead letters and the functions' environment."""
    return whole_page(
        "# Events, dead letters, settings",
        prose(events),
        "Who says and hears them is drawn in [chain.md](chain.md).",
        "## The envelope",
        prose(envelopes),
        _fields(envelopes.Envelope),
        *(section for event in chain.events for section in _event(event, chain)),
        "## What events are made of",
        *(section for part in parts(chain.events) for section in (f"### {part.__name__}", prose(part), _fields(part))),
        "## Dead letters",
        "The message's body is left as it was, so that it can be sent again. Its message attributes say why it is "
        "here; a function that was killed or timed out leaves a dead letter without them.",
        table(("attribute", "meaning"), ((f"`{name}`", meaning) for name, meaning in DEAD_LETTER.items())),
        "What SNS cannot deliver to an actor's queue it puts, as it was announced and with no word of which actor, "
        f"into the stack's {UNDELIVERED_QUEUE}. `brigade dlq redrive {UNDELIVERED}` sends it to every actor that hears "
        "the event: hearing it twice changes nothing.",
        "## Settings",
        "The environment variables of every function, set by the template.",
        table(("variable", "needed", "field of `Settings`"), _variables(chain)),
    )


def _event(event: type[Event], chain: Chain) -> list[str]:
    speakers = [speaker for speaker, said in chain.speakers if event in said and event is not chain.origin]
    hearers = [actor.name for actor in chain.subscribers(event)] or ["nobody in the chain"]
    named = [f"`{name}`" for name in ("type", *event.filtered)]
    example = json.loads(envelopes.encode(envelope(event, speakers[0]))) if speakers else NOTIFICATION
    return [
        f"## {event.kind}",
        prose(event),
        (f"Said by {_and(speakers)}. " if speakers else "") + f"Heard by {_and(hearers)}.",
        _fields(event),
        *([f"Message attributes, for filter policies: {_and(named)}."] if speakers else []),
        "<details><summary>Example</summary>",
        f"```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```",
        "</details>",
    ]


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _fields(struct: type[msgspec.Struct]) -> str:
    """Return a table of a struct's fields; what a field means is the comment at the end of its line."""
    rows = [
        (f"`{field.name}`", _kind(field.type), _default(field), comment(struct, field.name)) for field in fields(struct)
    ]
    described = any(row[-1] for row in rows)
    return table(("field", "type", "default", "meaning")[: 3 + described], (row[: 3 + described] for row in rows))


def _default(field: FieldInfo) -> str:
    if field.required:
        return ""
    if field.default is msgspec.NODEFAULT:
        return "made when it is said"
    return f"`{msgspec.json.encode(field.default).decode()}`"


def _kind(kind: Any) -> str:
    if kind is msgspec.Raw:
        return "the event"
    name = kind.__name__ if type(kind) is type(msgspec.Struct) or type(kind) is type else str(kind)
    return f"`{re.sub(r'[a-z_.]+[.](?=[A-Z])', '', name)}`"


def _variables(chain: Chain) -> Iterable[tuple[str, str, str]]:
    names = [value for name, value in vars(settings).items() if name.isupper() and not name.startswith("_")]
    for name in names:
        needed, field = "yes" if _is_needed(name, names) else "no", name.removeprefix("BRIGADE_").lower()
        known = field in settings.Settings.__dataclass_fields__
        yield f"`{name}`", needed, f"`{field}`" if known else "none: only functions behind an HTTP API have it"
    for event in chain.events:
        if event is not chain.origin:
            yield f"`{settings.topic_variable(event.kind)}`", "to say it", f'`topics["{event.kind}"]`'


def _is_needed(name: str, names: list[str]) -> bool:
    try:
        settings.Settings.from_environment({other: other for other in names if other != name})
    except ConfigurationError:
        return True
    return False
