"""Markup: what a page gets of a picture, whatever its names, texts and renditions hold."""

import html
import string
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.events import Source, StoredMaster, StoredRendition
from records.markup import FORMS, Markup, NoAlt, NotShown, forms, markup, url
from records.picture import Described, PictureRecord
from records.status import Status
from tests.support.validating import amp_errors, html_errors, needs_validators

LQIP = "data:image/webp;base64,UklGRjQAAABXRUJQVlA4ICgAAACwAQCdASoQAAsAA0AmJYgCdAEO/hOMAAD++TH/7hf5kTP0Mc2gAAA="
BASE = "https://pictures.example/"


def rendition(format_: str, width: int, height: int = 0, method: str = "lanczos", **more: str) -> StoredRendition:
    name = more.get("name", f"{width}w-{format_.lower()}")
    return StoredRendition(
        name=name,
        bucket="target",
        key=more.get("key", f"renditions/i/{name}.{format_.lower()}"),
        format=format_,
        width=width,
        height=height or round(width * 2 / 3),
        bytes=1,
        method=method,
    )


WEB = tuple(rendition(format_, width) for width in (480, 960) for format_ in ("AVIF", "WEBP", "JPEG"))


def record(*renditions: StoredRendition, master: str = "JPEG", **more: Any) -> PictureRecord:
    whole = StoredMaster(bucket="target", key="n", format=master, width=3000, height=2000, bytes=1, method="m")
    facts: dict[str, Any] = {"status": Status.READY, "source": Source(bucket="s", key="beach.jpg"), "lqip": LQIP} | more
    return PictureRecord(image_id="i", master=whole, renditions=renditions or WEB, **facts)


