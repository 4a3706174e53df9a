"""An HTTPS endpoint that hears image-settled: it takes nothing that SNS has not signed for the one topic.

python endpoint.py TOPIC_ARN PORT, behind whatever ends TLS: SNS speaks to a certificate that is publicly trusted only.
It needs cryptography, and nothing else.
"""

import base64
import json
import re
import sys
import urllib.request
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

# What SNS signs, in its order: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
SNS = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
LONGEST = 512 * 1024  # bytes; a message has 256 KiB at most, and some characters of it are escaped


class Refused(Exception):
    """What came is not SNS's, or is not of this topic."""


@cache
def fetched(url: str) -> bytes:
    """Return what SNS has at an address of its own."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not SNS.fullmatch(parts.netloc):
        raise Refused(f"not an address of SNS: {url}")
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the scheme is https
        return bytes(answer.read(LONGEST))


def verified(body: bytes, topic: str, fetch: Callable[[str], bytes] = fetched) -> dict[str, str]:
    """Return a message that SNS has signed for the topic; raise Refused if it has not."""
    try:
        message = json.loads(body)
        if message["TopicArn"] != topic or message["SignatureVersion"] != "2":
            raise Refused("another topic, or a signature by SHA-1")
        names = [name for name in SIGNED[message["Type"]] if name in message]
        signed = "".join(f"{name}\n{message[name]}\n" for name in names).encode()
        key = cast(RSAPublicKey, load_pem_x509_certificate(fetch(message["SigningCertURL"])).public_key())
        key.verify(base64.b64decode(message["Signature"]), signed, PKCS1v15(), SHA256())
    except (ValueError, KeyError, TypeError, InvalidSignature) as why:
        raise Refused(f"{type(why).__name__}: {why}") from why
    return dict(message)


def settled(event: dict[str, object]) -> None:
    """Do what is to be done. The same event may come again: its id is the same then. An older one may come later."""
    print(event["id"], event["data"], flush=True)  # noqa: T201


class Endpoint(BaseHTTPRequestHandler):
    """Answers 200 to what was heard, and 403 to all else; SNS tries again until it sees the former."""

    topic = ""

    def do_POST(self) -> None:
        """Hear one message."""
        try:
            message = verified(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LONGEST)), self.topic)
            if message["Type"] == "SubscriptionConfirmation":
                fetched(message["SubscribeURL"])
            else:
                settled(json.loads(message["Message"]))
        except (Refused, ValueError, OSError) as why:
            self.send_error(403, str(why)[:200])
        else:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()


if __name__ == "__main__":
    Endpoint.topic = sys.argv[1]
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Endpoint).serve_forever()
