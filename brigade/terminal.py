"""What the operator sees: results on stdout, everything else on stderr, errors as one line."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.text import Text

from kit.errors import ConfigurationError, Failure, Retryable, aws_code

DEBUG = "BRIGADE_DEBUG"
_PIPED_WIDTH = 1_000  # where no terminal limits it, nothing is cut
_KB, _MB = 1_000, 1_000_000
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400

out = Console(highlight=False, emoji=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = Console(
    stderr=True, highlight=False, emoji=False, soft_wrap=True, width=None if sys.stderr.isatty() else _PIPED_WIDTH
)


class OperatorError(Exception):
    """Something that the person at the keyboard can mend: what is wrong, and what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} — {hint}" if hint else message)


class Declined(OperatorError):
    """The operator said no: that is no error of anybody's, but what was asked for is not done."""


@contextmanager
def actors_quiet() -> Iterator[None]:
    """Let the actors log nothing within the block: what happens stands in reports, or is the command's own error."""
    log = logging.getLogger("brigade")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def printable(text: str) -> str:
    r"""Return the text with line breaks and control characters written out, as \n and \x1b: a key may hold any."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def say(text: str) -> None:
    """Tell the operator something, as one line of plain text on stderr."""
    err.print(printable(text), markup=False)


def complain(error: OperatorError) -> None:
    """Print an error as one line on stderr."""
    begin = () if isinstance(error, Declined) else (("error:", "bold red"), " ")
    err.print(Text.assemble(*begin, printable(" ".join(str(error).split()))))


def ask(question: str, yes: bool, otherwise: str = "add --yes") -> None:
    """Return when the operator agrees, or has agreed by --yes; raises OperatorError else."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise OperatorError(f"{question} There is no terminal to answer on", otherwise)
    if not click.confirm(question, err=True):
        raise Declined("nothing was changed")


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout; what JSON does not know is printed as text."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def counted(count: int, thing: str) -> str:
    """Return a number with its noun: 1 dead letter, 2,000 dead letters."""
    many = f"{thing[:-1]}ies" if thing.endswith("ry") else f"{thing}s"
    return f"{count:,} {thing if count == 1 else many}"


def byte_size(count: int) -> str:
    """Return a number of bytes as people say it: 812 B, 14 kB, 3.4 MB."""
    if count < _KB:
        return f"{count} B"
    return f"{count / _KB:.0f} kB" if count < _MB else f"{count / _MB:.1f} MB"


def duration(seconds: float) -> str:
    """Return a length of time as people say it: 12 s, 4 min, 3 h, 2 d; below two of a unit, in the next smaller one."""
    for size, unit in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def debugging() -> bool:
    """Return whether errors come with their traceback."""
    return os.environ.get(DEBUG, "") not in {"", "0"}


def explain(error: Exception) -> OperatorError:
    """Return any error as one that says what to do next."""
    if isinstance(error, ClientError):
        return _answered(error)
    if isinstance(error, BotoCoreError):
        return _unasked(error)
    if isinstance(error, OperatorError | ConfigurationError):
        return error if isinstance(error, OperatorError) else OperatorError(str(error))
    if isinstance(error, Failure):
        again = "try again in a moment" if isinstance(error, Retryable) else ""
        return OperatorError(f"{error.reason}: {error.detail}", again)
    if isinstance(error, OSError) and error.strerror:
        return OperatorError(f"{error.strerror}: {error.filename}" if error.filename else error.strerror)
    return OperatorError(f"unexpected {type(error).__name__}: {error}", "`brigade --debug …` shows where")


# Error codes of AWS: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and the services' own.
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
UNKNOWN = {
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_FORBIDDEN = {"403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}


def _answered(error: Any) -> OperatorError:
    """Explain an error that the service gave as its answer."""
    code = aws_code(error)
    message = error.response.get("Error", {}).get("Message") or code
    if code in EXPIRED:
        return OperatorError("the AWS credentials have expired", "sign in again (`aws sso login`), then repeat")
    if code in UNKNOWN:
        return OperatorError(
            "AWS does not accept the credentials", "check AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret"
        )
    if code in _FORBIDDEN:
        return OperatorError(
            f"not allowed: {error.operation_name}: {message}", "use credentials that may do this, or ask for the right"
        )
    return OperatorError(f"{error.operation_name} failed: {message} ({code})", "`brigade --debug …` shows where")


def _unasked(error: Exception) -> OperatorError:
    """Explain why a service could not even be asked."""
    reach = (exceptions.ConnectionError, exceptions.HTTPClientError)
    credentials = (
        exceptions.CredentialRetrievalError,
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.ProfileNotFound,
        exceptions.SSOError,
    )
    if isinstance(error, reach):
        return OperatorError(
            f"no connection: {error}",
            "`brigade up` starts a local cloud; otherwise check AWS_ENDPOINT_URL, AWS_REGION and the network",
        )
    if isinstance(error, credentials):
        return OperatorError(
            f"no AWS credentials: {error}", "set AWS_PROFILE or sign in; `brigade up` starts a local cloud instead"
        )
    if isinstance(error, exceptions.NoRegionError):
        return OperatorError("no AWS region is set", "set AWS_REGION, for example to eu-west-1")
    return OperatorError(str(error), "check the AWS settings")