class Tags(HTMLParser):
    """The tags of a fragment, with their attributes as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), "an attribute twice"
        self.found.append((tag, dict(attrs)))


def listed(srcset: str | None) -> list[tuple[str, int]]:
    """Return a srcset's URLs and widths, by HTML's own rules: spaces end a URL, and commas a candidate."""
    parts = [each.split() for each in (srcset or "").split(", ")]
    return [(each, int(width.removesuffix("w"))) for each, width in parts]


def test_a_browser_is_offered_every_format_and_width_the_smallest_files_first() -> None:
    tags = Tags(markup(record(), base=BASE, alt="A beach").picture()).found
    assert [(tag, each.get("type")) for tag, each in tags] == [
        ("picture", None),
        ("source", "image/avif"),
        ("source", "image/webp"),
        ("img", None),
    ]
    large = f"{BASE}renditions/i/960w-jpeg.jpeg"
    img = tags[-1][1]
    assert listed(img["srcset"]) == [(large.replace("960", "480"), 480), (large, 960)]
    assert (img["src"], img["width"], img["height"], img["alt"]) == (large, "960", "640", "A beach")
    assert (img["loading"], img["sizes"], img["decoding"]) == ("lazy", "(max-width: 960px) 100vw, 960px", "async")
    assert {each["sizes"] for tag, each in tags if tag == "source"} == {img["sizes"]}


def test_what_is_seen_at_once_does_not_wait() -> None:
    shown = markup(record(), eager=True, sizes="50vw", alt="")
    [(_, img)] = Tags(shown.img()).found
    assert (img["fetchpriority"], img["sizes"], img["alt"], "loading" in img) == ("high", "50vw", "", False)
    assert "data-hero" in Tags(shown.amp()).found[0][1]


def test_a_small_picture_whose_renditions_are_all_as_wide_has_nothing_to_choose() -> None:
    small = [rendition("JPEG", 300, name=name) for name in ("480w", "960w")]
    shown = markup(record(*small), alt="x")
    [(_, img)] = Tags(shown.img()).found
    assert img["src"] == "renditions/i/480w.jpeg"
    assert not {"srcset", "sizes"} & set(img)
    assert shown.data()["sizes"] is None


AUTO = "quality 71 (ssim 0.982)"
UNCHANGED = rendition("JPEG", 900, method="lanczos, unchanged")


@pytest.mark.parametrize(
    ("renditions", "taken"),
    [
        ([rendition("JPEG", 600, 600), rendition("JPEG", 50), rendition("JPEG", 150, 101)], [50, 150]),
        ([rendition("JPEG", 900, method="lanczos, pixelate 8"), rendition("JPEG", 300)], [300]),
        ([rendition("JPEG", 300, method=f"draft, bicubic, lanczos, {AUTO}"), UNCHANGED], [300, 900]),
        ([rendition("JPEG", width, method=f"lanczos, watermark 0.2, {AUTO}") for width in (300, 900)], [300, 900]),
        ([rendition("JPEG", 600, 600), rendition("JPEG", 300, 300), rendition("JPEG", 90, 160)], [300, 600]),
        ([rendition("PNG", 600), rendition("JPEG", 300)], [300]),
        ([rendition("WEBP", 600), rendition("AVIF", 300)], [600]),
    ],
    ids=["whole", "no effects", "any encoding", "all have one", "only cut", "master's own format", "nothing older"],
)  # fmt: skip
def test_the_whole_picture_is_shown_without_effects_where_the_recipe_makes_it(
    renditions: list[StoredRendition], taken: list[int]
) -> None:
    assert [each.width for each in markup(record(*renditions)).fallback.files] == taken


def test_a_transparent_png_falls_back_to_png() -> None:
    shown = markup(record(rendition("JPEG", 300), rendition("PNG", 300), rendition("WEBP", 300), master="PNG"))
    assert [each.media_type for each in shown.sources] == ["image/webp", "image/png"]


def test_alt_is_the_callers_or_else_the_photographers_and_never_invented() -> None:
    told = record(camera=Described(alt="A beach at dusk"))
    assert [markup(told).alt, markup(told, alt="Sand").alt, markup(told, alt="").alt] == ["A beach at dusk", "Sand", ""]
    unknown = markup(record())
    assert all("alt" not in each for _, each in Tags(unknown.picture()).found)
    assert unknown.data()["alt"] is None
    with pytest.raises(NoAlt):
        unknown.markdown()


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.READY])
def test_what_is_not_ready_is_not_shown(status: Status) -> None:
    with pytest.raises(NotShown, match=f"beach.jpg is {status}"):
        markup(record(status=status))
    assert forms(record(status=status)) is None


def test_a_record_of_an_earlier_release_has_no_placeholder() -> None:
    assert "style" not in markup(record(lqip="")).img()
    assert "placeholder" not in markup(record(lqip="")).amp()
    assert "style" not in markup(record(lqip="data:image/webp;base64,AA'); x:url(")).img()


def test_every_form_is_there_and_markdown_only_with_a_text() -> None:
    assert set(forms(record()) or {}) == {*FORMS, "json"}
    assert (forms(record()) or {})["markdown"] is None
    assert (forms(record(camera=Described(alt="[A] beach"))) or {})["markdown"] == (
        r"![\[A\] beach](renditions/i/960w-jpeg.jpeg)"
    )


ATTRIBUTES = {"type", "srcset", "src", "sizes", "width", "height", "alt", "style", "layout", "placeholder", "fallback"}
ATTRIBUTES |= {"loading", "fetchpriority", "decoding", "data-hero"}
TEXT = st.text(st.characters(), max_size=30) | st.text(string.punctuation + " \n", max_size=30)
KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
WIDTHS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["AVIF", "WEBP", "JPEG", "PNG"]), KEYS), min_size=1)


@settings(max_examples=60)
@given(found=WIDTHS, alt=TEXT, sizes=TEXT, base=KEYS, eager=st.booleans())
def test_nothing_that_a_key_or_a_text_holds_gets_out_of_its_place(
    found: list[tuple[int, str, str]], alt: str, sizes: str, base: str, eager: bool
) -> None:
    renditions = [rendition(format_, 300 * width, 200 * width, key=f"r/{key}") for width, format_, key in found]
    base = f"https://x.example/{base.translate(str.maketrans('', '', '?#/%'))}/"
    shown = markup(record(*renditions), base=base, alt=alt, sizes=sizes, eager=eager)
    quoted = url(base, "")
    for tag, attributes in (each for form in ("picture", "img", "amp") for each in Tags(FORMS[form](shown)).found):
        assert tag in {"picture", "source", "img", "amp-img", "noscript"}
        assert set(attributes) <= ATTRIBUTES
        if "srcset" in attributes:
            urls = listed(attributes["srcset"]) if "sizes" in attributes else [(attributes["srcset"] or "", 0)]
            assert len({width for _, width in urls}) == len(urls)
            for each, _ in urls:
                assert each.isascii()
                assert unquote(each.removeprefix(quoted)) in {each.key for each in renditions}
        if attributes.get("alt"):
            assert attributes["alt"] == shown.alt
            assert "\n" not in str(attributes["alt"])


@settings(max_examples=60)
@given(alt=TEXT, key=KEYS)
def test_markdown_says_the_very_text(alt: str, key: str) -> None:
    pyromark = pytest.importorskip("pyromark", reason="pyromark reads the Markdown here")
    shown = markup(record(rendition("JPEG", 300, key=key)), alt=alt, base="/a&copy;(b)")
    [(_, img)] = [each for each in Tags(pyromark.html(f"a {shown.markdown()} b")).found if each[0] == "img"]
    assert (img["alt"], img["src"]) == (shown.alt, shown.fallback.widest.url)


def every_way() -> list[Markup]:
    """Return markup of all kinds: formats, widths, texts, with and without a placeholder."""
    odd = rendition("JPEG", 300, key="renditions/a b,c/(d)'\"<&>ü %.jpeg")
    records = [record(), record(odd), record(WEB[0], odd, lqip=""), record(*WEB[:2]), record(WEB[1], master="PNG")]
    texts = ["A beach", "", 'Say "<b>&amp;</b>"', "日本 👨‍👩‍👧 \u2028\x00\x85\ufdd0", None]
    return [
        markup(each, alt=alt, base=base, eager=eager)
        for each, alt, eager in zip(records * 2, texts * 2, [True] * 5 + [False] * 5, strict=True)
        for base in ("", BASE, "/my pictures")
    ]


@needs_validators
def test_nu_finds_nothing_wrong_but_an_alt_that_nobody_has_given(tmp_path: Path) -> None:
    shown = every_way()
    bodies = [each.picture() + each.img() for each in shown]
    errors = html_errors(bodies, tmp_path)
    unsaid = [number for number, each in enumerate(shown) if each.alt is None]
    assert {int(each.partition(":")[0]) for each in errors} == set(unsaid), errors
    assert all("must have an “alt” attribute" in each for each in errors)


@needs_validators
def test_amps_own_validator_finds_nothing_wrong(tmp_path: Path) -> None:
    assert amp_errors([each.amp() for each in every_way()], tmp_path) == []
    assert amp_errors([markup(record(), alt="x").picture()], tmp_path)  # it would say so


def test_data_has_the_same_as_the_markup() -> None:
    shown = markup(record(), alt="<b>", base=BASE)
    data = shown.data()
    assert html.escape(data["sources"][0]["srcset"]) in shown.picture()
    assert data["sources"][-1]["files"][-1] == {"url": data["src"], "width": 960, "height": 640}
    assert (data["alt"], data["placeholder"], data["width"], data["height"]) == ("<b>", LQIP, 960, 640)
