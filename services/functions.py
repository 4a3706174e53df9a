"""The actors' functions by name, for who runs them in this process. Adding one: a line here."""

from kit.function import Function
from services.archive.handler import handle as archive
from services.catalog.handler import handle as catalog
from services.describe.handler import handle as describe
from services.ingest.handler import handle as ingest
from services.moderate.handler import handle as moderate
from services.normalize.handler import handle as normalize
from services.relay.handler import handle as relay
from services.resize.handler import handle as resize
from services.retire.handler import handle as retire

FUNCTIONS: dict[str, Function] = {
    each.actor.name: each for each in (ingest, describe, normalize, moderate, resize, catalog, relay, retire, archive)
}
