"""What the deployment's tests share."""

from collections.abc import Callable, Iterator, Mapping

import pytest
import troposphere
from troposphere import s3

from brigade.deploy import kept
from brigade.deploy.deployment import destroy
from brigade.deploy.stack import Stack
from brigade.target import Target
from infra.template import template
from kit.chain import Chain


@pytest.fixture
def stack(here: Target, request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Names for stacks that are cleared away after the test."""
    names: list[str] = []

    def name() -> str:
        names.append(f"s{abs(hash(request.node.name)) % 10**8}-{len(names)}")
        return names[-1]

    yield name
    for each in names:
        if found := Stack.look(here, each):
            left = kept.by(found)
            destroy(found)
            kept.delete(here, left)


@pytest.fixture
def with_resource(monkeypatch: pytest.MonkeyPatch) -> Callable[[troposphere.AWSObject], None]:
    """Puts one more resource into the template."""

    def arrange(resource: troposphere.AWSObject) -> None:
        def more(chain: Chain, tags: Mapping[str, str]) -> troposphere.Template:
            whole = template(chain, tags)
            whole.add_resource(resource)
            return whole

        monkeypatch.setattr("brigade.deploy.deployment.template", more)

    return arrange


@pytest.fixture
def name_taken(here: Target, with_resource: Callable[[troposphere.AWSObject], None]) -> Iterator[None]:
    """A template that asks for a bucket that is somebody's already."""
    client = here.client("s3")
    client.create_bucket(Bucket="taken-already")
    with_resource(s3.Bucket("Broken", BucketName="taken-already"))
    yield
    client.delete_bucket(Bucket="taken-already")
