"""The command, given again: nothing changes but what belongs to pictures that have changed."""

from msgspec.structs import replace

from records.status import Status
from tests.support import pictures
from tests.support.web import BASE, Site, ready

PAGE = """<style>img { max-width: 100%; height: auto } p { background: url(a.png) }</style>
<meta property=og:image content=a.png><img src="a.png" alt="A"><img class=b src=b.jpg width=40><a href=a.png>A</a>
<picture><source srcset="a.png 1x, b.jpg 2x"><img src=b.jpg></picture>"""


def arranged(site: Site, *arguments: str) -> str:
    site.picture("a.png", (1200, 800))
    site.picture("b.jpg", (400, 300))
    site.write("a.md", "![A](a.png) <img src=b.jpg>\n\n[b]: b.jpg\n\n![b]\n")
    site.write("a.css", "p { background: url('a.png') }")
    site.page(PAGE, *arguments)
    site.sent.clear()
    return "".join(map(site.read, ("index.html", "a.md", "a.css")))


def now(site: Site) -> str:
    return "".join(map(site.read, ("index.html", "a.md", "a.css")))


def test_changes_nothing_and_uploads_nothing(site: Site) -> None:
    before = arranged(site)
    assert '="a.png' not in before
    assert "0 documents changed" in site.run()
    assert (now(site), site.sent) == (before, [])


def test_writes_a_changed_pictures_places_anew(site: Site) -> None:
    before = arranged(site)
    old = next(each for each in site.records.values() if each.key.endswith(".png"))
    site.write("a.png", pictures.encoded(pictures.scene((700, 900)), "PNG"))
    assert "3 documents changed" in site.run()
    [key] = site.sent
    new = site.records[key]
    assert now(site).count(new.image_id) > 9
    assert old.image_id not in now(site)
    sized = before.replace("1200px) 100vw, 1200px", "700px) 100vw, 700px").replace("1200", "700").replace("800", "900")
    assert sized.replace(old.image_id, new.image_id).replace("w960", "w700").replace("960w", "700w") == now(site)


def test_follows_recipes_and_addresses_that_have_changed(site: Site) -> None:
    arranged(site)
    for key, record in site.records.items():
        assert record.master
        site.records[key] = ready(key, (record.master.width, record.master.height), release="1b1b1b1b")
    assert "3 documents changed" in site.run(base="https://cdn.example.net/i/")
    assert BASE not in now(site)
    assert "0a0a0a0a" not in now(site)
    assert site.sent == []
    assert "0 documents changed" in site.run(base="https://cdn.example.net/i")


def test_leaves_alone_whose_file_is_gone_and_what_is_served_no_more(site: Site) -> None:
    before = arranged(site)
    (site.root / "a.png").unlink()
    assert "0 documents changed" in site.run()
    key = next(key for key in site.records if key.endswith(".png"))
    site.records[key] = replace(site.records[key], status=Status.REMOVED)
    assert f"{key} is REMOVED" in site.run().replace("\n", " ")
    assert now(site) == before


def test_leaves_a_page_whose_picture_has_no_whole_rendition_any_more(site: Site) -> None:
    before = arranged(site)
    for key, record in site.records.items():
        site.records[key] = replace(record, renditions=tuple(replace(each, height=9) for each in record.renditions))
    assert "left: index.html: https://img.example.org/renditions/" in (said := site.run().replace("\n", ""))
    assert "no rendition has its proportions any more" in said
    assert before.split("<img")[1] in now(site)


def test_uploads_again_what_is_served_no_more(site: Site) -> None:
    before = arranged(site)
    key = next(key for key in site.records if key.endswith(".png"))
    removed = replace(site.records[key], image_id="0" * 8 + "-0000-5000-8000-" + "0" * 12, status=Status.REMOVED)
    for name in ("index.html", "a.md", "a.css"):
        site.write(name, site.read(name).replace(site.records[key].image_id, removed.image_id))
    site.records["before"] = removed
    assert "3 documents changed" in site.run()
    assert (site.sent, now(site)) == ([key], before)


def test_keeps_what_the_author_has_changed_meanwhile(site: Site) -> None:
    arranged(site, "--as", "img")
    page = site.read("index.html")
    theirs = page.replace('sizes="(max-width: 1200px) 100vw, 1200px"', "").replace(
        ' width="1200" height="800" data-brigade="srcset sizes width height"', ' width="7" data-brigade="srcset"'
    )
    site.write("index.html", theirs)
    site.run()
    after = site.read("index.html")
    assert ' width="7"' in after
    assert 'data-brigade="srcset sizes"' in after
    assert "height=" not in after.split("</style>")[1]


def test_a_page_that_is_no_longer_fluid_loses_the_sizes_that_were_added(site: Site) -> None:
    arranged(site)
    site.write("index.html", site.read("index.html").replace("height: auto", "height: 20em"))
    site.run()
    after = site.read("index.html")
    assert 'height="800"' not in after
    assert 'sizes="1200px"' in after
    assert "0 documents changed" in site.run()
