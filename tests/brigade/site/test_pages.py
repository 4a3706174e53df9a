"""What becomes of pages, and what is left as it is."""

from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from records.picture import Original
from tests.support.web import BASE, Site, short

FLUID = "<style>img { max-width: 100%; height: auto }</style>"
SIZES = "(max-width: 1200px) 100vw, 1200px"


@pytest.fixture(autouse=True)
def photo(site: Site) -> None:
    site.picture("img/larch.jpg", (1200, 800))


def srcset(format_: str) -> str:
    return f'srcset="w480.{format_} 480w, w960.{format_} 960w"'


class TestAnImage:
    def test_offers_every_width_and_format_and_its_size_where_pictures_are_fluid(self, site: Site) -> None:
        assert site.page(FLUID + '<p><img src="img/larch.jpg" alt="A larch" class=big></p>') == (
            f'{FLUID}<p><picture data-brigade="">'
            f'<source type="image/avif" {srcset("avif")} sizes="{SIZES}">'
            f'<source type="image/webp" {srcset("webp")} sizes="{SIZES}">'
            f'<img src="w960.jpeg" alt="A larch" class=big {srcset("jpeg")} sizes="{SIZES}" width="1200" height="800"'
            ' data-brigade="srcset sizes width height"></picture></p>'
        )

    def test_is_as_wide_as_its_file_where_nothing_says_how_wide(self, site: Site) -> None:
        assert site.page("<img src=img/larch.jpg>", "--as", "img") == (
            f'<img src="w960.jpeg" {srcset("jpeg")} sizes="1200px" data-brigade="srcset sizes">'
        )

    def test_that_is_small_is_never_offered_larger_than_it_is(self, site: Site) -> None:
        site.picture("dot.jpg", (30, 20))
        assert 'srcset="w30.jpeg 30w" sizes="30px"' in site.page('<img src="dot.jpg">')

    @pytest.mark.parametrize(
        ("own", "added"),
        [
            ('width="300"', "srcset sizes"),
            ("height=200", "srcset sizes"),
            ('sizes="50vw"', "srcset width height"),
            ("width=300 height=200 sizes=50vw", "srcset"),
        ],
    )
    def test_keeps_what_its_author_says(self, site: Site, own: str, added: str) -> None:
        after = site.page(f"{FLUID}<img {own} src='img/larch.jpg'>", "--as", "img")
        assert f"<img {own} src='w960.jpeg' srcset=" in after
        assert f'data-brigade="{added}"' in after

    @pytest.mark.parametrize(
        "tag",
        [
            '<img src="{}" srcset="{} 1x, {} 2x">',
            '<picture><source srcset="{}" media="(min-width: 9em)"><img src="{}" alt></picture>',
        ],
    )
    def test_whose_author_offers_a_choice_gets_other_addresses_and_no_more(self, site: Site, tag: str) -> None:
        assert site.page(FLUID + tag.replace("{}", "img/larch.jpg")) == FLUID + tag.replace("{}", "master")

    def test_without_a_value_after_its_last_name_keeps_it_so(self, site: Site) -> None:
        added = f'{srcset("jpeg")} sizes="1200px" data-brigade="srcset sizes"'
        assert site.page("<img src=img/larch.jpg alt= >", "--as", "img") == f'<img {added} src="w960.jpeg" alt= >'

    def test_in_xhtml_is_closed(self, site: Site) -> None:
        after = site.page('<html xmlns="http://www.w3.org/1999/xhtml"><p><img src="img/larch.jpg" />', name="a.xhtml")
        assert after.count(" />") == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="img/larch.jpg?full#top">x</a>', '<a href="master">x</a>'),
        ("<a href=img/larch.jpg>x</a>", '<a href="master">x</a>'),
        ("<video poster='img/larch.jpg'></video>", "<video poster='master'></video>"),
        ('<input type=image src="img/larch.jpg">', '<input type=image src="master">'),
        ('<svg><image xlink:href="img/larch.jpg"/></svg>', '<svg><image xlink:href="master"/></svg>'),
        ('<meta property="og:image" content="/img/larch.jpg">', '<meta property="og:image" content="w960.jpeg">'),
        ("<meta content='img/larch.jpg' name=twitter:image>", "<meta content='w960.jpeg' name=twitter:image>"),
        ('<p style="background: url(img/larch.jpg)">', '<p style="background: url(master)">'),
        ("<p style='background: url(\"img/larch.jpg\")'>", "<p style='background: url(master)'>"),
        ('<p style="background: url(&quot;img/larch.jpg&quot;)">', '<p style="background: url(master)">'),
        ("<style>p { background: URL( 'img/larch.jpg' ) }</style>", "<style>p { background: url(master) }</style>"),
        ("<style>p{a:image-set('img/larch.jpg' 1x)}</style>", "<style>p{a:image-set(url(master) 1x)}</style>"),
        ("<noscript><a href=img/larch.jpg></a></noscript>", '<noscript><a href="master"></a></noscript>'),
        ('<base href="/img/x.html"><a href="larch.jpg">', '<base href="/img/x.html"><a href="master">'),
        ('<base href="img/"><a href="../img/larch.jpg">', '<base href="img/"><a href="master">'),
    ],
)  # fmt: skip
def test_an_address_alone_leads_to_the_picture_in_its_size(site: Site, before: str, after: str) -> None:
    assert site.page(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("![A *larch* ![x](y.gif)](img/larch.jpg 'Title')", "![A *larch* ![x](y.gif)](w960.jpeg 'Title')"),
        ("![](<img/larch.jpg>)", "![](<w960.jpeg>)"),
        ("[![small](img/larch.jpg)](img/larch.jpg)", "[![small](w960.jpeg)](master)"),
        ("![A][l] [l]\n\n[L]: img/larch.jpg 'T'", "![A][l] [l]\n\n[L]: w960.jpeg 'T'"),
        ("> ![A][the\n>  L]\n\n  [The l]:\n <img/larch.jpg>", "> ![A][the\n>  L]\n\n  [The l]:\n <w960.jpeg>"),
        ("[no image][l]\n\n[l]: img/larch.jpg", None),
        ("| a |\n|---|\n| ![](img/larch.jpg) |\n", "| a |\n|---|\n| ![](w960.jpeg) |\n"),
        ("---\nx: ![](img/larch.jpg)\n---\n> ![](img/larch.jpg)", "---\nx: ![](img/larch.jpg)\n---\n> ![](w960.jpeg)"),
        ("`![](img/larch.jpg)`\n\n    ![](img/larch.jpg)\n\n~~~\n<img src=img/larch.jpg>\n~~~", None),
        ("`<img src=img/larch.jpg>` <!-- ![](img/larch.jpg) --> \\![](img/larch.jpg\\)", None),
    ],
)  # fmt: skip
def test_markdown_stays_markdown_and_code_stays_code(site: Site, before: str, after: str | None) -> None:
    for mark in ("", "\ufeff"):
        assert site.page(mark + before, name="a.md") == mark + (after or before)


