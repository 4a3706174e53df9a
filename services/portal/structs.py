"""What the API takes and answers. The page, the OpenAPI document and the tests read these."""

from typing import Annotated

from msgspec import Meta, Struct

from imaging.formats import FORMATS

# HEIF has two media types: https://www.iana.org/assignments/media-types/media-types.xhtml#image
TYPES = tuple(sorted({each.media_type for each in FORMATS.values()} | {"image/heif"}))

Email = Annotated[str, Meta(min_length=3, max_length=254, extra_json_schema={"format": "email"})]
Code = Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
Token = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\.[A-Za-z0-9_-]{43}$")]
Name = Annotated[str, Meta(min_length=1, max_length=255)]
Size = Annotated[int, Meta(ge=1, le=2**53)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class SignIn(Struct, forbid_unknown_fields=True):
    """Who wants to sign in."""

    email: Email


class Confirmation(Struct, forbid_unknown_fields=True):
    """What the mail said: the code, beside the address that it was sent to, or the token of its link."""

    email: Email | None = None
    code: Code | None = None
    token: Token | None = None


class Limits(Struct):
    """What one visitor may upload: bytes a file and a day, and media types."""

    bytes_a_file: int
    bytes_a_day: int
    types: tuple[str, ...]


class Left(Struct):
    """What of today's limit is left, in bytes."""

    bytes: int


class Session(Struct):
    """Who is signed in; ``local``: the portal runs on a local cloud."""

    email: str
    limits: Limits
    left: Left
    local: bool


class Wanted(Struct, forbid_unknown_fields=True):
    """A file to upload: its name, size in bytes, media type as far as is known, and SHA-256, in hexadecimal digits."""

    name: Name
    size: Size
    type: Annotated[str, Meta(max_length=100)] = ""
    sha256: Digest | None = None


class Upload(Struct):
    """Leave to post one file: ``fields`` come before the file in the form. ``upload`` is what pictures name it by."""

    url: str
    fields: dict[str, str]
    key: str
    upload: str
    expires_at: str
    image: str | None = None


class There(Struct):
    """The picture that has the same bytes already."""

    image: str


class File(Struct):
    """A file of a picture; width and height in pixels."""

    url: str
    width: int
    height: int


class Rendition(File):
    """A rendition by its name, with its bytes and media type."""

    name: str
    bytes: int
    type: str


class Stage(Struct):
    """What one part of the chain has done: when it was done, and how long it worked."""

    name: str
    at: str
    seconds: float


class Markup(Struct):
    """The picture for pages, form by form; Markdown only where somebody has said what the picture shows."""

    picture: str
    img: str
    amp: str
    markdown: str | None


class Picture(Struct):
    """One picture of the visitor, as far as it has come; ``reason`` says in plain words why it went no further.

    Files are those of a picture that is READY. A list has the smallest that is large enough for it, neither stages nor
    markup.
    """

    image: str
    upload: str
    name: str
    status: str
    status_word: str
    settled: bool
    reason: str | None
    uploaded_at: str
    bytes: int
    stages: list[Stage] = []
    master: File | None = None
    renditions: list[Rendition] = []
    colour: str = ""
    lqip: str = ""
    alt: str | None = None
    markup: Markup | None = None


class Pictures(Struct):
    """A page of pictures, the newest first, and what the next page is asked for by; null: there is none."""

    pictures: list[Picture]
    next: str | None = None


class Mail(Struct):
    """A mail that was sent on a local cloud."""

    to: str
    subject: str
    text: str
    at: str


class Inbox(Struct):
    """The mails of a local cloud, the newest first."""

    mails: list[Mail]


class Problem(Struct):
    """Why not: https://www.rfc-editor.org/rfc/rfc9457 ."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
