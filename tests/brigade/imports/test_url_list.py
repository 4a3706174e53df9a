"""`brigade import --urls`: each picture once, under a name of its own, with where it came from."""

from pathlib import Path
from typing import Any

import pytest

from brigade.imports import url_list
from brigade.imports.account import Account
from brigade.imports.fetching import UnfetchableError
from brigade.terminal import OperatorError
from tests.support import pictures

WEB = {
    "https://a.example/2026/beach.jpg?token=secret": pictures.jpeg(),
    "https://a.example/photo.php?id=5": pictures.png(),
    "https://a.example/f%C3%BCr%2F..%2Fdich.JPG": pictures.jpeg(),
    "https://b.example/2026/beach.jpg": pictures.png(),
    "https://b.example/diary.jpg": pictures.text_named_jpg(),
    "https://b.example/2026/beach.jpg?size=2": pictures.jpeg(),
}
KEYS = {
    "web/a.example/2026/beach.jpg": ("image/jpeg", "https://a.example/2026/beach.jpg"),
    "web/a.example/photo.php.png": ("image/png", "https://a.example/photo.php"),
    "web/a.example/für/dich.JPG": ("image/jpeg", "https://a.example/f%25C3%25BCr%252F..%252Fdich.JPG"),
    "web/b.example/2026/beach.jpg": ("image/png", "https://b.example/2026/beach.jpg"),
}
DIARY = "not-an-image: begins with the bytes 44 65 61 72 20 64 69 61, as no picture does"
TWICE = "another URL of the list has the same path: import it with another --prefix"


class Web:
    def fetch(self, url: str) -> bytes:
        if url not in WEB:
            raise UnfetchableError("answered 404 Not Found")
        return WEB[url]


def bring(s3: Any, urls: list[str], *, dry_run: bool = False) -> Account:
    account: Account = Account(dry_run)
    fetcher: Any = Web()
    url_list.bring(s3, "source", urls, "web/", account, lambda: None, fetcher)
    return account


def test_pictures_are_stored_once_and_the_rest_is_named_with_its_reason(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(url_list, "PARALLEL", 1)  # which of two with one path is first
    file = tmp_path / "urls.txt"
    file.write_text(
        "\ufeff# ours\n\n" + "\n".join([*WEB, "https://c.example/gone.jpg", "ftp://d/a.jpg", *WEB]), "utf-8"
    )
    urls = url_list.read(file)
    assert bring(s3, urls, dry_run=True).copied == 4
    assert "Contents" not in s3.list_objects_v2(Bucket="source")
    account = bring(s3, urls)
    assert (account.copied, account.there) == (4, 0)
    assert account.refused == {
        "5. https://b.example/diary.jpg": DIARY,
        "6. https://b.example/2026/beach.jpg": TWICE,
        "7. https://c.example/gone.jpg": "answered 404 Not Found",
        "8. ftp://d/a.jpg": "no URL of http or https",
    }
    stored = {key: s3.head_object(Bucket="source", Key=key) for key in KEYS}
    assert {key: (told["ContentType"], told["Metadata"]["origin"]) for key, told in stored.items()} == KEYS
    again = bring(s3, urls)
    assert (again.copied, again.there, len(again.refused)) == (0, 4, 4)
    assert len(s3.list_object_versions(Bucket="source")["Versions"]) == 4


def test_a_key_that_is_too_long_and_a_list_that_is_no_text_are_refused(s3: Any, tmp_path: Path) -> None:
    url = f"https://a.example/{'x' * 1_020}.jpg"
    WEB[url] = pictures.jpeg()
    assert list(bring(s3, [url]).refused.values()) == ["its key would have more than 1,024 bytes"]
    file = tmp_path / "urls.txt"
    file.write_bytes(pictures.jpeg())
    with pytest.raises(OperatorError, match=r"urls.txt is no text in UTF-8"):
        url_list.read(file)
