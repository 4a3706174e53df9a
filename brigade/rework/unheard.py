"""Uploads of which the catalog has not heard, for notifications can be lost: ingest is told of them again."""

from brigade.deploy import deployed_recipes
from brigade.pipeline import Pipeline
from brigade.queue_counts import counts
from brigade.rework import orders as reruns
from brigade.rework import survey
from brigade.rework.sending import send_recorded
from brigade.terminal import counted, say
from infra import names
from kit.backoff import policy
from kit.events import Source
from services.catalog.actor import CATALOG
from services.chain import CHAIN
from services.ingest.actor import INGEST

# How often, and after how many seconds, uploads that may be on their way are looked at again.
_LOOKS, _LOOK_S = 10, 0.5


def send_unheard(pipeline: Pipeline, sources: list[Source]) -> list[str]:
    """Send ingest what S3 shows and the catalog does not know, or takes for replaced; return their ids."""
    lost = survey.lost_among(pipeline, sources)
    # What was uploaded a moment ago may be on its way.
    for _ in range(_LOOKS):
        if not lost or not messages_under_way(pipeline):
            break
        policy().sleep(_LOOK_S)
        lost = survey.lost_among(pipeline, sources)
    plan = reruns.plan(survey.ordered(pipeline, lost), INGEST, CHAIN, deployed_recipes.of(pipeline.stack))
    if plan.orders:
        say(f"{counted(len(plan.orders), 'picture')} of these the catalog has not heard of: ingest is told again")
        send_recorded(pipeline, plan.orders, INGEST, None)
    return [order.image_id for order in plan.orders]


def messages_under_way(pipeline: Pipeline) -> int:
    """Return how many messages might still tell the catalog of an upload."""
    sqs = pipeline.target.client("sqs")
    waiting = [counts(sqs, pipeline.output(names.queue(actor))) for actor in (INGEST, CATALOG)]
    return sum(each.visible + each.held + each.delayed for each in waiting)
