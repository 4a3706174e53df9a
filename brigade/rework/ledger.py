"""What a comparison of millions of names has to remember, on disk instead of in memory."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator

_BATCH = 1_000


class Ledger:
    """The pictures that were met, and the keys that are expected of them, until they are found.

    Eight bytes stand for a name. Two of a million names share them once in many million runs.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)  # a file of its own, which goes with the connection
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("CREATE TABLE met (name INTEGER PRIMARY KEY)")
        self._db.execute("CREATE TABLE expected (name INTEGER PRIMARY KEY, image TEXT)")
        self._db.execute("CREATE TABLE hidden (name INTEGER PRIMARY KEY, marker TEXT)")
        self._db.execute("BEGIN")

    def meet(self, image_id: str) -> None:
        """Note a picture."""
        self._db.execute("INSERT OR IGNORE INTO met VALUES (?)", (_short(image_id),))

    def has_met(self, image_id: str) -> bool:
        """Whether a picture was noted."""
        return self._db.execute("SELECT 1 FROM met WHERE name = ?", (_short(image_id),)).fetchone() is not None

    def hide(self, key: str, marker: str) -> None:
        """Note a source key that is deleted, and the version of its delete marker."""
        self._db.execute("INSERT OR REPLACE INTO hidden VALUES (?, ?)", (_short(key), marker))

    def marker(self, key: str) -> str | None:
        """Return the delete marker that hides a source key; None: nothing does."""
        found = self._db.execute("SELECT marker FROM hidden WHERE name = ?", (_short(key),)).fetchone()
        return found[0] if found else None

    def expect(self, image_id: str, keys: Iterable[str]) -> None:
        """Note the keys of a picture's outputs."""
        rows = ((_short(key), image_id) for key in keys)
        self._db.executemany("INSERT OR REPLACE INTO expected VALUES (?, ?)", rows)

    def find(self, keys: Iterable[str]) -> None:
        """Strike out keys that are there."""
        self._db.executemany("DELETE FROM expected WHERE name = ?", ((_short(key),) for key in keys))

    def pictures(self) -> int:
        """Return of how many pictures keys are expected."""
        return int(self._db.execute("SELECT COUNT(DISTINCT image) FROM expected").fetchone()[0])

    def left(self) -> Iterator[str]:
        """Yield the pictures of which keys are still expected."""
        found = self._db.execute("SELECT DISTINCT image FROM expected ORDER BY image")
        while rows := found.fetchmany(_BATCH):
            yield from (image_id for (image_id,) in rows)


def _short(name: str) -> int:
    digest = hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
