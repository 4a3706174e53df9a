"""Where a picture may be given its size, and where a <picture> may be put around it."""

import pytest

from tests.support.web import Site

FLUID = "img { max-width: 100%; height: auto }"


def after(site: Site, css: str, body: str = "<p><img src=a.png></p>", head: str = "") -> str:
    site.picture("a.png", (60, 40))
    return site.page(f"<!doctype html>{head}<style>{css}</style>{body}").replace(css, "")


@pytest.mark.parametrize(
    "css",
    [
        FLUID,
        "/* x */ p > img, .x { MAX-WIDTH: 100% !important; height: Auto }",
        "* { max-width: 100% } img:not(.x) { height: auto }",
        f"@layer base {{ {FLUID} }}",
        f"{FLUID} .other {{ height: 3em }} img::before {{ height: 1em }} img {{ width: 50%; margin: 1em }}",
        f"@media print {{ img {{ height: auto }} }} {FLUID}",
    ],
)
def test_a_size_is_added_where_the_pages_own_css_keeps_proportions(site: Site, css: str) -> None:
    assert 'width="60" height="40"' in after(site, css)


@pytest.mark.parametrize(
    "css",
    [
        "",
        "img { max-width: 100% }",
        "img { height: auto }",
        "@media (min-width: 9em) { img { max-width: 100%; height: auto } }",
        f"{FLUID} p img {{ max-height: 9em }}",
        f"{FLUID} @media print {{ p img {{ height: 9em }} }}",
        f"{FLUID} p {{ display: flex }}",
        f"{FLUID} @media (min-width: 9em) {{ p {{ display: inline-grid }} }}",
        f"{FLUID} p {{ & img {{ color: red }} }}",
        f"{FLUID} :-unheard-of(img) {{ min-width: 1em }}",
        f"@import 'more.css'; {FLUID}",
    ],
)
def test_none_is_added_where_it_might_move_something(site: Site, css: str) -> None:
    assert "width=" not in after(site, css)


@pytest.mark.parametrize("style", ["height: 9em", "max-width: 50%", "min-height: 1px", "block-size: 3em", "all: unset"])
def test_none_is_added_against_a_style_of_its_own(site: Site, style: str) -> None:
    assert "width=" not in after(site, FLUID, f'<p><img src=a.png style="{style}">')
    assert "width=" not in after(site, "", f'<p style="display:flex"><img src=a.png style="{FLUID[6:-2]}">')


def test_sheets_of_the_site_count_and_those_elsewhere_make_it_unknown(site: Site) -> None:
    site.write("css/a b.css", FLUID)
    assert "width=" in after(site, "", head='<link rel="stylesheet" href="css/a%20b.css?v=2">')
    for href in ("https://cdn.example.org/x.css", "gone.css", "../x.css"):
        unknown = after(site, FLUID, head=f'<link rel=stylesheet href="{href}">')
        assert "width=" not in unknown
        assert "<picture" not in unknown


@pytest.mark.parametrize(
    ("css", "wrapped"),
    [
        ("p img { color: red } p > b, b + i, p:first-child { color: red }", True),
        ("* { box-sizing: border-box; margin: 0; --x: 1px } *::before { color: red }", True),
        ("div > img { float: left }", True),
        ("p > img { float: left }", False),
        ("b + img { float: left }", False),
        ("img + i { float: left }", False),
        ("img ~ i u { float: left }", False),
        ("img:nth-of-type(1) { float: left }", True),
        ("img:nth-child(2) { float: left }", False),
        ("p:has(> img) { float: left }", False),
        ("p > * { margin: 1em }", False),
        ("* { border: 1px solid }", False),
        ("picture { display: block }", False),
        ("p { display: grid }", False),
        ("body { columns: 2 }", False),
        ("img:-unheard-of { color: red } :-unheard-of > img { color: blue }", False),
    ],
)
def test_a_picture_is_put_around_where_every_rule_goes_on_to_hold(site: Site, css: str, wrapped: bool) -> None:
    made = after(site, css, "<p><b>1</b><img src=a.png><i>2<u>3</u></i></p>")
    assert ("<picture" in made) is wrapped
    assert "srcset=" in made
    assert site.run().endswith("0 documents changed\n")
