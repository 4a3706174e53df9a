"""archive: the declaration."""

from kit.actor import Actor, Bucket, Place, Setting, Skip
from kit.errors import READING, UnreadableMessage
from kit.events import ImageArchived, ImageSettled

NONE = "none"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
STORAGE_CLASS = Setting(
    name="ArchiveStorageClass",
    meaning="S3's class for copies of the originals of pictures that are READY; none: nothing is copied",
    default=NONE,
    choices=(NONE, "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"),
)
KEEPS_ORIGINALS = Setting(
    name="ArchiveKeepsOriginals",
    meaning="Whether uploads stay in the source bucket beside their copies in the archive; no: they are deleted",
    default="yes",
    choices=("yes", "no"),
    erases=(("no", Place(Bucket.SOURCE)),),
)

ARCHIVE = Actor(
    name="archive",
    purpose="Copies the originals of pictures that are READY to the archive, and deletes the copies of removed ones",
    hears=(ImageSettled, ImageArchived),
    skips=(
        Skip(event=ImageSettled, attribute="status", values=("FAILED", "QUARANTINED", "SUPERSEDED")),
        Skip(event=ImageArchived, attribute="original", values=("kept",)),
    ),
    says=(ImageArchived,),
    rejects=(*READING, UnreadableMessage),
    reads=(Place(Bucket.SOURCE), Place(Bucket.ARCHIVE)),
    writes=(Place(Bucket.ARCHIVE),),
    deletes=(Place(Bucket.ARCHIVE),),
    table=("GetItem",),
    carries=("records",),
    settings=(STORAGE_CLASS, KEEPS_ORIGINALS),
    enabled_by=STORAGE_CLASS,
    memory=512,
    timeout=60,
    loops=True,  # it hears its own announcement
)
