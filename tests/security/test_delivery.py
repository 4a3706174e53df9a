"""What the public gets through CloudFront: renditions by HTTPS, and nothing else; nor them when they are removed."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from brigade.pipeline import Pipeline
from kit import outputs
from tests.support.guard import OVER_TLS, Guard

KEY = "renditions/30f4f8a6/w240.1a2b3c4d.jpg"
CLOSED = ("normalized/30f4f8a6.1a2b3c4d.jpg", "metadata/30f4f8a6.json.gz", "operations/1.json")


@pytest.fixture(scope="module")
def stored(resting: Pipeline) -> Iterator[Pipeline]:
    for key in (KEY, *CLOSED):
        resting.s3.put_object(Bucket=resting.target_bucket, Key=key, Body=b"x", CacheControl=outputs.FOR_EVER)
    yield resting
    for key in (KEY, *CLOSED):  # other tests read that bucket, too
        resting.s3.delete_object(Bucket=resting.target_bucket, Key=key)


def got(guard: Guard, stored: Pipeline, key: str, *headers: tuple[str, str], method: str = "GET") -> httpx.Response:
    """Ask CloudFront, which the local cloud knows by its name alone."""
    host = urlsplit(stored.delivery_url).netloc
    return httpx.request(method, f"{guard.endpoint}/{key}", headers=[("Host", host), *headers])


def test_everybody_gets_renditions_for_as_long_as_they_say_and_any_page_may(guard: Guard, stored: Pipeline) -> None:
    answer = got(guard, stored, KEY, OVER_TLS, ("Origin", "https://a.example.org"))
    assert (answer.status_code, answer.content) == (200, b"x")
    assert answer.headers["Cache-Control"] == outputs.FOR_EVER
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("key", [*CLOSED, "", "renditions/none"])
def test_nobody_gets_anything_else_or_learns_whether_it_is_there(guard: Guard, stored: Pipeline, key: str) -> None:
    assert got(guard, stored, key, OVER_TLS).status_code == 403


def test_who_comes_without_tls_is_sent_to_it(guard: Guard, stored: Pipeline) -> None:
    answer = got(guard, stored, KEY)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{stored.delivery_url}/{KEY}")


@pytest.mark.parametrize("method", ["DELETE", "POST", "PUT"])
def test_nobody_writes(guard: Guard, stored: Pipeline, method: str) -> None:
    assert got(guard, stored, KEY, OVER_TLS, method=method).status_code == 403
    assert got(guard, stored, KEY, OVER_TLS).status_code == 200


def test_the_bucket_itself_stays_closed(guard: Guard, stored: Pipeline) -> None:
    assert httpx.get(f"{guard.endpoint}/{stored.target_bucket}/{KEY}", headers=[OVER_TLS]).status_code == 403
