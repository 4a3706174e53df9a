"""The rules by which an upload is admitted or refused. Pure: knows no cloud."""

from dataclasses import dataclass
from typing import BinaryIO

from imaging.limits import MAX_ASPECT, MAX_BYTES, max_pixels
from services.ingest.probe import probe
from services.ingest.reasons import EmptyObject, ExtremeAspect, TooLarge, TooManyPixels


@dataclass(frozen=True)
class Admitted:
    """A picture's facts: format, and width and height in pixels, before we turn it."""

    format: str
    width: int
    height: int


def admit(file: BinaryIO, size: int) -> Admitted:
    """Look at the head of an upload of ``size`` bytes.

    Raises EmptyObject, TooLarge, NotAnImage, UnsupportedFormat, TooManyPixels or ExtremeAspect.
    """
    if size == 0:
        raise EmptyObject
    if size > MAX_BYTES:
        raise TooLarge(f"{size:,} bytes; the limit is {MAX_BYTES:,}")
    format_, width, height = probe(file)
    if width * height > (limit := max_pixels(format_)):
        raise TooManyPixels(f"{width}×{height} is {width * height:,} pixels; the limit for {format_} is {limit:,}")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ExtremeAspect(f"{width}×{height}; the limit is {MAX_ASPECT:,} to 1")
    return Admitted(format_, width, height)
