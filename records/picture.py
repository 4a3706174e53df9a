"""A picture's record, as every reader has it. Pure: knows no cloud.

How it is stored, attribute by attribute, stands in ``services.catalog.attributes``, whose events write it.
"""

from urllib.parse import quote

import msgspec

from kit.events import (
    Camera,
    Fate,
    Focus,
    Image,
    Moderation,
    ModerationLabel,
    Source,
    StoredMaster,
    StoredRendition,
    Verdict,
)
from records.status import Status

# What an operator may have decided on a picture.
APPROVED, REJECTED = "approved", "rejected"


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """What was uploaded; sizes in pixels, before it is turned upright, and bytes."""

    format: str = ""
    width: int = 0
    height: int = 0
    bytes: int | None = None


class Described(Camera, frozen=True, kw_only=True, omit_defaults=True):
    """What the camera says, and who has read it; ``tags`` is the key of all that was read, or it is ``packed``."""

    extractor: str = ""
    version: str = ""
    tags: str = ""
    packed: bytes = b""
    problem: str = ""


class Moderated(msgspec.Struct, frozen=True, kw_only=True):
    """What a moderation engine has seen; ``confidence`` is that of nudity, per cent."""

    mode: Moderation
    verdict: Verdict
    contains_nudity: bool
    confidence: int
    labels: tuple[ModerationLabel, ...] = ()
    model: str = ""
    version: str = ""
    at: str = ""

    def __str__(self) -> str:
        """Return the verdict in words: ``refused, nudity 93 %``."""
        return f"{self.verdict}, nudity {self.confidence} %"


class Archived(msgspec.Struct, frozen=True, kw_only=True):
    """Where the original's copy is; ``storage_class`` is S3's, ``sha256`` hexadecimal.

    ``original``: whether the upload stays beside it, or may go. See ``PictureRecord.original_gone``.
    """

    bucket: str
    key: str
    storage_class: str
    bytes: int
    sha256: str
    original: Fate
    at: str


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What one actor has done: how long its message waited, how long it worked, milliseconds; the last time."""

    queued_ms: int = 0
    worked_ms: int = 0
    attempts: int = 1
    version: str = ""
    at: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why one actor gave the picture up, the last time."""

    actor: str
    reason: str
    detail: str = ""
    attempts: int = 1
    at: str


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator did about one actor's dead letter; ``failed_at`` tells which of its failures it was."""

    action: str
    by: str = ""
    operation: str = ""
    failed_at: str
    at: str


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's decision."""

    by: str = ""
    operation: str = ""
    at: str


class PictureRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One picture: what was uploaded, what was made of it, who did what, and where it stands.

    Times are ISO 8601, UTC. ``stages``, ``failures`` and ``handled`` are by actor, in order of time, ``judged`` by
    the decision. Of a removed version that nobody has heard of before, ``source`` is empty: see ``is_known``.
    """

    image_id: str
    status: Status = Status.PROCESSING  # an index does not hold it
    source: Source = Source(bucket="", key="")
    recipe: str = ""
    entered_at: str = ""  # when it was uploaded
    origin: str = ""  # where it was imported from
    original: Original | None = None
    master: StoredMaster | None = None
    frames: int | None = None
    moderation_mode: Moderation | None = None
    moderation: Moderated | None = None
    renditions: tuple[StoredRendition, ...] = ()
    colour: str = ""  # of what can be seen, as #rrggbb
    lqip: str = ""  # a placeholder: a tiny WebP as a data URI
    focus: Focus | None = None  # what crops were centred on
    camera: Described | None = None
    archived: Archived | None = None
    original_gone: str = ""  # when the upload was deleted because it is archived
    stages: dict[str, Stage] = {}
    failures: dict[str, Failure] = {}
    handled: dict[str, Handled] = {}
    judged: dict[str, Judged] = {}
    replaces: str | None = None  # the upload of the same key before it
    superseded_by: str | None = None  # a newer upload of the same key
    removed_by: str | None = None  # the removal of its key or version
    region: str = ""
    environment: str = ""
    trace_id: str = ""
    # Bookkeeping, which people are not shown.
    upload_order: str = ""
    ready_by: str | None = None  # the event that changed its status last
    settled: int = 0  # how often it settled
    tags_stored: bool = False  # whether all that its camera wrote has ever been a file

    @property
    def is_known(self) -> bool:
        """Whether the catalog has heard of its upload, and not only of its removal."""
        return bool(self.source.key)

    @property
    def key(self) -> str:
        """Under which it was uploaded."""
        return self.source.key

    @property
    def image(self) -> Image:
        """Its identity, as events carry it."""
        return Image(id=self.image_id, source=self.source)

    @property
    def url(self) -> str:
        """Where its original is."""
        url = f"s3://{self.source.bucket}/{quote(self.source.key)}"
        return f"{url}?versionId={self.source.version}" if self.source.version else url

    @property
    def keys(self) -> set[str]:
        """The keys of its master and its renditions."""
        return {each.key for each in (self.master, *self.renditions) if each}

    @property
    def tags(self) -> str:
        """The key of all that its camera wrote, or nothing."""
        return self.camera.tags if self.camera else ""

    @property
    def has_old_tags(self) -> bool:
        """Whether there may be a file of all that its camera wrote, of which the record has a newer version."""
        return self.tags_stored and bool(self.camera) and not self.tags

    @property
    def verdict(self) -> str:
        """Moderation's verdict, or nothing."""
        return self.moderation.verdict if self.moderation else ""

    @property
    def is_retired(self) -> bool:
        """Whether its outputs were deleted, because it was removed or replaced."""
        return "retire" in self.stages
