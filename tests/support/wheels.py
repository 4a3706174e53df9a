"""Libraries as pip leaves them in a folder, without a download."""

from collections.abc import Mapping
from pathlib import Path


def unpack(into: Path, name: str, release: str, files: Mapping[str, bytes]) -> None:
    """Put a release of a library there: its files by their paths, and its own account of them."""
    record = into / f"{name.replace('-', '_')}-{release}.dist-info" / "RECORD"
    record.parent.mkdir(parents=True)
    record.write_text("".join(f"{file},,\n" for file in files), encoding="utf-8")
    for file, content in files.items():
        (into / file).parent.mkdir(parents=True, exist_ok=True)
        (into / file).write_bytes(content)
