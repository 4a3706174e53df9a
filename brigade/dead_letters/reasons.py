"""What a dead letter's reason means, and what to do about it: each is declared where it is raised."""

from functools import cache

from brigade.dead_letters.letter import UNKNOWN
from infra.names import UNDELIVERED
from kit.errors import Rejected, Retryable
from services.chain import CHAIN

_MEND = "Upload a good picture under the same key, edit the message, or discard it."
_PASSING = "Redrive it when the cause is gone."
_OTHERS = {
    UNKNOWN: "The message does not say why: its function was stopped before it could, as for want of time or memory. "
    "Redrive a few of them first.",
    UNDELIVERED: "SNS could not deliver it. A redrive sends it to all who hear it.",
    "unexpected-error": "A bug, or something that nobody foresaw: `brigade logs ACTOR --errors` has its traceback. "
    "Mend that, then redrive it.",
}


def explanation(reason: str) -> str:
    """Return what a reason means and what to do; empty for a word that is none of ours."""
    if kind := _declared().get(reason):
        said = " ".join((kind.__doc__ or "").split())
        return said if "redrive" in said else f"{said} {_MEND if issubclass(kind, Rejected) else _PASSING}"
    return _OTHERS.get(reason, "")


@cache
def _declared() -> dict[str, type[Rejected] | type[Retryable]]:
    refused = {each.reason: each for actor in CHAIN.whole.actors for each in actor.rejects}
    return refused | {each.reason: each for each in Retryable.__subclasses__()}
