"""Uploading: what is there is not sent again, and one bad file does not end it for the others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

import pytest
from botocore.exceptions import ClientError

from brigade.pictures import local_files as files
from brigade.pictures import uploads
from brigade.pictures.local_files import Skipped
from brigade.pictures.uploads import Uploaded, upload
from brigade.terminal import OperatorError


@pytest.fixture
def asked(s3: Any) -> list[str]:
    """What is asked of S3, in this order."""
    operations: list[str] = []
    s3.meta.events.register("before-call.s3.*", lambda model, **_: operations.append(model.name))
    return operations


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.fixture
def unreadable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that may not be read: even by root, who runs these tests in a container."""
    bad, really = folder / "a.jpg", Path.read_bytes

    def read(path: Path) -> bytes:
        if path == bad:
            raise PermissionError(13, "Permission denied", str(path))
        return really(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    return bad


Form = Literal["NFC", "NFD"]
Send = Callable[..., list[Uploaded]]


@pytest.fixture
def send(s3: Any, folder: Path) -> Send:
    def send(prefix: str = "", **more: Any) -> list[Uploaded]:
        return sorted(upload(s3, "source", files.find([folder], prefix), **more), key=lambda one: one.file.key)

    return send


@pytest.mark.parametrize("prefix", ["", "photos/"])
def test_what_is_there_already_is_not_sent_again_and_has_the_same_id(
    send: Send, folder: Path, prefix: str, s3: Any
) -> None:
    first = send(prefix)
    assert [one.there is None for one in first] == [True, True]
    (folder / "b.jpg").write_text("other")
    s3.put_object(Bucket="source", Key="somebody else's", Body=b"")
    again = send(prefix)
    assert [one.there is None for one in again] == [False, True]
    assert [one.image_id == before.image_id for one, before in zip(again, first, strict=True)] == [True, False]


def test_what_was_deleted_is_sent_again(send: Send, s3: Any) -> None:
    send()
    s3.delete_object(Bucket="source", Key="a.jpg")
    assert [one.there is None for one in send()] == [True, False]


def test_a_few_files_are_asked_for_one_by_one_and_not_sought_in_a_list_of_the_whole_bucket(
    send: Send, asked: list[str]
) -> None:
    send()
    assert sorted(asked) == ["ListObjectVersions", "ListObjectVersions", "PutObject", "PutObject"]


def test_files_below_one_prefix_are_listed(send: Send, asked: list[str]) -> None:
    send("photos/")
    assert sorted(asked) == ["ListObjectVersions", "PutObject", "PutObject"]


def test_many_files_are_listed(send: Send, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "FEW", 1)
    send()
    assert sorted(asked) == ["ListObjectVersions", "PutObject", "PutObject"]


def test_a_bucket_that_may_not_be_asked_is_an_error(send: Send, s3: Any) -> None:
    def forbid(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "ListObjectVersions")

    s3.meta.events.register("before-call.s3.ListObjectVersions", forbid)
    with pytest.raises(ClientError, match="Forbidden"):
        send()


def test_a_bucket_that_is_not_there_is_an_error(s3: Any, folder: Path) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        list(upload(s3, "nobodys", files.find([folder])))


def test_a_file_that_cannot_be_read_is_skipped_with_the_reason_and_the_others_go_on(
    send: Send, unreadable: Path
) -> None:
    skipped: list[Skipped] = []
    assert [one.file.key for one in send(skip=skipped.append)] == ["b.jpg"]
    assert [(each.path, each.why) for each in skipped] == [(unreadable, "Permission denied")]


def test_a_file_that_has_gone_meanwhile_is_skipped(s3: Any, folder: Path) -> None:
    found = files.find([folder])
    (folder / "a.jpg").unlink()
    skipped: list[Skipped] = []
    assert [one.file.key for one in upload(s3, "source", found, skipped.append)] == ["b.jpg"]
    assert skipped[0].why == "No such file or directory"


def test_a_file_that_ingest_would_refuse_for_its_size_is_not_sent(
    send: Send, asked: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_BYTES", 5)
    (folder / "a.jpg").write_text("larger")
    skipped: list[Skipped] = []
    assert [one.file.key for one in send(skip=skipped.append)] == ["b.jpg"]
    assert skipped[0].why == "6 B, and at most 5 B are admitted"
    assert asked.count("PutObject") == 1


def test_who_does_not_say_what_to_do_with_such_a_file_gets_an_error(send: Send, unreadable: Path) -> None:
    with pytest.raises(OperatorError, match=r"a.jpg was skipped: Permission denied"):
        send()


def failing(s3: Any, operation: str, code: str, key: str = "") -> None:
    """Have an operation refused, of one key or of all."""

    def refuse(params: dict[str, Any], **_: Any) -> None:
        if key in params["url_path"]:
            raise ClientError({"Error": {"Code": code, "Message": "No."}}, operation)

    s3.meta.events.register(f"before-call.s3.{operation}", refuse)


def test_a_file_that_s3_refuses_is_skipped_with_its_reason_and_the_others_go_on(send: Send, s3: Any) -> None:
    failing(s3, "PutObject", "AccessDenied", key="a.jpg")
    skipped: list[Skipped] = []
    assert [one.file.key for one in send(skip=skipped.append)] == ["b.jpg"]
    assert [(each.path.name, each.why) for each in skipped] == [("a.jpg", "not allowed: PutObject: No.")]


@pytest.mark.parametrize("code", ["InvalidAccessKeyId", "ExpiredToken", "NoSuchBucket"])
def test_what_no_file_would_fare_better_with_ends_it_at_once(send: Send, s3: Any, code: str) -> None:
    failing(s3, "PutObject", code)
    with pytest.raises(ClientError, match=code):
        send(skip=lambda _: None)


@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
@pytest.mark.parametrize("prefix", ["", "photos/"])
def test_names_that_differ_only_in_unicode_form_find_each_other(
    send: Send, s3: Any, folder: Path, prefix: str, forms: tuple[Form, Form]
) -> None:
    there, here = forms
    key = prefix + normalize(there, "é1.jpg")
    s3.put_object(Bucket="source", Key=key, Body=b"summer")
    (folder / normalize(here, "é1.jpg")).write_bytes(b"summer")
    [one] = [each for each in send(prefix) if each.file.key.endswith("1.jpg")]
    assert one.there
    assert one.there.key == key
    (folder / normalize(here, "é1.jpg")).write_bytes(b"winter")
    [one] = [each for each in send(prefix) if each.file.key.endswith("1.jpg")]
    assert one.there is None
    assert s3.get_object(Bucket="source", Key=key)["Body"].read() == b"summer"