def test_html_in_markdown_is_html_whose_page_nobody_knows(site: Site) -> None:
    after = site.page("*x* <img src=img/larch.jpg>\n\n<picture>\n<img src=img/larch.jpg>\n</picture>\n", name="a.md")
    added = f'{srcset("jpeg")} sizes="1200px" data-brigade="srcset sizes"'
    assert after == f'*x* <img src="w960.jpeg" {added}>\n\n<picture>\n<img src="master">\n</picture>\n'


def test_names_are_found_as_they_are_written(site: Site) -> None:
    for name in ("ü & b.jpg", "a+b.jpg", "c%41.jpg", "d#1.jpg", "NFD u\u0308.jpg", "Ж.jpg"):
        site.picture(name)
    page = (
        '<a href="%C3%BC &amp; b.jpg"></a><a href="a+b.jpg"></a><a href="c%2541.jpg"></a><a href="d%231.jpg"></a>'
        '<a href="NFD ü.jpg"></a><a href="./x/../%D0%96.jpg"></a>'
    )
    assert site.page(page).count('"master"') == 6
    in_latin = '<meta charset="iso-8859-1"><a href="ü &amp; b.jpg">é</a>'.encode("latin-1")
    site.write("l.html", in_latin)
    site.run()
    assert short((site.root / "l.html").read_bytes().decode("latin-1")).endswith('<a href="master">é</a>')


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ('<img src="https://example.org/a.jpg">', "https://example.org/a.jpg: it is no file of the site"),
        ('<img src="//example.org/a.jpg">', "//example.org/a.jpg: it is no file of the site"),
        ('<img src="data:image/gif;base64,R0lGOD">', "data:image/gif;base64,R0lGOD: it is no file of the site"),
        ('<base href="https://cdn.example.org/"><img src="img/larch.jpg">', "its <base> leads elsewhere"),
        ('<img src="{{ root }}/larch.jpg">', "{{ root }}/larch.jpg: a template writes it"),
        ('<img {% if x %} src="img/larch.jpg" {% endif %}>', "img/larch.jpg: a template writes it"),
        ('<img src="<?= $x ?>">', "a template writes it"),
        ('<img src="img/gone.jpg">', "img/gone.jpg: there is no such file"),
        ('<img src="IMG/larch.jpg">', "IMG/larch.jpg: there is no such file"),
        ('<img src="img/Larch.JPG">', "there is no such file, but larch.jpg"),
        ('<img src="../secret.jpg">', "../secret.jpg: it is outside of the site's folder"),
        ('<img src="img/%2e%2e/%2e%2e/secret.jpg">', "it is outside of the site's folder"),
        ('<img src="out.jpg">', "out.jpg: it is a link to outside of the site's folder"),
        ('<img src="circle.jpg">', "circle.jpg: there is no such file"),
        ('<img src="a%00.jpg">', "there is no such file"),
        ('<img src="logo.svg">', "logo.svg: the pipeline does not read such files"),
        (f'<img src="{BASE}/normalized/e6c2a3f0-0000-5000-8000-000000000000.jpg">', "the catalog does not know it"),
        ('<picture><source type="image/avif" srcset="img/larch.jpg"></picture>', "its <source> says image/avif"),
    ],
)  # fmt: skip
def test_what_is_left_is_named_with_the_reason(site: Site, page: str, why: str) -> None:
    (site.root.parent / "secret.jpg").write_bytes((site.root / "img" / "larch.jpg").read_bytes())
    (site.root / "out.jpg").symlink_to(site.root.parent / "secret.jpg")
    (site.root / "circle.jpg").symlink_to(site.root / "circle.jpg")
    site.write("logo.svg", "<svg/>")
    site.write("index.html", page)
    said = " ".join(site.run().split())
    assert "left: index.html: " in said
    assert why in said
    assert site.read("index.html") == page
    assert not site.sent or "says image/avif" in why


