"""What actors say to each other: facts that have happened, as typed structs.

Fields are only ever added, with a default; a breaking change is a new event type. Pixels never travel:
events carry references to objects (claim check).
"""

import json
import uuid
from typing import ClassVar, Literal

import msgspec

from kit.errors import kebab

# Made once, with uuid4; what it seeds must stay the same for ever.
_NAMESPACE = uuid.UUID("0d0f3c0e-9a41-4d1c-8a5b-5a9e3a1f6b27")

# Words that more than one actor acts on: an unknown one is refused when the event is read, not passed over.
Moderation = Literal["off", "flag", "gate"]
Verdict = Literal["accepted", "refused", "uncertain"]
Judgement = Literal["approved", "rejected"]
Gps = Literal["keep", "round", "drop"]
Fate = Literal["kept", "unwanted"]
# A point of an upright picture: shares of its width from the left and of its height from above, 0 to 1.
Focus = tuple[float, float]
# Of a sequencer, once it is padded; S3's have 18.
ORDER_DIGITS = 32


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one uploaded object. ``sequencer`` is S3's hexadecimal order of writes to a key."""

    bucket: str  # the source bucket
    key: str  # as uploaded, decoded
    version: str | None = None  # S3's versionId; null where the bucket keeps no versions
    etag: str | None = None  # S3's, without quotes
    size: int | None = None  # bytes
    sequencer: str | None = None  # hexadecimal; null on an engine without sequencers
    uploaded_at: str = ""  # ISO 8601, UTC

    @property
    def order(self) -> str:
        """Text that sorts as S3 wrote: sequencers compare as hex after right-padding the shorter with zeros.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
        An engine without sequencers (moto) is ordered by the time of the upload.
        """
        return self.sequencer.ljust(ORDER_DIGITS, "0").upper() if self.sequencer else f"-{self.uploaded_at}"


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture's identity, the same in every event about it."""

    id: str  # version 5 UUID of bucket, key and version
    source: Source  # what was uploaded

    @classmethod
    def of(cls, source: Source) -> "Image":
        """Name a picture by its bucket, key and object version (its ETag where the bucket has no versions)."""
        name = json.dumps([source.bucket, source.key, source.version or source.etag or ""])
        return cls(id=str(uuid.uuid5(_NAMESPACE, name)), source=source)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has happened to one picture. ``kind`` is its name on the wire and its topic's.

    ``filtered`` names fields that are message attributes too, so that a subscription can leave messages out by them.
    """

    kind: ClassVar[str] = "event"
    filtered: ClassVar[tuple[str, ...]] = ()
    image: Image  # the picture that it is about

    def __init_subclass__(cls) -> None:
        cls.kind = kebab(cls.__name__)

    @property
    def said_as(self) -> str:
        """The id of its announcement: a new one each time, unless the event says otherwise."""
        return str(uuid.uuid4())


class StoredImage(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that we have stored; sizes in pixels and bytes. ``method`` says how it was made."""

    bucket: str  # the target bucket
    key: str  # where it is stored
    format: str  # JPEG, PNG or WEBP
    width: int  # pixels
    height: int  # pixels
    bytes: int  # of the file
    method: str  # how it was made


class StoredMaster(StoredImage, frozen=True, kw_only=True):
    """What renditions are made from."""

    focus: Focus | None = None  # where its subject is, as its file says: shares of width and height; null: not said


class StoredRendition(StoredImage, frozen=True, kw_only=True):
    """One rendition, under the name that its recipe gives it."""

    name: str  # as the recipe says


class ImageUploaded(Event, frozen=True, kw_only=True):
    """An object was created in the source bucket. Said by S3, in its own notation, as is what was removed there."""


class ImageRemoved(Event, frozen=True, kw_only=True):
    """Something was removed from the source bucket: a key, or one version of it; ``image`` names what was removed.

    A removed key is a version of its own, S3's delete marker: nothing, newer than all uploads before it.
    """

    whole_key: bool  # whether the key is gone, and not only this version of it
    matched: bool = True  # whether a recipe matches the key; where none does, only what the catalog knows is removed
    shown: Source | None = None  # what S3 shows under the key, one version of it being gone: as a rule the one before
    emptied: bool = False  # whether S3 has nothing more of the key, not even a delete marker


