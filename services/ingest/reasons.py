"""Why ingest refuses an upload."""

from kit.errors import Rejected


class EmptyObject(Rejected):
    """The object has no bytes."""


class NotAnImage(Rejected):
    """The content is not a picture, whatever the name says."""


class TooManyPixels(Rejected):
    """The picture has more pixels than the limit."""


class ExtremeAspect(Rejected):
    """The picture is far longer than wide, or wider than long."""


class TooLarge(Rejected):
    """The object has more bytes than the limit."""


class OwnOutput(Rejected):
    """This notification is about the pipeline's own output; the target bucket must not notify it."""
