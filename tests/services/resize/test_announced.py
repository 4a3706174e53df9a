"""No recipe that is read makes an announcement that SNS would not take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.recipes import Rendition, announced_bytes, parse
from kit.envelope import MAX_BYTES, encode, wrap
from kit.errors import ConfigurationError
from kit.events import Image, ImageSettled, Source, StoredMaster, StoredRendition
from kit.tracing import Trace
from services.resize import effects
from tests.support.strategies import renditions

# The longest that each can be: a key of control characters takes six bytes for each of its own in JSON.
BUCKET, FILE, SIDE, BYTES = "b" * 63, "f" * 36 + ".12345678.avif", 65_500, 10**9
SOURCE = Source(
    bucket=BUCKET,
    key="\x01" * 1_024,
    version="v" * 1_024,
    etag="e" * 64,
    size=BYTES,
    sequencer="F" * 32,
    uploaded_at="2026-11-27T00:00:00.000Z",
)
MASTER = StoredMaster(
    bucket=BUCKET,
    key=f"normalized/{FILE}",
    format="JPEG",
    width=SIDE,
    height=SIDE,
    bytes=BYTES,
    method="re-encoded, tone-mapped",
)


def longest(rendition: Rendition) -> StoredRendition:
    """Return the rendition as it would be announced, with the longest words for how it may be made."""
    words = map(effects.name, rendition.effects)
    return StoredRendition(
        name=rendition.name,
        bucket=BUCKET,
        key=f"renditions/{FILE}/{rendition.name}.12345678.avif",
        format="AVIF",
        width=SIDE,
        height=SIDE,
        bytes=BYTES,
        method=", ".join(["draft, bicubic, lanczos", *words, "quality 100, full chroma (ssim 1.000)"]),
    )


@given(some=st.lists(renditions(largest=900), min_size=1, max_size=20))
def test_an_announcement_is_never_larger_than_its_recipe_says(some: list[Rendition]) -> None:
    event = ImageSettled(
        image=Image(id="ffffffff-ffff-5fff-bfff-ffffffffffff", source=SOURCE),
        status="QUARANTINED",
        before="QUARANTINED",
        settled=10**9,
        recipe="r" * 63,
        master=MASTER,
        renditions=tuple(longest(each) for each in some),
    )
    trace = Trace.start().child()
    envelope = wrap(event, "a" * 20, trace, version="v" * 64, attempts=1_000, queued_ms=10**9, worked_ms=10**6)
    assert len(encode(envelope).encode()) <= announced_bytes(some)


def test_a_recipe_whose_announcement_may_be_too_large_is_refused_with_the_reason() -> None:
    def text(count: int) -> str:
        parts = (f'[[recipe.rendition]]\nname = "rendition-{n:04}"\nwidth = 9\n' for n in range(count))
        return '[[recipe]]\nname = "r"\n' + "".join(parts)

    most = (MAX_BYTES - 10_000) // (400 + 2 * len("rendition-0000"))
    assert len(parse(text(most)).recipe[0].rendition) == most
    with pytest.raises(ConfigurationError, match=rf"line 1: recipe r: {most + 1} renditions are too many"):
        parse(text(most + 1))
