"""The rules by which an upload is admitted or refused. Pure: knows no cloud."""

from dataclasses import dataclass

from imaging.containers import Read
from imaging.formats import HEAD, recognise
from imaging.limits import MAX_ASPECT, MAX_BYTES, max_pixels
from imaging.reasons import CorruptImage
from services.ingest.reasons import EmptyObject, ExtremeAspect, NotAnImage, TooLarge, TooManyPixels

# Bytes of what is no picture that its reason shows, in hex: enough to tell a kind of file, too few to tell a secret.
SHOWN = 8


@dataclass(frozen=True)
class Admitted:
    """A picture's format, and its width and height in pixels before it is turned upright."""

    format: str
    width: int
    height: int


def admit(read: Read, size: int) -> Admitted:
    """Look at the head of an upload of ``size`` bytes.

    Raises EmptyObject, TooLarge, NotAnImage, UnsupportedFormat, TooManyPixels or ExtremeAspect.
    """
    if size == 0:
        raise EmptyObject
    if size > MAX_BYTES:
        raise TooLarge(f"{size:,} bytes; the limit is {MAX_BYTES:,}")
    head = read(0, HEAD)
    format_ = recognise(head)
    if format_ is None:
        raise NotAnImage(f"begins with the bytes {head[:SHOWN].hex(' ')}, as no picture does")
    try:
        width, height = format_.container.size(read)
    except CorruptImage as error:
        raise NotAnImage(f"begins like {format_.name}, but its header cannot be read: {error.detail}") from error
    if not width or not height:
        raise NotAnImage(f"is {format_.name}, but has {width}×{height} pixels")
    if width * height > (limit := max_pixels(format_.name)):
        raise TooManyPixels(f"{width}×{height} is {width * height:,} pixels; the limit for {format_.name} is {limit:,}")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ExtremeAspect(f"{width}×{height}; the limit is {MAX_ASPECT:,} to 1")
    return Admitted(format_.name, width, height)
