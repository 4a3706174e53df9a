"""portal: the declaration."""

from kit.actor import Bucket, HttpApi, Place, Setting
from kit.outputs import MASTERS, RENDITIONS

_NUMBER, _IN_WORDS = "[1-9][0-9]{5,14}", "must be a number of bytes, 100000 or more"

MAIL_FROM = Setting(
    name="PortalMailFrom",
    meaning="The address that mails visitors their codes, which SES must have verified; empty: there is no portal",
    default="",
    pattern=r"|[^@\s]+@[^@\s]+",
    constraint="must be one e-mail address, or nothing",
)
MAIL_DOMAINS = Setting(
    name="PortalMailDomains",
    meaning="The domains whose addresses may sign in, as example.org,example.com; empty: any",
    default="",
    pattern=r"|[a-z0-9-]+(\.[a-z0-9-]+)+(,[a-z0-9-]+(\.[a-z0-9-]+)+)*",
    constraint="must be domains in lower case with commas between, or nothing",
)
PREFIX = Setting(
    name="PortalPrefix",
    meaning="Where in the source bucket visitors' uploads are",
    default="portal/",
    pattern="([A-Za-z0-9_-]+/)+",
    constraint="must be folders, each with a slash at its end, as portal/",
)
VISITOR_BYTES_A_DAY = Setting(
    name="PortalVisitorBytesADay",
    meaning="Bytes that one visitor may upload a day",
    default="2000000000",
    pattern=_NUMBER,
    constraint=_IN_WORDS,
)
BYTES_A_DAY = Setting(
    name="PortalBytesADay",
    meaning="Bytes that all visitors together may upload a day",
    default="50000000000",
    pattern=_NUMBER,
    constraint=_IN_WORDS,
)

PORTAL = HttpApi(
    name="portal",
    purpose="Lets visitors sign in by mail, upload by signed tickets, and follow their own pictures",
    reads=(Place(Bucket.TARGET, MASTERS), Place(Bucket.TARGET, RENDITIONS)),
    table=("BatchGetItem",),
    carries=("imaging", "records"),
    pages=("web",),
    settings=(MAIL_FROM, MAIL_DOMAINS, PREFIX, VISITOR_BYTES_A_DAY, BYTES_A_DAY),
    enabled_by=MAIL_FROM,
    uploads=PREFIX,
    sender=MAIL_FROM,
    memory=512,
    timeout=20,
)
