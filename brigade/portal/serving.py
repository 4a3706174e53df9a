"""The application that the portal's function runs, against the same stack, on loopback."""

import socket
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn import Config, Server

from brigade.local import ministack
from brigade.pipeline import Pipeline
from brigade.target import Target
from brigade.terminal import OperatorError
from infra import names
from kit import outputs, settings, storage
from kit.errors import ObjectGone
from kit.events import Source
from services.portal import declaration
from services.portal.app import application
from services.portal.guard import Guarded
from services.portal.site import Site, from_environment
from services.portal.structs import Mail
from services.portal.uploads import iso

_HOSTS = ("127.0.0.1", "localhost")
_LAST_ANSWERS_S = 2


def listening(port: int) -> socket.socket:
    """Return a socket on loopback; raises OperatorError where the port is taken."""
    try:
        return socket.create_server((_HOSTS[0], port))
    except OSError as error:
        raise OperatorError(f"port {port} is not free: {error.strerror}", "--port 0 takes one that is") from error


def local_portal(pipeline: Pipeline, page: str) -> Guarded:
    """Return the application of a stack's portal, with the variables of its function, for a page at that address.

    It delivers renditions itself, unless the stack does. Raises OperatorError where the stack has no portal.
    """
    if not (function := pipeline.stack.outputs.get(names.function(declaration.PORTAL))):
        raise OperatorError(
            f"stack {pipeline.stack.name} has no portal",
            f"`brigade deploy --set {declaration.MAIL_FROM.name}=you@example.org` gives it one; on AWS, SES must have "
            "verified that address",
        )
    target = pipeline.target
    found = target.client("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    more: dict[str, Any] = {"hosts": _HOSTS, "looks_up": not target.is_local}
    if target.is_local:
        # What the owner of the address does on AWS, by a link in a mail.
        target.client("ses").verify_email_identity(EmailAddress=found[declaration.MAIL_FROM.variable])
    if target.is_ministack:
        more["inbox"] = lambda: _inbox(target)
    if target.is_local or not found.get(settings.DELIVERY_URL):
        more["delivery"] = page
    site = from_environment(found, **more)
    return application(site, Route(f"/{outputs.RENDITIONS}{{rest:path}}", lambda request: _rendition(site, request)))


def serve(app: Guarded, on: socket.socket) -> None:
    """Answer until a signal ends it; the signal's KeyboardInterrupt follows."""
    end = _LAST_ANSWERS_S
    config = Config(
        app, lifespan="off", ws="none", log_level="warning", access_log=False, timeout_graceful_shutdown=end
    )
    Server(config).run([on])


def _rendition(site: Site, request: Request) -> Response:
    """Answer as CloudFront does, with what was stored beside the file."""
    source = Source(bucket=site.target, key=outputs.RENDITIONS + request.path_params["rest"])
    try:
        content, stored = storage.get(source)
    except ObjectGone as error:
        raise HTTPException(404) from error
    # Any page may show it: its address is all that it takes.
    headers = {"Cache-Control": outputs.FOR_EVER, "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(content, headers=headers, media_type=stored["ContentType"])


def _inbox(target: Target) -> list[Mail]:
    mails = [
        Mail(", ".join(each["To"]), each.get("Subject", ""), each.get("BodyText", ""), iso(each["Timestamp"]))
        for each in ministack.mails(target.endpoint or "")
    ]
    return sorted(mails, key=lambda mail: mail.at, reverse=True)
