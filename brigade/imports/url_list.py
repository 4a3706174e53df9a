"""A list of URLs: what each is called in the bucket, and whether it is a picture that is not there yet."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from brigade.imports.account import Account
from brigade.imports.fetching import Fetcher, UnfetchableError, checked
from brigade.pictures import bucket_listing
from brigade.pictures.local_files import MAX_KEY_BYTES
from brigade.pictures.same_bytes import is_same
from brigade.terminal import OperatorError, explain
from imaging.formats import FORMATS, SUFFIXES
from kit.errors import Rejected
from services.ingest.admission import Admitted, admit
from services.ingest.origin import written

PARALLEL = 4  # each may hold the largest picture that is admitted


def read(file: Path) -> list[str]:
    """Return the URLs of a file, one a line; empty lines and those that begin with # are passed over."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise OperatorError(f"{file} is no text in UTF-8", "one URL a line is wanted") from error
    return list(dict.fromkeys(line.strip() for line in lines if line.strip() and not line.startswith("#")))


def bring(
    s3: Any,
    bucket: str,
    urls: list[str],
    folder: str,
    account: Account,
    told: Callable[[], None],
    fetcher: Fetcher | None = None,
) -> None:
    """Fetch every URL and store what is a picture, unless these very bytes are there already."""
    fetch, taken = (fetcher or Fetcher()).fetch, dict[str, str]()

    def one(url: str) -> tuple[str, str]:
        try:
            parts = checked(url)
            content = fetch(url)
            admitted = admit(lambda start, stop: content[start:stop], len(content))
            key = named(f"{parts.hostname}/{parts.path}", admitted, folder)
            if taken.setdefault(key, url) != url:
                return "refused", "another URL of the list has the same path: import it with another --prefix"
            origin = parts._replace(query="", fragment="").geturl()  # a query may hold a secret
            return _store(s3, bucket, key, content, admitted, origin, dry_run=account.dry_run), ""
        except (UnfetchableError, OperatorError) as error:
            return "refused", str(error)
        except Rejected as error:
            return "refused", f"{error.reason}: {error.detail}"
        except ClientError as error:
            return "refused", explain(error).message

    with ThreadPoolExecutor(PARALLEL) as pool:
        try:
            for number, (outcome, why) in enumerate(pool.map(one, urls)):
                if outcome == "refused":
                    account.refused[f"{number + 1}. {urls[number].partition('?')[0]}"] = why
                else:
                    setattr(account, outcome, getattr(account, outcome) + 1)
                told()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def named(path: str, admitted: Admitted, folder: str) -> str:
    """Return a picture's key: its host and path; a name that does not say so ends with the format's extension."""
    parts = [part for part in unquote(path).split("/") if part not in ("", ".", "..")]
    key = folder + "".join(each if each.isprintable() else "_" for each in "/".join(parts))
    if PurePosixPath(key).suffix.lower() not in SUFFIXES or len(parts) == 1:
        key += f".{FORMATS[admitted.format].extension}"
    if len(key.encode(errors="replace")) > MAX_KEY_BYTES:
        raise OperatorError(f"its key would have more than {MAX_KEY_BYTES:,} bytes")
    return key


def _store(s3: Any, bucket: str, key: str, content: bytes, admitted: Admitted, origin: str, *, dry_run: bool) -> str:
    there = bucket_listing.at(s3, bucket, key)[0]
    if there and is_same(s3, content, there):
        return "there"
    if not dry_run:
        media_type = FORMATS[admitted.format].media_type
        s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=media_type, Metadata=written(origin))
    return "copied"
