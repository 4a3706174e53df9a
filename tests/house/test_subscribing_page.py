"""docs/subscribing.md: its programs do what they say, and take nothing that they should not."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.support.examples import example
from tests.support.moto import REGION

TOPIC = "arn:aws:sns:eu-central-1:123456789012:brigade-ImageSettledTopic"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem"

Signed = Callable[..., bytes]


@pytest.fixture(scope="module")
def endpoint() -> ModuleType:
    return example("endpoint")


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def certificate(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture
def signed(key: rsa.RSAPrivateKey) -> Signed:
    """Return a message as SNS signs it, changed afterwards by what is given."""

    def sign(kind: str = "Notification", **changed: str) -> bytes:
        message = {
            "Type": kind,
            "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
            "TopicArn": TOPIC,
            "Message": '{"id": "e6"}',
            "Timestamp": "2026-11-28T09:00:00.000Z",
        }
        if kind == "SubscriptionConfirmation":
            message |= {"Token": "2336412f37", "SubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Confirm"}
        text = "".join(f"{name}\n{message[name]}\n" for name in sorted(message))
        signature = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()
        extra = {"SignatureVersion": "2", "Signature": signature, "SigningCertURL": CERTIFICATE}
        return json.dumps(message | extra | changed).encode()

    return sign


@pytest.mark.parametrize("kind", ["Notification", "SubscriptionConfirmation"])
def test_the_endpoint_takes_what_sns_has_signed(
    endpoint: ModuleType, signed: Signed, certificate: bytes, kind: str
) -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return certificate

    assert endpoint.verified(signed(kind), TOPIC, fetch)["Type"] == kind
    assert asked == [CERTIFICATE]


@pytest.mark.parametrize(
    "changed",
    [
        {"Message": '{"id": "e7"}'},
        {"TopicArn": TOPIC.replace("brigade", "another")},
        {"SignatureVersion": "1"},
        {"Signature": base64.b64encode(b"x" * 256).decode()},
        {"Signature": "no base64!"},
        {"Type": "UnsubscribeConfirmation"},
        {"Subject": "added"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_endpoint_refuses_what_was_changed(
    endpoint: ModuleType, signed: Signed, certificate: bytes, changed: dict[str, str]
) -> None:
    with pytest.raises(endpoint.Refused):
        endpoint.verified(signed(**changed), TOPIC, lambda _: certificate)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"TopicArn": 1}'])
def test_the_endpoint_refuses_what_is_no_message(endpoint: ModuleType, body: bytes) -> None:
    with pytest.raises(endpoint.Refused):
        endpoint.verified(body, TOPIC, lambda _: b"")


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE.replace("https", "http"),
        "https://sns.eu-central-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com",
        "https://sns.eu-central-1.amazonaws.com@evil.example/a.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/a.pem",
        "file:///etc/passwd",
    ],
)
def test_the_endpoint_asks_nobody_but_sns_for_the_certificate(endpoint: ModuleType, signed: Signed, url: str) -> None:
    with pytest.raises(endpoint.Refused, match="not an address of SNS"):
        endpoint.verified(signed(SigningCertURL=url), TOPIC)


def test_the_endpoint_refuses_a_certificate_without_an_rsa_key(endpoint: ModuleType, signed: Signed) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1)).sign(key, SHA256())
    with pytest.raises(endpoint.Refused):
        endpoint.verified(signed(), TOPIC, lambda _: made.public_bytes(Encoding.PEM))


class Model:
    """What Bedrock answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def converse(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return {"output": {"message": {"content": [{"text": "A red bucket."}]}}}


@pytest.fixture
def model(cloud: None, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("MODEL", "any.model-v1:0")
    monkeypatch.setenv("ANSWERS", "answers")
    s3 = boto3.client("s3")
    for bucket in ("answers", "target"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="target", Key="master.jpg", Body=b"pixels")
    module = example("model")
    monkeypatch.setattr(module, "bedrock", Model())
    return module


def settled(**picture: Any) -> str:
    master = {"bucket": "target", "key": "master.jpg", "format": "JPEG", "width": 9, "height": 9, "bytes": 6} | picture
    small = {"bucket": "target", "key": "small.webp", "format": "WEBP", "width": 3, "height": 3, "bytes": 2}
    data = {"image": {"id": "b1"}, "status": "READY", "master": master, "renditions": [small]}
    return json.dumps({"id": "e1", "type": "brigade.image-settled", "data": data})


def batch(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{number}", "body": body} for number, body in enumerate(bodies)]}


def test_the_model_is_asked_once_about_a_picture_however_often_it_is_announced(model: ModuleType) -> None:
    assert model.handle(batch(settled(), settled()), None) == {"batchItemFailures": []}
    assert model.handle(batch(settled()), None) == {"batchItemFailures": []}
    [asked] = model.bedrock.asked
    assert asked["modelId"] == "any.model-v1:0"
    assert asked["messages"][0]["content"][0] == {"image": {"format": "jpeg", "source": {"bytes": b"pixels"}}}
    answer = boto3.client("s3").get_object(Bucket="answers", Key="answers/b1.json")["Body"].read()
    assert json.loads(answer) == {"says": "A red bucket.", "of": "master.jpg"}


@pytest.mark.parametrize("master", [{"bytes": 4_000_000}, {"format": "AVIF"}])
def test_the_model_is_asked_about_a_rendition_where_it_does_not_take_the_master(
    model: ModuleType, master: dict[str, Any]
) -> None:
    boto3.client("s3").put_object(Bucket="target", Key="small.webp", Body=b"small")
    assert model.handle(batch(settled(**master)), None) == {"batchItemFailures": []}
    assert model.bedrock.asked[0]["messages"][0]["content"][0]["image"]["format"] == "webp"


def test_a_message_that_the_model_cannot_answer_fails_alone(model: ModuleType) -> None:
    failed = model.handle(batch("no envelope", settled(), settled(key="gone.jpg").replace('"b1"', '"b2"')), None)
    assert failed == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m2"}]}
    assert len(model.bedrock.asked) == 1


def test_what_the_model_is_asked_is_what_bedrock_takes(model: ModuleType) -> None:
    model.handle(batch(settled()), None)
    shape = boto3.client("bedrock-runtime").meta.service_model.operation_model("Converse").input_shape
    assert not ParamValidator().validate(model.bedrock.asked[0], shape).has_errors()
