"""What originals cost in each class of S3. Pure: sizes times prices."""

from dataclasses import dataclass

from brigade.cost.prices import ArchiveClass, Prices

STANDARD = "STANDARD"
_DAYS_A_MONTH = 30


@dataclass(frozen=True)
class Kept:
    """US dollars for originals in one class: to put them there, a month, and to read them all once.

    ``least`` is what they cost there at least, deleted at once: S3 bills them for ``least_days``.
    """

    storage_class: str
    put: float
    a_month: float
    read: float
    least: float
    least_days: int


def kept(pictures: float, original_bytes: float, prices: Prices) -> list[Kept]:
    """Return what so many originals cost, the class of the source bucket first."""
    standard = prices.archive[STANDARD]
    return [_kept(name, each, standard, pictures, original_bytes) for name, each in prices.archive.items()]


def _kept(name: str, each: ArchiveClass, standard: ArchiveClass, pictures: float, original_bytes: float) -> Kept:
    stored = max(original_bytes, each.least_bytes) + each.index_bytes
    month = pictures * (stored * each.month_gb + each.name_bytes * standard.month_gb) / 1e9
    put = pictures * each.put / 1e6
    read = pictures * (each.read / 1e6 + original_bytes * each.read_gb / 1e9)
    return Kept(name, put, month, read, put + month * each.least_days / _DAYS_A_MONTH, each.least_days)
