"""The chain as a drawing for the docs' site, where nothing draws Mermaid: an SVG in the page's own colours."""

from collections.abc import Iterator, Sequence

from kit.actor import Actor, Bucket
from kit.chain import Chain, says

_WIDTH, _STEP, _GAP = 720, 26, 18  # pixels: of the drawing, from one event to the next, between two actors
_BOX, _EVENT = 150, 170  # how wide an actor and an event are


def drawing(chain: Chain) -> str:
    """Return each actor between the events that it hears and those that it says, as an element for HTML."""
    parts: list[str] = []
    top = _GAP / 2
    for actor in chain.actors:
        heard = ["the table's stream"] if actor.stream else [event.kind for event in actor.receives]
        said = [event.kind for event in says(actor)]
        said += ["target bucket"] if any(p.bucket is Bucket.TARGET for p in (*actor.writes, *actor.deletes)) else []
        said += ["catalog table"] if actor.table else []
        high = max(len(heard), len(said), 2) * _STEP
        parts += _row(actor, heard, said, top, high)
        top += high + _GAP
    style = "max-width:100%;height:auto;font:12px sans-serif;fill:none;stroke:currentColor"
    size = f'viewBox="-1 0 {_WIDTH + 2} {top:.0f}" width="{_WIDTH}"'
    head = f'<svg role="img" aria-label="The chain" {size} style="{style}">'
    return "".join([head, *parts, "</svg>"])


def _row(actor: Actor, heard: Sequence[str], said: Sequence[str], top: float, high: float) -> Iterator[str]:
    left, middle = (_WIDTH - _BOX) / 2, top + high / 2
    yield _box(actor.name, (left, middle - 13, _BOX, 26), 'stroke-width="3"')
    yield f'<path d="M{left - 6:g} {middle - 11:g}v22"/>'  # its queue
    yield _box("dead letters", (left + 20, middle + 15, _BOX - 40, 16), 'stroke-dasharray="4 3"')
    for words, begin, side in ((heard, 0.0, left - 6), (said, float(_WIDTH - _EVENT), left + _BOX)):
        for number, word in enumerate(words):
            y = middle + (number - (len(words) - 1) / 2) * _STEP
            yield _box(word, (begin, y - 10, _EVENT, 20), 'rx="10"')
            yield f'<path d="M{begin + (0 if begin else _EVENT):g} {y:g}L{side:g} {middle:g}"/>'


def _box(word: str, place: tuple[float, float, float, float], more: str) -> str:
    x, y, wide, high = place
    words = 'text-anchor="middle" fill="currentColor" stroke="none"'
    label = f'<text x="{x + wide / 2:g}" y="{y + high / 2 + 4:g}" {words}>{word}</text>'
    return f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" {more}/>{label}'
