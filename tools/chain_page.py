"""docs/chain.md: the diagram, and what every actor hears, says and may."""

from collections.abc import Iterable

from infra.policies import OWN_TABLE
from kit.actor import Actor, Bucket, HttpApi, Place, Setting
from kit.backoff import RECEIVES
from kit.chain import OPERATOR, Chain, says
from kit.events import Event
from tools.markdown import prose, table, whole_page


def chain_page(chain: Chain) -> str:
    """Return docs/chain.md: the diagram, and a section for every actor."""
    return whole_page(
        "# The chain",
        "Every actor takes messages from a queue of its own, and announces what has happened on a topic. What it gives "
        "up goes to its own dead-letter queue (dashed), with the reason. The events are described in "
        "[events.md](events.md).",
        f"```mermaid\n{diagram(chain)}\n```",
        *(section for actor in chain.actors for section in _actor(actor)),
        *(section for api in chain.apis for section in _http_api(api)),
    )


def diagram(chain: Chain) -> str:
    """Return the Mermaid flowchart: buckets, topics, queues, actors and dead-letter queues."""
    lines = ["flowchart TB", '    source[("source bucket")]', f"    source --> {_topic(chain.origin)}"]
    for event in chain.events:
        lines += [f"    {_topic(event)} --> {_queue(actor)}" for actor in chain.subscribers(event)]
    for actor in chain.actors:
        lines.append(f"    {_queue(actor)} --> {actor.name}")
        lines += [f"    {actor.name} --> {_topic(event)}" for event in says(actor)]
        if any(place.bucket is Bucket.TARGET for place in (*actor.writes, *actor.deletes)):
            lines.append(f'    {actor.name} --> target[("target bucket")]')
        if actor.table:
            lines.append(f'    {actor.name} --> table[("catalog table")]')
        lines.append(f'    {actor.name} -.-> {actor.name}_dead[/"{actor.name} dead letters"/]')
    lines += [f'    {OPERATOR}[/"operator"/] --> {_topic(event)}' for event in chain.operator]
    lines.append("    classDef actor stroke-width:3px,font-weight:bold")
    lines.append("    classDef dead stroke-dasharray:4 3")
    lines.append(f"    class {','.join(actor.name for actor in chain.actors)} actor")
    lines.append(f"    class {','.join(actor.name + '_dead' for actor in chain.actors)} dead")
    return "\n".join(lines)


def _topic(event: type[Event]) -> str:
    return f'{event.kind.replace("-", "_")}(["{event.kind}"])'


def _queue(actor: Actor) -> str:
    return f'{actor.name}_queue[["{actor.name} queue"]]'


def _actor(actor: Actor) -> list[str]:
    facts = [
        ("hears", _events(actor.hears)),
        *(
            (f"is not sent `{each.event.kind}`", f"whose `{each.attribute}` is {_or(each.values)}")
            for each in actor.skips
        ),
        ("says", _events(says(actor))),
        ("reads", _places(actor.reads)),
        ("writes", _places(actor.writes)),
        ("deletes", _places(actor.deletes)),
        ("on the table", ", ".join(f"`{action}`" for action in actor.table)),
        *((f"setting `{each.name}`", f"{each.meaning}: {_choices(each)}") for each in actor.settings),
        *(
            (f"where it is `{choice}`, asks", f"`{ask}`")
            for each in actor.settings
            for choice, ask in each.extra_actions
        ),
        ("layers", ", ".join(f"`{layer}`, where the deployment names one" for layer in actor.layers)),
        ("memory", f"{actor.memory:,} MB"),
        ("timeout", f"{actor.timeout} s"),
        ("attempts", f"{actor.attempts} receives, {actor.bug_attempts} of what fails unexpectedly; then a dead letter"),
        ("backoff", f"{_minutes(RECEIVES.in_all(actor.attempts) / 2)} in all on average, at most twice that"),
        ("grace", "every message waits for the deployment's `GraceSeconds`" if actor.delayed else ""),
        ("batch", f"up to {actor.batch} messages an invocation"),
        ("concurrency", f"up to {actor.concurrency} invocations at a time"),
    ]
    reasons = [(f"`{reason.reason}`", prose(reason)) for reason in actor.rejects]
    return [
        f"## {actor.name}",
        f"{actor.purpose}.",
        table(("", ""), ((name, fact) for name, fact in facts if fact)),
        "It refuses for good, without trying again:",
        table(("reason", "meaning"), reasons),
    ]


def _http_api(api: HttpApi) -> list[str]:
    facts = [
        ("fed by", "HTTP requests, through an HTTP API of its own"),
        ("reads", _places(api.reads)),
        ("signs uploads, lists and deletes", f"source bucket, below the setting `{api.uploads.name}`"),
        ("on the table", ", ".join(f"`{action}`" for action in api.table)),
        ("on its own table", ", ".join(f"`{action}`" for action in OWN_TABLE)),
        ("mails from", f"the address in the setting `{api.sender.name}`"),
        *((f"setting `{each.name}`", f"{each.meaning}; by default {_choices(each)}") for each in api.settings),
        ("memory", f"{api.memory:,} MB"),
        ("timeout", f"{api.timeout} s"),
        ("concurrency", f"up to {api.concurrency} requests at a time, which are reserved"),
        ("requests", f"up to {api.requests_a_second} a second, {api.burst} at once; others are answered 429"),
    ]
    where = f"A deployment has it where `{api.enabled_by.name}` is given." if api.enabled_by else ""
    return [
        f"## {api.name}",
        f"{api.purpose}. {where}",
        table(("", ""), facts),
    ]


def _or(values: Iterable[str]) -> str:
    return " or ".join(f"`{value}`" for value in values)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes"


def _choices(setting: Setting) -> str:
    """Say what a deployment may choose, the default first."""
    choices = sorted(setting.choices or [setting.default], key=lambda each: each != setting.default)
    return ", ".join(f"`{each}`" if each else "empty" for each in choices)


def _events(events: Iterable[type[Event]]) -> str:
    return ", ".join(f"[`{event.kind}`](events.md#{event.kind})" for event in events)


def _places(places: Iterable[Place]) -> str:
    return ", ".join(f"{place.bucket} bucket, " + (f"`{place.prefix}*`" if place.prefix else "all") for place in places)