def test_an_animation_is_left_and_a_file_of_several_pictures_is_not(site: Site) -> None:
    page = "<a href=img/larch.jpg>"
    for format_, frames, after in (("GIF", 2, page), ("GIF", 1, '<a href="master">'), ("TIFF", 2, '<a href="master">')):
        original = Original(format=format_, width=9, height=9)
        site.becomes = partial(replace, frames=frames, original=original)
        assert site.page(page) == after


def test_only_crops_of_a_picture_never_stand_for_it(site: Site) -> None:
    site.becomes = lambda record: replace(record, renditions=tuple(replace(r, height=9) for r in record.renditions))
    assert site.page(FLUID + "<img src=img/larch.jpg>") == FLUID + '<img src="master">'
    assert site.page("![](img/larch.jpg)", name="a.md") == "![](master)"


def test_what_many_pages_name_alike_is_one_line(site: Site) -> None:
    for name in ("c.html", "a.html", "b/d.html"):
        site.write(name, "<img src=//example.org/a.jpg>")
    assert site.run().count("left: a.html and 2 others: //example.org/a.jpg: it is no file of the site") == 1


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("wide.html", "<img src=img/larch.jpg>".encode("utf-16"), "not one in which ASCII is ASCII"),
        ("jis.html", b"<meta charset=iso-2022-jp>\x1b$B<img\x1b(B", "not one in which ASCII is ASCII"),
        ("latin.md", "ü ![](img/larch.jpg)".encode("latin-1"), "it is not UTF-8"),
    ],
)
def test_a_document_that_cannot_be_read_is_left(site: Site, name: str, content: bytes, why: str) -> None:
    site.write(name, content)
    assert f"left: {name}: " in (said := site.run())
    assert why in said
    assert (site.root / name).read_bytes() == content


def test_a_document_that_may_not_be_read_is_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    site.write("index.html", "x")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "left: index.html: Permission denied" in site.run()


def test_links_hidden_folders_and_libraries_are_no_documents_of_the_site(site: Site) -> None:
    page = "<img src=/img/larch.jpg>"
    for name in (".git/a.html", "node_modules/a.html", ".a.html", "a.php"):
        site.write(name, page)
    outside = site.root.parent / "outside.html"
    outside.write_text(page)
    (site.root / "b.html").symlink_to(outside)
    assert "0 documents, " in site.run()
    assert outside.read_text() == page


def test_a_link_within_the_site_is_the_picture_that_it_leads_to(site: Site) -> None:
    (site.root / "again.jpg").symlink_to("img/larch.jpg")
    site.page("<a href=again.jpg></a><a href=img/larch.jpg></a>")
    assert len(site.sent) == 1
