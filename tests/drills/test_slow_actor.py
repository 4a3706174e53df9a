"""An actor is slower than its queue's visibility timeout allows."""

import time
from collections import Counter

from services.chain import CHAIN
from tests.drills.drill import Drill
from tests.support.proxy import Answer, Forward, Request

RESIZE = CHAIN.actor("resize")
VISIBLE_AFTER_S = 4
# How long a slow picture's renditions take, all at once: longer than that, less than the client waits for an answer.
SLOW_S = 6
# The first picture is slow, and every so many after it.
EVERY = 40


def test_a_slow_actor_overruns_its_visibility(drill: Drill) -> None:
    """Its messages are given to somebody else while it is still at work on them: both write the same."""
    stored: Counter[str] = Counter()
    pictures: dict[str, int] = {}

    def rule(request: Request, forward: Forward) -> Answer | None:
        if request.method == "PUT" and request.key.startswith("renditions/"):
            stored[request.key] += 1
            number = pictures.setdefault(request.key.split("/")[1], len(pictures))
            if number % EVERY == 0 and stored[request.key] == 1:
                time.sleep(SLOW_S)
        return forward()

    drill.proxy.rule = rule
    drill.hide_for(VISIBLE_AFTER_S, RESIZE)
    drill.upload()
    account = drill.account()
    assert max(stored.values()) > 1, "nobody was overtaken"
    assert account.wrong == []
