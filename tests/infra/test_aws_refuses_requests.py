"""What AWS refuses of our own requests and no emulator does: names and choices that its services do not have."""

from pathlib import Path

import pytest

from tests.infra.requests import SERVICES, mistakes, requests

ROOT = Path(__file__).parents[2]
SOURCES = [path for room in ("brigade", "kit", "services", "infra") for path in sorted((ROOT / room).rglob("*.py"))]


def test_aws_refuses_no_request_that_our_sources_make() -> None:
    found = {str(path.relative_to(ROOT)): mistakes(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path: said for path, said in found.items() if said} == {}


def test_aws_refuses_none_of_a_service_that_is_not_looked_at() -> None:
    found = [request for path in SOURCES for request in requests(path.read_text(encoding="utf-8"))]
    assert {request.service for request in found} == set(SERVICES)
    written = sum(path.read_text(encoding="utf-8").count(".client(") for path in SOURCES)
    assert len(found) > written


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("s3.put_object(Bucket=a, Key=b, Body=c)", []),
        ("s3.put_objekt(Bucket=a)", ["s3 has no put_objekt"]),
        ("self._s3.put_object(Bucket=a, Kee=b)", ["put_object needs Key", "put_object has no Kee"]),
        ("call(aws.client('sqs').delete_message, **more)", []),
        ("call(aws.client('sqs').delete_message, Queue=a, **more)", ["delete_message has no Queue"]),
        ("c: Any = boto3.client('sns')\nc.publish(TopicArn=a)", ["publish needs Message"]),
        (
            "sqs.get_queue_attributes(QueueUrl=a, AttributeNames=['x'])",
            ["get_queue_attributes.AttributeNames is never x"],
        ),
        ("s3.delete_objects(Bucket=a, Delete={'Keys': b})", ["delete_objects.Delete has no Keys"]),
        ("def _f():\n return target.client('lambda')\n_f().get_paginator('list_f')", ["lambda has no list_f"]),
        ("s3.get_paginator('list_buckets').paginate(Prefiks=a)", ["list_buckets has no Prefiks"]),
        ("s3.get_paginator('list_buckets').paginate(Prefix=a, PaginationConfig=b)", []),
    ],
)
def test_what_aws_refuses_is_found(source: str, said: list[str]) -> None:
    assert [words.partition(": ")[2] for words in mistakes(source)] == said
