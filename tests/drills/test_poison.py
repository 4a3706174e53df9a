"""A poison picture among good ones."""

from brigade.flow import mappings
from services.chain import CHAIN
from tests.drills.drill import PICTURES, Drill
from tests.drills.workers import needs_proc, sender
from tests.support import pictures
from tests.support.proxy import Answer, Forward, Request

POISON = "in/poison.jpg"
NORMALIZE = CHAIN.actor("normalize")
RECEIVES = 5


@needs_proc
def test_a_picture_that_kills_every_process_that_decodes_it(drill: Drill) -> None:
    """Its message is received together with others, which must be none the worse for that."""
    kills: list[Request] = []

    def rule(request: Request, forward: Forward) -> Answer | None:
        if request.key != POISON or not (worker := sender(drill.cloud.pid, request)).is_of(NORMALIZE):
            return forward()
        worker.kill()
        kills.append(request)
        return None

    drill.proxy.rule = rule
    drill.one_at_once(NORMALIZE)
    drill.hide_for(1, NORMALIZE)
    drill.permit(RECEIVES, NORMALIZE)
    list(mappings.switch(drill.pipeline, [NORMALIZE], on=False))
    drill.upload(PICTURES // 2)
    drill.put(POISON, pictures.jpeg())
    drill.upload(PICTURES // 2)
    list(mappings.switch(drill.pipeline, [NORMALIZE], on=True))
    account = drill.account(POISON)
    assert len(kills) == RECEIVES
    assert account.wrong == []
