"""`brigade trace`: where a picture's time went."""

import click

from brigade.acting.here import here
from brigade.commands.options import argument, as_json, stack_name
from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError, out, print_json
from brigade.traces import traces, waterfall


@click.command()
@argument("key_or_id", required=True, help="A source key, an image id, or a trace id: 1-8-24 or 32 hex digits.")
@stack_name
@as_json
def trace(key_or_id: str, stack: str, as_json: bool) -> None:
    """Draw what each actor did with a picture, attempt by attempt: waits, work, failures; of a key, its newest upload.

    A trace that X-Ray's sampling left out, or that is older than 30 days, cannot be shown.
    """
    if wanted := traces.trace_id(key_or_id):
        segments = traces.find(here(), wanted)
    else:
        pipeline = Pipeline.find(here(), stack)
        record = pipeline.catalog.find(key_or_id)
        wanted = traces.trace_id(record.trace_id)
        if wanted is None:
            raise OperatorError(f"the record of {record.key} names no trace", "it was written before records named any")
        segments = traces.find(pipeline.target, wanted, record.image_id)
    if as_json:
        print_json(waterfall.as_json(segments))
    else:
        out.print(waterfall.draw(segments))
