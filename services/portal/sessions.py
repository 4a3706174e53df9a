"""Signing in: a mail with a code and a link, its confirmation, and the session that follows. No secret is stored."""

import hmac
import logging
import secrets
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from email_validator import EmailNotValidError, validate_email

from kit import metrics
from services.portal import quotas
from services.portal.problems import Refused
from services.portal.site import Site
from services.portal.structs import TYPES, Confirmation, Left, Limits, Session, SignIn
from services.portal.visit import Answer, Visit, digest, visitor_of

log = logging.getLogger("brigade")

COOKIE = "__Host-session"
CODE_S, SESSION_S = 15 * 60, 30 * quotas.DAY_S
TRIES = 5
_DNS_S = 3
_WRONG = "the code or the link is wrong, was used, or is too old: ask for a new one"


def ask(visit: Visit, said: SignIn) -> Answer:
    """Mail a code and a link. What is answered does not depend on whether the address was ever seen, or had too many.

    Raises Refused: 422 for what is no address, or one of a domain that may not sign in, 429 for one network's too many.
    """
    site = visit.site
    one = {"mails": 1}
    quotas.reserve(site.items, quotas.of_asking(visit.network), one, "too many mails were asked for from here")
    email = _checked(site, said.email, looks_up=site.looks_up)
    who = visitor_of(email)
    try:
        quotas.reserve(site.items, quotas.of_mails(who), one, "")
    except Refused:
        log.warning("no mail: the address or the portal had its share")
        return Answer(202)
    code, token = f"{secrets.randbelow(10**6):06}", secrets.token_urlsafe(32)
    item = {"email": email, "code": digest(code), "token": digest(token), "tries": 0}
    site.items.put(f"code#{who}", CODE_S, item)
    _mail(site, email, code, f"{visit.page}#token={who}.{token}")
    return Answer(202)


def confirm(visit: Visit, said: Confirmation) -> Answer:
    """Begin a session, by the code or by the link's token; each mail confirms once.

    Raises Refused: 403 for a wrong one, the same whether a mail was sent or not, 422, and 429 after too many tries.
    """
    items = visit.site.items
    if said.token and not (said.email or said.code):
        who, _, secret = said.token.partition(".")
    elif said.email and said.code and not said.token:
        who, secret = visitor_of(_checked(visit.site, said.email)), said.code
    else:
        raise Refused(422, "give the address and the code, or the token of the link")
    quotas.reserve(items, quotas.of_tries(visit.network), {"tries": 1}, "too many codes were tried from here")
    key = f"code#{who}"
    # Nobody guesses a token, so that who wastes an address's tries leaves its owner the link.
    may = said.token or items.count(key, {"tries": 1}, most={"tries": TRIES})
    known = (items.get(key) if may else None) or {}
    given = known.get("token" if said.token else "code", "")
    if not hmac.compare_digest(given, digest(secret)) or not items.delete(key):
        raise Refused(403, _WRONG)
    token = secrets.token_urlsafe(32)
    items.put(_key(token), SESSION_S, {"email": known["email"]})
    return Answer(200, _session(visit.site, known["email"]), {"Set-Cookie": _cookie(token, SESSION_S)})


def signed_in(site: Site, token: str) -> dict[str, str]:
    """Return what a visit knows of its visitor; raises Refused (401) without a session."""
    found = site.items.get(_key(token)) if token else None
    if not found:
        raise Refused(401, "sign in first")
    return {"session": _key(token), "email": found["email"], "visitor": visitor_of(found["email"])}


def show(visit: Visit) -> Answer:
    """Say who is signed in, and what is left of today."""
    return Answer(200, _session(visit.site, visit.email))


def end(visit: Visit) -> Answer:
    """Sign out."""
    visit.site.items.delete(visit.session)
    return Answer(204, headers={"Set-Cookie": _cookie("", 0)})


def _session(site: Site, email: str) -> Session:
    limits = site.limits
    today: dict[str, Any] = site.items.get(quotas.of_visitor(limits, visitor_of(email)).key(site.items.now())) or {}
    return Session(
        email=email,
        limits=Limits(bytes_a_file=limits.bytes_a_file, bytes_a_day=limits.visitor_bytes_a_day, types=TYPES),
        left=Left(bytes=max(0, limits.visitor_bytes_a_day - today.get("bytes", 0))),
        local=site.inbox is not None,
    )


def _checked(site: Site, email: str, *, looks_up: bool = False) -> str:
    try:
        found = validate_email(email, allow_smtputf8=False, check_deliverability=looks_up, timeout=_DNS_S)
    except EmailNotValidError as error:
        raise Refused(422, str(error)) from error
    if site.domains and found.ascii_domain.lower() not in site.domains:
        raise Refused(422, f"addresses of these domains may sign in: {', '.join(sorted(site.domains))}")
    return found.ascii_email or found.normalized


def _mail(site: Site, email: str, code: str, link: str) -> None:
    """Send it; a failure is logged only, for what is answered must not tell what SES thinks of an address."""
    text = (
        f"Your code is {code}\n\nType it into the page that you asked from, or follow this link:\n{link}\n\n"
        f"Both are good for {CODE_S // 60} minutes, and once. If you did not ask for this, do nothing.\n"
    )
    try:
        site.send(email, f"{code} is your code", text)
    except (ClientError, BotoCoreError) as error:
        what, counted = type(error).__name__, metrics.mail_refused()
        log.error("a code could not be mailed: %s", what, extra=counted)  # noqa: TRY400 - the text names the address


def _key(token: str) -> str:
    return f"session#{digest(token)}"


def _cookie(token: str, seconds: int) -> str:
    return f"{COOKIE}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"
