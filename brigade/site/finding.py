"""What a site shows, and what is known of it: pictures that are served already, and files that are not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from brigade.pictures.local_files import LocalFile
from brigade.site import addresses, documents
from brigade.site.documents import Document
from brigade.site.places import Left, Place
from records.picture import PictureRecord

Records = Callable[[Iterable[str]], dict[str, PictureRecord]]


@dataclass
class Found:
    """The site below ``root``. Pictures go by their keys: ``files`` are to be uploaded, ``records`` are there.

    ``places`` are by document. ``left`` says of what stays as it is, document and address, why.
    """

    root: Path
    documents: list[Document] = field(default_factory=list)
    places: dict[Path, list[tuple[Place, str]]] = field(default_factory=dict)
    files: dict[str, LocalFile] = field(default_factory=dict)
    records: dict[str, PictureRecord] = field(default_factory=dict)
    left: dict[tuple[str, str], str] = field(default_factory=dict)
    _named: dict[Path, LocalFile] = field(default_factory=dict)

    def leave(self, document: Path, address: str, why: str) -> None:
        """Note that a picture, or with no address a document, stays as it is."""
        self.left.setdefault((document.relative_to(self.root).as_posix(), address), why)

    def named(self, file: Path) -> LocalFile:
        """Return a file with its key, by its content."""
        if file not in self._named:
            self._named[file] = addresses.key_of(file, self.root)
        return self._named[file]

    def wanted(self, file: Path) -> str:
        """Note that a file is to be served; return its key."""
        named = self.named(file)
        self.files[named.key] = named
        return named.key


def find(root: Path, records: Records) -> Found:
    """Look through the folder ``root``, whose path holds no links; ``records`` reads the catalog by ids."""
    found = Found(root)
    for each in documents.find(root):
        if isinstance(each, Document):
            found.documents.append(each)
        else:
            found.leave(each[0], "", each[1])
    named = [(document, place) for document in found.documents for place in document.places]
    ids = {each for each in (addresses.served(place.address) for _, place in named) if each}
    known = records(ids)
    for document, place in named:
        try:
            key = _key(found, document, place, known)
            found.places.setdefault(document.path, []).append((place, key))
        except (Left, OSError) as error:
            found.leave(document.path, place.address, str(error))
    return found


def _key(found: Found, document: Document, place: Place, known: dict[str, PictureRecord]) -> str:
    """Return the key of the picture that a place is to show. Raises Left, and OSError for a file that is not read."""
    image_id = addresses.served(place.address)
    if not image_id:
        return found.wanted(addresses.picture(place, document.path, found.root))
    record = known.get(image_id)
    if not record or not record.is_known:
        raise Left("it is served, but the catalog does not know it")
    file = addresses.file_of(record.key, found.root)
    if file and found.named(file).key != record.key:
        return found.wanted(file)
    found.records[record.key] = record
    return record.key
