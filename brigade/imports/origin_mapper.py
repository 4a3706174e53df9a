"""rclone's --metadata-mapper, a process for each file: what an object in the source bucket is told of its origin.

https://rclone.org/docs/#metadata-mapper . The original's own metadata stay behind: a tier of Azure's would be taken for
a storage class, and nobody knows what else is in them.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # it runs isolated, which is twice as fast

from services.ingest.origin import written

_KEPT = ("content-type", "mtime")


def mapped(file: dict[str, Any]) -> dict[str, Any]:
    """Return what rclone is to store, from what it tells of a file.

    A remote that is given with options, passwords maybe, is told by rclone as ``:webdav{digest}:path``.
    """
    remote = re.sub(r"\{[^}]*\}(?=:)", "", file["SrcFs"], count=1).removeprefix(":")
    origin = f"{remote}{'' if remote.endswith((':', '/')) else '/'}{file['Remote']}"
    kept = {name: value for name, value in (file.get("Metadata") or {}).items() if name in _KEPT}
    return {"Metadata": kept | written(origin)}


if __name__ == "__main__":
    json.dump(mapped(json.load(sys.stdin)), sys.stdout)
