"""Declarations → CloudFormation. Everything is derived from the chain; no actor is named here."""

from collections.abc import Mapping
from functools import partial

from troposphere import Output, Ref, Template

from infra import delivery, http_apis, names
from infra.alarms import alarms
from infra.buckets import buckets
from infra.catalog import catalog
from infra.dashboard import dashboard
from infra.endpoint import endpoint
from infra.functions import functions
from infra.messaging import messaging
from infra.optional import under_condition
from infra.parameters import EMAIL_IS_GIVEN, conditions, mappings, parameters
from infra.summary import summary
from kit.actor import Bucket
from kit.chain import Chain

# For those who deploy without brigade, which refuses other names.
DESCRIPTION = (
    "Bucket Brigade: an image pipeline of small actors, chained by topics and queues. "
    f"The stack's name must match {names.STACK_NAME.pattern}, for its buckets are named after it"
)


def template(chain: Chain, tags: Mapping[str, str] | None = None) -> Template:
    """Return the template of the whole chain; ``tags`` are the stack's, for what does not inherit them."""
    whole = _described(chain.whole, tags or {})
    under_condition(whole, _described(chain, tags or {}), chain)
    for parameter in parameters(chain.whole):
        whole.add_parameter(parameter)
    for name, condition in conditions(chain.whole).items():
        whole.add_condition(name, condition)
    for name, rule in {**delivery.rules(), **http_apis.rules(chain.whole)}.items():
        whole.add_rule(name, rule)
    for name, mapping in mappings(chain.whole).items():
        whole.add_mapping(name, mapping)
    return whole


def _described(chain: Chain, tags: Mapping[str, str]) -> Template:
    """Return the resources and outputs of a chain."""
    whole = Template(DESCRIPTION)
    for part in (
        buckets,
        messaging,
        partial(catalog, tags=tags),
        functions,
        endpoint,
        alarms,
        dashboard,
        summary,
        http_apis.http_apis,
        delivery.delivery,
    ):
        whole.add_resource(part(chain))
    for output in _outputs(chain, whole):
        whole.add_output(output)
    return whole


def render(chain: Chain) -> str:
    """Return the template as JSON: sorted, indented, the same text for the same chain."""
    return str(template(chain).to_json(indent=2, sort_keys=True)) + "\n"


def _outputs(chain: Chain, whole: Template) -> list[Output]:
    table = [Output(names.TABLE, Value=Ref(names.TABLE))] if names.TABLE in whole.resources else []
    return [
        *(
            Output(names.bucket(bucket), Value=Ref(names.bucket(bucket)))
            for bucket in Bucket
            if names.bucket(bucket) in whole.resources
        ),
        *table,
        Output(names.ALARM_TOPIC, Value=Ref(names.ALARM_TOPIC)),
        Output(names.UNDELIVERED_QUEUE, Value=Ref(names.UNDELIVERED_QUEUE)),
        Output(names.SUMMARY_TOPIC, Condition=EMAIL_IS_GIVEN, Value=Ref(names.SUMMARY_TOPIC)),
        *(Output(names.topic(event), Value=Ref(names.topic(event))) for event in chain.events),
        *(
            # A queue's Ref is its URL, a function's its name.
            Output(name(actor), Value=Ref(name(actor)))
            for actor in chain.actors
            for name in (names.queue, names.dead_letter_queue, names.function)
        ),
        *http_apis.outputs(chain),
        *delivery.outputs(),
    ]
