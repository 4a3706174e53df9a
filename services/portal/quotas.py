"""How much may be done in an hour or a day: counted before it is done, by one condition of the table each."""

from collections.abc import Iterable
from dataclasses import dataclass

from imaging.limits import MAX_BYTES
from services.portal.items import Items
from services.portal.problems import too_much

HOUR_S, DAY_S = 3_600, 86_400
_MAILS, _TRIES = "mails", "tries"
_VISITOR_FILES, _FILES = 2_000, 100_000  # a day: a small file costs what a large one does
_SHARED = 4  # a network may do what so many visitors may: people share addresses


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one deployment allows, beside what is the same everywhere; bytes."""

    visitor_bytes_a_day: int
    bytes_a_day: int
    bytes_a_file: int = MAX_BYTES


@dataclass(frozen=True)
class Quota:
    """What one may do of one kind in a window of ``seconds``: no number above its limit in ``most``."""

    kind: str
    who: str
    seconds: int
    most: dict[str, int]

    def key(self, now: float) -> str:
        """Return the key of the window's item."""
        return f"quota#{self.kind}#{self.who}#{int(now // self.seconds)}"

    def end(self, now: float) -> int:
        """Return when the window ends, in seconds since 1970."""
        return (int(now // self.seconds) + 1) * self.seconds


def of_visitor(limits: Limits, visitor: str) -> Quota:
    """Return what a visitor may upload a day."""
    return Quota("visitor", visitor, DAY_S, {"bytes": limits.visitor_bytes_a_day, "files": _VISITOR_FILES})


def of_uploads(limits: Limits, visitor: str, network: str) -> tuple[Quota, ...]:
    """Return what is counted of an upload: the visitor's, the network's and everybody's day."""
    shared = {"bytes": _SHARED * limits.visitor_bytes_a_day, "files": _SHARED * _VISITOR_FILES}
    everybody = Quota("uploads", "all", DAY_S, {"bytes": limits.bytes_a_day, "files": _FILES})
    return of_visitor(limits, visitor), Quota("network", network, DAY_S, shared), everybody


def of_asking(network: str) -> tuple[Quota, ...]:
    """Return how many mails may be asked for from one network."""
    return (Quota("asked", network, HOUR_S, {_MAILS: 20}),)


def of_mails(visitor: str) -> tuple[Quota, ...]:
    """Return how many mails are sent: to one address in an hour and a day, and to everybody."""
    hour, day = Quota("hour", visitor, HOUR_S, {_MAILS: 3}), Quota("mailed", visitor, DAY_S, {_MAILS: 10})
    return hour, day, Quota("mails", "all", DAY_S, {_MAILS: 5_000})


def of_tries(network: str) -> tuple[Quota, ...]:
    """Return how many codes may be tried from one network."""
    return (Quota("tried", network, HOUR_S, {_TRIES: 60}),)


def reserve(items: Items, quotas: Iterable[Quota], amounts: dict[str, int], detail: str) -> None:
    """Count the amounts in every quota, or in none. Raises Refused (429), saying when the window ends."""
    now = items.now()
    done: list[Quota] = []
    for quota in quotas:
        if not items.count(quota.key(now), amounts, most=quota.most, until=quota.end(now)):
            for each in done:
                items.count(each.key(now), {name: -amount for name, amount in amounts.items()}, most={})
            raise too_much(detail, quota.end(now) - now)
        done.append(quota)
