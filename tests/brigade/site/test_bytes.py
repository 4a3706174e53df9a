"""Bytes outside of what is written stay as they are, whatever encoding and line ends; and nothing is written twice."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import turbohtml
from hypothesis import given
from hypothesis import strategies as st

from brigade.site import documents, rewriting
from brigade.site.layout import is_ours
from brigade.site.places import Edit, applied
from tests.support.web import BASE, ready

SERVED = rewriting.served(ready("site/a.png", (96, 64)), BASE)
# What stands around pictures, in any encoding in which ASCII is ASCII.
ENDS = [b"\n", b"\r\n", b"\r", b"\n\n", b"  \n"]
ODD = [b"\xef\xbb\xbf", b"\xff", b"\x82\xa0\x5c", b"\0", b"\x0c", b"&amp;", b"&", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80"]
HTML = [
    b"<p\r\nclass='a b'>",
    b"</p>",
    b"<!-- <img src=a.png> -->",
    b"<b a=1 a=2>",
    b"</x",
    b"<script>'<img src=a.png>'</script>",
]
IMAGES = [
    b"<img src=a.png>",
    b'<img\r\n alt="\xff>" src = "a.png"\r/>',
    b"<a href='a.png'>",
    b"<IMG SRC=a.png alt=x\r>",
]
MARKDOWN = [
    b"![x](a.png)",
    b"[\xc3\xa4](<a.png>\r\n 'T')",
    b"<img alt='x' src='a.png'>",
    b"![![](a.png)]( a.png\t)",
    b"`",
    b"# x",
    b"\n    ",
]
CSS = [
    b"a{b:url(a.png)}",
    b"p{b:URL( 'a.png'\r)}",
    b"/* url(a.png) */",
    b"@x{",
    b"}",
    b"\\",
    b'"',
    b"\xc3\xa9{c:url(a\\.png)}",
]
TOKENS = [b"url(a.png)", b"URL( 'a.png'\r)", b"url(a\\.png)"]


def rewritten(name: str, raw: bytes) -> tuple[bytes, list[Edit]]:
    """Return a document as it becomes, and what was changed in it."""
    with TemporaryDirectory() as made:
        root = Path(made).resolve()
        (root / name).write_bytes(raw)
        edits = [
            edit
            for document in documents.find(root, lambda *_: None)
            for place in document.places
            for edit in rewriting.edits(document, place, SERVED, wrap=True)
        ]
    return applied(raw, edits), edits


def in_turn(raw: bytes, edits: list[Edit]) -> bytes:
    """Return the document with its edits, made one by one from its end; only addresses may give way."""
    for start, end, new in sorted(edits, key=lambda edit: edit[:2])[::-1]:
        assert raw[start:end] in {b"", b"a.png", *TOKENS}
        raw = raw[:start] + new + raw[end:]
    return raw


def outline(raw: bytes) -> list[str]:
    """Return the elements of a page and its text, without what was put there."""
    page = turbohtml.parse(raw.decode("latin-1"))
    return [page.text, *(each.tag for each in page.find_all(True) if not is_ours(each))]


def made_of(*parts: list[bytes]) -> st.SearchStrategy[bytes]:
    pieces = st.lists(st.one_of(*(st.sampled_from(each) for each in (ENDS, ODD, *parts))), max_size=15)
    return pieces.map(b"".join).filter(lambda raw: not raw.startswith((b"\xff\xfe", b"\xfe\xff")))


@given(made_of(HTML, IMAGES, IMAGES))
def test_html(raw: bytes) -> None:
    after, edits = rewritten("a.html", raw)
    assert after == in_turn(raw, edits)
    assert rewritten("a.html", after) == (after, [])
    assert outline(after) == outline(raw)


@given(made_of(MARKDOWN, MARKDOWN, HTML))
def test_markdown(raw: bytes) -> None:
    after, edits = rewritten("a.md", raw)
    assert after == in_turn(raw, edits)
    assert rewritten("a.md", after) == (after, [])


@given(made_of(CSS, CSS))
def test_css(raw: bytes) -> None:
    after, edits = rewritten("a.css", raw)
    assert after == in_turn(raw, edits)
    assert rewritten("a.css", after) == (after, [])


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("name", "parts", "count"),
    [("a.html", [*HTML[:3], *IMAGES], 13), ("a.md", MARKDOWN[:4], 6), ("a.css", [b"p{}", *CSS[:3], CSS[-1]], 3)],
)
def test_every_picture_is_found_at_every_line_end(name: str, parts: list[bytes], count: int, end: bytes) -> None:
    _, edits = rewritten(name, end.join(parts))
    assert len(edits) == count


def test_two_edits_of_the_same_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="two edits overlap at byte 1"):
        applied(b"abc", [Edit(0, 2, b"x"), Edit(1, 3, b"y")])
