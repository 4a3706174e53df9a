"""The events as pydantic models."""

from pydantic import BaseModel


class Source(BaseModel):
    """One version of one uploaded object."""

    bucket: str
    key: str
    version: str | None = None
    etag: str | None = None
    size: int | None = None
    sequencer: str | None = None
    uploaded_at: str = ""


class Picture(BaseModel):
    """A picture's identity."""

    id: str
    source: Source


class StoredImage(BaseModel):
    """A picture that is stored."""

    bucket: str
    key: str
    format: str
    width: int
    height: int
    bytes: int
    method: str


class StoredRendition(StoredImage):
    """One rendition."""

    name: str


class ImageIngested(BaseModel):
    """A picture was admitted."""

    image: Picture
    recipe: str
    format: str
    width: int
    height: int
    bytes: int


class ImageNormalized(BaseModel):
    """The master is stored."""

    image: Picture
    recipe: str
    master: StoredImage
    frames: int = 1


class PassedOn(BaseModel):
    """What normalize has said, and how its work went."""

    master: StoredImage
    frames: int
    at: str
    attempts: int
    queued_ms: int
    worked_ms: int
    version: str


class ImageResized(BaseModel):
    """Every rendition is stored."""

    image: Picture
    recipe: str
    renditions: list[StoredRendition]
    normalized: PassedOn | None = None


class ImageOutdated(BaseModel):
    """Nobody wants a picture's outputs any more."""

    image: Picture
    why: str


class ImageRetired(BaseModel):
    """An outdated picture's outputs are deleted."""

    image: Picture
    deleted: int


class CloudEvent(BaseModel):
    """The envelope."""

    id: str
    type: str
    source: str
    subject: str
    time: str
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
    actorversion: str = ""
    attempts: int = 1
    queuedms: int = 0
    workedms: int = 0
    traceparent: str = ""
    awstraceheader: str = ""


class Ingested(CloudEvent):
    """image-ingested on the wire."""

    data: ImageIngested


class Normalized(CloudEvent):
    """image-normalized on the wire."""

    data: ImageNormalized


class Resized(CloudEvent):
    """image-resized on the wire."""

    data: ImageResized


class Outdated(CloudEvent):
    """image-outdated on the wire."""

    data: ImageOutdated


class S3Bucket(BaseModel):
    """Of a notification."""

    name: str


class S3Object(BaseModel):
    """Of a notification."""

    key: str
    size: int | None = None
    eTag: str | None = None  # noqa: N815 - S3's name
    versionId: str | None = None  # noqa: N815
    sequencer: str | None = None


class S3Entity(BaseModel):
    """Of a notification."""

    bucket: S3Bucket
    object: S3Object


class S3Record(BaseModel):
    """One change that S3 tells of."""

    eventName: str  # noqa: N815
    eventTime: str  # noqa: N815
    s3: S3Entity


class S3Notification(BaseModel):
    """What S3 says."""

    Records: list[S3Record]