class ImageRecalled(Event, frozen=True, kw_only=True):
    """S3 shows a removed or replaced picture again: it is processed from the beginning.

    Its sequencer is that of the removal which uncovered it.
    """


class ImageIngested(Event, frozen=True, kw_only=True):
    """A picture was admitted; width and height before we turn it upright."""

    recipe: str  # the recipe's name
    format: str  # by content, as Pillow names it
    width: int  # pixels
    height: int  # pixels
    bytes: int  # of the upload
    origin: str = ""  # where it was imported from: a remote's name and path, or a URL
    catalog_gps: Gps | None = None  # what the recipe lets the catalog know of the place; null: the recipe tells


class Camera(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Facts from a picture's metadata, in one vocabulary for all camera makers; unknown ones are absent."""

    make: str | None = None  # the maker
    model: str | None = None
    serial: str | None = None  # of the body
    taken_at: str | None = None  # ISO 8601: the camera's own clock, and its offset where it says one
    latitude: float | None = None  # degrees north, as exact as the recipe allows
    longitude: float | None = None  # degrees east, as exact as the recipe allows
    lens: str | None = None
    exposure_s: float | None = None  # seconds
    aperture: float | None = None  # the f-number
    iso: int | None = None
    focal_mm: float | None = None  # the focal length, millimetres
    orientation: int | None = None  # of the original: 1 to 8, as Exif counts
    software: str | None = None  # or firmware
    temperature_c: float | None = None  # of the air around a camera trap, degrees Celsius
    moon_phase: str | None = None
    trigger: str | None = None  # what set a camera trap off
    sequence: str | None = None  # which picture of how many, as `4 of 5`
    battery: str | None = None  # its charge or voltage
    alt: str | None = None  # what the picture shows, for those who cannot see it: IPTC's alt text


class ImageDescribed(Event, frozen=True, kw_only=True):
    """What the camera wrote into a picture is known."""

    camera: Camera  # the facts that are the same for all makers
    extractor: str  # who has read them: exiftool or Pillow
    version: str  # the extractor's
    tags: str = ""  # the key of all that was read, gzipped JSON in the target bucket; empty: it is packed, or nothing
    packed: bytes = b""  # all that was read, as that file would be, where it is small enough for the record
    problem: str = ""  # why the extractor could not read everything


class ImageNormalized(Event, frozen=True, kw_only=True):
    """The upright, sRGB, metadata-free master is stored."""

    filtered: ClassVar[tuple[str, ...]] = ("moderation",)
    recipe: str  # the recipe's name
    master: StoredMaster  # what renditions are made from
    frames: int = 1  # pictures in the file; the first is used
    moderation: Moderation = "off"  # gate: no renditions before the picture is accepted or approved


class ModerationLabel(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a moderation engine sees in a picture, in the engine's own words."""

    name: str  # what it sees
    parent: str = ""  # the category above it
    confidence: int  # per cent


class ImageModerated(Event, frozen=True, kw_only=True):
    """A moderation engine has looked at the master, and the recipe's thresholds made a verdict of that."""

    recipe: str  # the recipe's name
    master: StoredMaster  # what renditions are made from
    mode: Moderation  # flag or gate
    verdict: Verdict  # by the recipe's thresholds
    contains_nudity: bool  # whether that is more likely than not
    confidence: int  # that it does, per cent
    labels: tuple[ModerationLabel, ...]  # the surest first
    model: str  # the engine's name
    model_version: str  # as the engine says it


class ImageJudged(Event, frozen=True, kw_only=True):
    """An operator has decided on a picture that was held back."""

    recipe: str  # the recipe's name
    master: StoredMaster  # what renditions are made from
    judgement: Judgement  # approved: renditions are made; rejected: the master goes
    operation: str  # the operator's command, as `brigade dlq history` lists it
    by: str  # who gave it


class Normalized(msgspec.Struct, frozen=True, kw_only=True):
    """What image-normalized has said, and its envelope of normalize's work, passed on to who does not hear it."""

    master: StoredMaster  # what renditions are made from
    frames: int  # pictures in the file; the first is used
    moderation: Moderation  # as the recipe wants it
    at: str  # ISO 8601, UTC: when it was said
    attempts: int  # how often normalize's message had been received
    queued_ms: int  # how long that waited
    worked_ms: int  # how long the work took
    version: str  # normalize's


class ImageResized(Event, frozen=True, kw_only=True):
    """Every rendition of the recipe is stored."""

    recipe: str  # the recipe's name
    renditions: tuple[StoredRendition, ...]  # in the recipe's order
    colour: str = ""  # the mean of what can be seen, as #rrggbb; empty: nothing can be seen, or it is not known
    lqip: str = ""  # a placeholder of 16 pixels, WebP as a data URI; empty: something shows through, or it is not known
    normalized: Normalized | None = None  # what they were made from; null: the catalog has heard of that
    focus: Focus | None = None  # what crops were centred on, in shares; null: no crop asks, or it is not known


class ImageRejected(Event, frozen=True, kw_only=True):
    """An actor gave a picture up; its message waits in that actor's dead-letter queue."""

    actor: str  # who gave it up
    reason: str  # why, as a word
    detail: str  # what was seen
    attempts: int  # receives, the last one included


class ImageOutdated(Event, frozen=True, kw_only=True):
    """Nobody wants a picture's outputs any more."""

    why: str  # removed, or superseded


class ImageRemade(Event, frozen=True, kw_only=True):
    """A picture is READY again. Its outputs that were stored before and are not named here are unwanted."""

    masters_before: str  # ISO 8601, UTC: when the master was announced
    renditions_before: str  # ISO 8601, UTC: when the renditions were announced
    kept: tuple[str, ...]  # the keys of master and renditions
    metadata_before: str = ""  # ISO 8601, UTC: a file with all tags that was stored before is unwanted; empty: none is


class ImageRetired(Event, frozen=True, kw_only=True):
    """Outputs that nobody wants are deleted: all of an outdated picture, or the old ones of one that was made again."""

    deleted: int  # objects
    gone: tuple[str, ...] | None = None  # of one that was made again: keys that are not there any more; null: all are


class ImageArchived(Event, frozen=True, kw_only=True):
    """A picture's original is copied to the archive bucket, and the copy is verified."""

    filtered: ClassVar[tuple[str, ...]] = ("original",)
    bucket: str  # the archive bucket
    key: str  # the copy's
    storage_class: str  # as S3 names it
    bytes: int  # of the copy
    sha256: str  # of its bytes, hexadecimal
    original: Fate  # unwanted: it is deleted as soon as the record knows of the copy


class DeadLetterHandled(Event, frozen=True, kw_only=True):
    """An operator redrove or discarded a dead letter about this picture."""

    actor: str  # whose dead letter it was
    action: str  # redriven or discarded
    failed_at: str  # when the actor gave the picture up, as the dead letter says; tells this failure from a later one
    operation: str  # the operator's command, as `brigade dlq history` lists it
    by: str  # who gave it


class ImageSettled(Event, frozen=True, kw_only=True):
    """A picture has come to rest, as its record says: it is READY, FAILED, QUARANTINED, SUPERSEDED or REMOVED.

    SNS does not order: of two about one picture, the one with the greater ``settled`` is the later. Said again, it has
    the same id.
    """

    filtered: ClassVar[tuple[str, ...]] = ("recipe", "status")
    status: str  # what has become of it
    before: str = ""  # its status until then; empty: not known
    settled: int  # how often it has come to rest, this time included
    recipe: str = ""  # the recipe's name; empty: it was refused before one was chosen
    master: StoredMaster | None = None  # what the renditions were made from, of a READY picture
    renditions: tuple[StoredRendition, ...] = ()  # in the recipe's order, of a READY picture

    @property
    def said_as(self) -> str:
        return str(uuid.uuid5(uuid.UUID(self.image.id), str(self.settled)))
