"""Where commands act."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from botocore.exceptions import NoCredentialsError, NoRegionError

from brigade.local import local_cloud, local_record
from brigade.local.cloud_process import LocalCloud
from brigade.target import Target, local_target, resolve
from brigade.terminal import OperatorError
from kit import aws

pytestmark = pytest.mark.usefixtures("state")

Variables = Callable[..., None]


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Variables:
    def export(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return export


@pytest.fixture
def credentials(state: Path, variables: Variables) -> None:
    variables(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_REGION="eu-west-1")


@pytest.fixture
def account(state: Path, cloud: None) -> None:
    """An AWS account, by moto."""


@contextmanager
def answers(status: int, body: bytes) -> Iterator[int]:
    """Have a server that answers everything so; gives its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def answering() -> Iterator[int]:
    """The port of a server whose health answer is that of the cloud "ours"."""
    with answers(200, json.dumps({"edition": "ours"}).encode()) as port:
        yield port


def recorded(port: int, identity: str = "ours") -> None:
    local_record.record(LocalCloud(os.getpid(), "0", port, identity, "/nowhere", local_record.owners()[0]))


class TestAnEndpointThatIsSet:
    def test_is_used_even_when_a_local_cloud_is_recorded(self, variables: Variables, answering: int) -> None:
        recorded(answering)
        variables(AWS_ENDPOINT_URL="http://127.0.0.1:9")
        assert resolve().endpoint == "http://127.0.0.1:9"

    def test_on_this_machine_needs_no_credentials(self, variables: Variables) -> None:
        variables(AWS_ENDPOINT_URL="http://127.0.0.1:4566/")
        target = resolve()
        assert target == local_target("http://127.0.0.1:4566")
        assert target.describe() == "local cloud on 127.0.0.1:4566"
        assert target.is_local

    def test_on_this_machine_keeps_keys_and_region_that_are_set(self, variables: Variables) -> None:
        variables(AWS_ENDPOINT_URL="http://[::1]:4566", AWS_DEFAULT_REGION="eu-north-1")
        variables(AWS_ACCESS_KEY_ID="111122223333", AWS_SECRET_ACCESS_KEY="s")
        assert resolve() == Target("eu-north-1", "http://[::1]:4566", ("111122223333", "s"))

    def test_on_this_machine_in_another_region_than_the_usual_says_so(self, variables: Variables) -> None:
        variables(AWS_ENDPOINT_URL="http://127.0.0.1:4566", AWS_REGION="eu-north-1")
        assert resolve().describe() == "local cloud on 127.0.0.1:4566, region eu-north-1"

    def test_on_this_machine_must_answer_soon(self, variables: Variables) -> None:
        variables(AWS_ENDPOINT_URL="http://127.0.0.1:4566")
        assert resolve().client("s3").meta.config.read_timeout == 10

    @pytest.mark.usefixtures("credentials")
    def test_elsewhere_has_more_time_to_answer(self, variables: Variables) -> None:
        variables(AWS_ENDPOINT_URL="https://cloud.example.org")
        assert resolve().client("s3").meta.config.read_timeout == 60

    def test_named_localhost_becomes_an_address_because_bucket_dot_localhost_leads_nowhere(
        self, variables: Variables
    ) -> None:
        variables(AWS_ENDPOINT_URL="http://localhost:4566")
        assert resolve().endpoint == "http://127.0.0.1:4566"

    @pytest.mark.usefixtures("credentials")
    def test_elsewhere_is_described_by_its_url_and_its_account(
        self, variables: Variables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        variables(AWS_ENDPOINT_URL="https://cloud.example.org:4566")
        target = resolve()
        monkeypatch.setattr(Target, "account", "123456789012")
        assert target.describe() == "account 123456789012 at https://cloud.example.org:4566 in eu-west-1"
        assert not target.is_local

    def test_elsewhere_needs_credentials(self, variables: Variables) -> None:
        variables(AWS_ENDPOINT_URL="https://cloud.example.org")
        with pytest.raises(NoCredentialsError):
            resolve()

    def test_that_is_no_url_is_refused(self, variables: Variables) -> None:
        variables(AWS_ENDPOINT_URL="localhost:4566")
        with pytest.raises(OperatorError, match="no URL — for example AWS_ENDPOINT_URL=http://"):
            resolve()

    def test_for_one_service_only_is_refused(self, variables: Variables) -> None:
        variables(AWS_ENDPOINT_URL_S3="http://127.0.0.1:9000")
        with pytest.raises(OperatorError, match="AWS_ENDPOINT_URL_S3 is set, but all services must be in one place"):
            resolve()


class TestWhatAnswersOnThisMachine:
    def test_is_a_ministack_when_it_says_so(self, answering: int) -> None:
        assert local_target(f"http://127.0.0.1:{answering}").is_ministack

    @pytest.mark.parametrize(
        ("status", "body"), [(404, b"<Error><Code>NoSuchBucket</Code></Error>"), (404, b'{"edition": 1}'), (200, b"{}")]
    )
    def test_is_none_when_it_answers_otherwise(self, status: int, body: bytes) -> None:
        with answers(status, body) as port:
            assert not local_target(f"http://127.0.0.1:{port}").is_ministack

    def test_is_none_when_nobody_does(self) -> None:
        assert not local_target(f"http://127.0.0.1:{local_cloud.free_port()}").is_ministack

    def test_is_not_even_asked_elsewhere(self) -> None:
        assert not Target("eu-west-1").is_ministack
        assert not Target("eu-west-1", "https://cloud.example.org").is_ministack


class TestARecordedLocalCloud:
    def test_is_found_without_any_variable(self, answering: int) -> None:
        recorded(answering)
        assert resolve() == local_target(f"http://127.0.0.1:{answering}")

    @pytest.mark.usefixtures("credentials")
    def test_that_has_gone_is_an_error_and_never_means_aws(self) -> None:
        port = local_cloud.free_port()
        recorded(port)
        with pytest.raises(
            OperatorError, match=f"local cloud of {Path.cwd()} on 127.0.0.1:{port} is gone — `brigade up` starts"
        ):
            resolve()

    def test_is_gone_when_somebody_else_answers_on_its_port(self, answering: int) -> None:
        recorded(answering, identity="another")
        with pytest.raises(OperatorError, match="is gone"):
            resolve()

    @pytest.mark.usefixtures("credentials")
    def test_whose_record_is_damaged_is_an_error_and_never_means_aws(self, state: Path) -> None:
        recorded(1)
        (record,) = (state / "brigade" / "local-clouds").iterdir()
        record.write_text('{"pid": 1}')
        with pytest.raises(OperatorError, match=rf"damaged: {record} — delete that file"):
            resolve()


class TestAws:
    @pytest.mark.usefixtures("account")
    def test_is_where_commands_act_when_nothing_else_is_named(self) -> None:
        target = resolve()
        assert target.describe() == "AWS account 123456789012 in eu-west-1"
        assert not target.is_local

    def test_needs_credentials(self, variables: Variables) -> None:
        variables(AWS_REGION="eu-west-1")
        with pytest.raises(NoCredentialsError):
            resolve()

    def test_needs_a_region(self, variables: Variables) -> None:
        variables(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing")
        with pytest.raises(NoRegionError):
            resolve()


class TestExporting:
    def test_leads_the_actors_code_to_the_same_place(
        self, variables: Variables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        variables(AWS_PROFILE="nobody", AWS_SESSION_TOKEN="old", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true")
        target = local_target("http://127.0.0.1:4599")
        with monkeypatch.context() as patch:
            for name in target.variables():
                patch.setenv(name, "")  # so that the context puts back what export sets
            target.export()
            client = aws.client("s3")
            assert client.meta.endpoint_url == target.client("s3").meta.endpoint_url == "http://127.0.0.1:4599"
            assert client.meta.region_name == "us-east-1"
            assert "AWS_PROFILE" not in os.environ
            assert "AWS_SESSION_TOKEN" not in os.environ
        aws.forget()

    @pytest.mark.usefixtures("account")
    def test_on_aws_names_the_region_and_leaves_the_credentials_alone(self) -> None:
        assert resolve().variables() == {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
