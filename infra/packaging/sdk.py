"""The AWS SDK in a function's zip: botocore, and of its descriptions what a function reads.

botocore describes four hundred services in JSON and makes a service's client from its description, so every process
reads those of its services before its first request. Most of a description is its manual, which modules of its own, a
tenth of a cold start, would write out for `help()`.
"""

import gzip
import json
from pathlib import Path
from shutil import rmtree
from typing import Any

# Those that functions call.
SERVICES = {"cloudfront", "dynamodb", "rekognition", "s3", "ses", "sns", "sqs"}
DATA = ("botocore", "data")
_MANUAL = "documentation"
_EXAMPLES = "examples-1.json"
# In place of the modules that write the manual. The notice is what botocore's licence asks for of changed files.
_NOTICE = '"""Changed for Bucket Brigade: functions have no manual. The original is in botocore."""\n'
_NO_DOCSTRING = """

class ClientMethodDocstring(str):
    def __new__(cls, *_, **__):
        return super().__new__(cls)


PaginatorDocstring = WaiterDocstring = ClientMethodDocstring
"""


def is_needed(path: Path) -> bool:
    """Whether a function may read this file; ``path`` is the one below botocore's data."""
    service, *rest = path.parts
    return not rest or (service in SERVICES and path.name != _EXAMPLES)


def shorten(installed: Path) -> None:
    """Remove from botocore what makes no client: descriptions of other services, older ones, and all documentation.

    Descriptions are unpacked besides: the zip packs them itself. ``installed`` is the folder that botocore is in.
    """
    data = installed.joinpath(*DATA)
    if (endpoints := data / "endpoints.json").is_file():
        _shorten_endpoints(endpoints)
    for service in SERVICES:
        for old in sorted(path for path in (data / service).glob("*") if path.is_dir())[:-1]:
            rmtree(old)  # what the service was years ago
        for packed in (data / service).glob("*/*.json.gz"):
            described = json.loads(gzip.decompress(packed.read_bytes()))
            packed.with_suffix("").write_text(json.dumps(_without_manual(described)), encoding="utf-8")
            packed.unlink()
    if (docs := installed / "botocore" / "docs").is_dir():
        (docs / "__init__.py").write_text(_NOTICE, encoding="utf-8")
        (docs / "docstring.py").write_text(_NOTICE + _NO_DOCSTRING, encoding="utf-8")


def _shorten_endpoints(endpoints: Path) -> None:
    known = json.loads(endpoints.read_text(encoding="utf-8"))
    for partition in known["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in SERVICES}
    endpoints.write_text(json.dumps(known), encoding="utf-8")


def _without_manual(described: Any) -> Any:
    """Return a description whose texts are empty: botocore asks for some of them by name."""
    if isinstance(described, list):
        return [_without_manual(each) for each in described]
    if not isinstance(described, dict):
        return described
    return {
        name: "" if name == _MANUAL and isinstance(each, str) else _without_manual(each)
        for name, each in described.items()
    }
