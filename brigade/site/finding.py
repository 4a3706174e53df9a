"""What a site shows, and what is known of it: pictures that are served already, and files that are not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from brigade.pictures.local_files import LocalFile
from brigade.site import addresses, documents
from brigade.site.documents import Document
from brigade.site.places import Left, Place
from records.picture import PictureRecord
from records.status import Status


@dataclass
class Found:
    """The site below ``root``. Pictures go by their keys: ``files`` are to be uploaded, ``records`` are there.

    ``left`` says of an address that stays as it is, why, and in which documents; it is empty for a whole document. No
    document is kept: a site may have many.
    """

    root: Path
    documents: int = 0
    files: dict[str, LocalFile] = field(default_factory=dict)
    records: dict[str, PictureRecord] = field(default_factory=dict)
    left: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _named: dict[Path, LocalFile] = field(default_factory=dict)
    _served: dict[str, str] = field(default_factory=dict)  # keys by ids

    def leave(self, document: Path, address: str, why: str) -> None:
        """Note that a picture, or with no address a document, stays as it is."""
        self.left.setdefault((address, why), set()).add(document.relative_to(self.root).as_posix())

    def key(self, document: Document, place: Place) -> str:
        """Return the key of the picture that a place is to show. Raises Left, and OSError where it is not read."""
        if image_id := addresses.served(place.address):
            if image_id not in self._served:
                raise Left("it is served, but the catalog does not know it")
            return self._served[image_id]
        return self._wanted(addresses.picture(place, document.path, self.root))

    def learn(self, record: PictureRecord) -> None:
        """Note what is served; its file is to be uploaded if it has changed, or is served no more."""
        file = addresses.file_of(record.key, self.root)
        if file and (record.status is not Status.READY or self._name(file).key != record.key):
            self._served[record.image_id] = self._wanted(file)
        else:
            self._served[record.image_id] = record.key
            self.records[record.key] = record

    def _name(self, file: Path) -> LocalFile:
        if file not in self._named:
            self._named[file] = addresses.key_of(file, self.root)
        return self._named[file]

    def _wanted(self, file: Path) -> str:
        named = self._name(file)
        self.files[named.key] = named
        return named.key


def find(root: Path, records: Callable[[Iterable[str]], dict[str, PictureRecord]]) -> Found:
    """Look through the folder ``root``, whose path holds no links; ``records`` reads the catalog by ids."""
    found = Found(root)
    ids = set()
    for document in documents.find(root, found.leave):
        found.documents += 1
        for place in document.places:
            if image_id := addresses.served(place.address):
                ids.add(image_id)
                continue
            try:
                found.key(document, place)
            except (Left, OSError) as error:
                found.leave(document.path, place.address, str(error))
    for record in records(ids).values():
        if record.is_known:
            found.learn(record)
    return found
