"""Zips whose bytes follow from their files' names and contents alone."""

import zipfile
import zlib
from collections.abc import Collection, Mapping
from io import BytesIO
from pathlib import Path

# The first moment that a zip can name. Times and modes of the files must not show in the bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_PLAIN, _PROGRAM = 0o100644 << 16, 0o100755 << 16  # everybody may read it, as Lambda wants it, or run it
_UNIX = 3
LEVEL = zlib.Z_DEFAULT_COMPRESSION


def zipped(files: Mapping[str, Path], programs: Collection[str] = ()) -> bytes:
    """Return a zip of the files by their names in it; ``programs`` are the names of those that can be run."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr, entry.create_system = _PROGRAM if name in programs else _PLAIN, _UNIX
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, LEVEL)
    return out.getvalue()
