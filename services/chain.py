"""The chain's actors, in the order in which a picture meets them, and the portal. Adding one: its folder, a line."""

from kit.chain import Chain
from kit.events import DeadLetterHandled, ImageJudged, ImageUploaded
from services.archive.actor import ARCHIVE
from services.catalog.actor import CATALOG
from services.describe.actor import DESCRIBE
from services.ingest.actor import INGEST
from services.moderate.actor import MODERATE
from services.normalize.actor import NORMALIZE
from services.portal.declaration import PORTAL
from services.relay.actor import RELAY
from services.resize.actor import RESIZE
from services.retire.actor import RETIRE

CHAIN = Chain(
    origin=ImageUploaded,
    actors=(INGEST, DESCRIBE, NORMALIZE, MODERATE, RESIZE, CATALOG, RELAY, RETIRE),
    operator=(DeadLetterHandled, ImageJudged),
    optional=(ARCHIVE,),
    apis=(PORTAL,),
)
