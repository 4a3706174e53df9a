"""Visitors all at once, then one who attacks the quota: what becomes of every upload through `brigade portal`.

Run it with `make visitors`. Each visitor has a source address of their own on loopback, signs in by the mail's code,
and sends five files, one of which is no picture. It ends with 1 where an upload is not accounted for.
"""

import asyncio
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from PIL import Image as Picture

from brigade.deploy import deployment
from brigade.local import local_cloud
from brigade.target import local_target

VISITORS = int(os.environ.get("VISITORS", "200"))
FILES = 5
PATIENCE_S = 900
STACK = "visitors"
QUOTA = 1_000_000
_AT_ONCE = 24
_SIZE = (120, 80)
_NO_PICTURE = b"no picture"
# The portal is what is looked at, not resizing.
_RECIPE = '[[recipe]]\nname = "small"\nrendition = [{ name = "small", width = 60 }]\n'


@dataclass
class Visitor:
    """One visitor. ``seconds`` is how long each request took, ``sent`` which uploads S3 took."""

    page: str
    number: int
    sent: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cookie: str = ""

    @property
    def email(self) -> str:
        return f"visitor{self.number}@example.org"

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        began = time.monotonic()
        answer = await self._client.request(method, self.page + path, headers={"cookie": self.cookie}, **more)
        self.seconds.append(time.monotonic() - began)
        return answer

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        address = f"127.0.{1 + self.number // 250}.{1 + self.number % 250}"
        # Nothing here is TLS, whose certificates take longer to read than a request takes. A connection that was idle
        # may be closed while the next request is under way.
        each = httpx.Limits(max_keepalive_connections=0)
        transport = httpx.AsyncHTTPTransport(verify=False, local_address=address, limits=each)
        return httpx.AsyncClient(transport=transport, timeout=60)

    async def sign_in(self, codes: dict[str, str]) -> None:
        answer = await self.ask("POST", "api/sessions/confirm", json={"email": self.email, "code": codes[self.email]})
        self.cookie = answer.raise_for_status().headers["set-cookie"].partition(";")[0]

    async def ticket(self, name: str, size: int) -> httpx.Response:
        return await self.ask("POST", "api/uploads", json={"name": name, "size": size, "type": "image/jpeg"})

    async def upload(self) -> None:
        for place in range(FILES):
            content = _NO_PICTURE if place == FILES - 1 else picture(self.number, place)
            ticket = (await self.ticket(f"{place}.jpg", len(content))).raise_for_status().json()
            sent = await self._client.post(ticket["url"], data=ticket["fields"], files={"file": content})
            sent.raise_for_status()
            self.sent.append(ticket["upload"])

    async def settled(self) -> list[dict[str, Any]]:
        """Return the visitor's pictures once nothing more happens to them; after PATIENCE_S as they are."""
        end = time.monotonic() + PATIENCE_S
        while True:
            found: list[dict[str, Any]] = (await self.ask("GET", "api/pictures")).json()["pictures"]
            if all(each["settled"] for each in found) or time.monotonic() > end:
                return found
            await asyncio.sleep(2)


def picture(visitor: int, place: int) -> bytes:
    """Return a small JPEG that no other visitor has."""
    file = io.BytesIO()
    Picture.new("RGB", _SIZE, (visitor % 256, place * 50, visitor // 256)).save(file, "JPEG")
    return file.getvalue() + f"{visitor} {place}".encode()


async def everybody(visitors: list[Visitor], does: Any) -> list[Any]:
    """Let visitors do something, so many at once."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(visitor: Visitor) -> Any:
        async with gate:
            return await does(visitor)

    return await asyncio.gather(*map(one, visitors))


async def visit(page: str) -> bool:
    """Let all visitors in, and the attacker after them; print what became of it and return whether all is well."""
    visitors = [Visitor(page, number) for number in range(VISITORS + 1)]
    began = time.monotonic()
    await everybody(visitors, lambda each: each.ask("POST", "api/sessions", json={"email": each.email}))
    mails = (await visitors[0].ask("GET", "api/inbox")).json()["mails"]
    codes = {mail["to"]: re.findall(r"\d{6}", mail["text"])[0] for mail in mails}
    await everybody(visitors, lambda each: each.sign_in(codes))
    *guests, attacker = visitors
    await everybody(guests, Visitor.upload)
    sent = time.monotonic() - began
    outcomes: Counter[str] = Counter()
    for guest, found in zip(guests, await everybody(guests, Visitor.settled), strict=True):
        by_upload = {each["upload"]: each for each in found}
        for upload in guest.sent:
            shown = by_upload.get(upload, {"status": "LOST", "reason": None})
            outcomes[": ".join(filter(None, (shown["status"], shown["reason"])))] += 1
    took = sorted(second for each in guests for second in each.seconds)
    print(f"{VISITORS} visitors, {sum(outcomes.values())} uploads sent in {sent:.1f} s, settled after", end=" ")
    print(f"{time.monotonic() - began:.1f} s; a request took {took[len(took) // 2] * 1000:.0f} ms (median), ", end="")
    print(f"{took[int(len(took) * 0.99)] * 1000:.0f} ms (99th percentile)")
    for outcome, count in outcomes.most_common():
        print(f"  {count:5} {outcome}")
    answers = await asyncio.gather(*(attacker.ticket("a.jpg", 90_000) for _ in range(100)))
    statuses = Counter(answer.status_code for answer in answers)
    signed = 90_000 * statuses[201]
    print(f"quota attack, 100 requests at once for {QUOTA:,} bytes: {dict(statuses)}, {signed:,} bytes signed")
    expected = {"READY": VISITORS * (FILES - 1), "FAILED: The file is not a picture, whatever its name says.": VISITORS}
    return outcomes == expected and statuses == {201: QUOTA // 90_000, 429: 100 - QUOTA // 90_000}


def main() -> None:
    settings = {"PortalMailFrom": "portal@example.org", "PortalVisitorBytesADay": str(QUOTA)}
    with local_cloud.running() as cloud, tempfile.TemporaryDirectory() as folder:
        target, recipes = local_target(cloud.endpoint), Path(folder, "recipes.toml")
        recipes.write_text(_RECIPE, encoding="utf-8")
        deployment.deploy(target, STACK, recipes=recipes, version="visitors", settings=settings)
        command = [sys.executable, "-m", "brigade", "portal", "--port", "0", "--stack", STACK]
        variables = os.environ | target.variables()
        with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as portal:
            page = re.findall(r"http://\S+", (portal.stdout or sys.stdin).readline())[0]
            try:
                is_well = asyncio.run(visit(page))
            finally:
                portal.terminate()
    sys.exit(0 if is_well else "not every upload is accounted for")


if __name__ == "__main__":
    main()
