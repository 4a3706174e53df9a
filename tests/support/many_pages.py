"""A site of many pages in all variety: layouts, ways to show a picture, places, encodings, line ends; by a seed."""

import random
from collections.abc import Callable
from pathlib import Path

from tests.support import pictures

SIZES = {
    "img/larch.jpg": (1600, 1067),
    "img/Bergsee ü.jpg": (800, 1200),
    "img/wide.jpg": (1500, 333),
    "img/small.jpg": (240, 160),
    "photos/2026/a+b.jpg": (1024, 768),
    "photos/2026/tiny.png": (16, 16),
    "photos/logo.png": (300, 100),
    "square.png": (500, 500),
}
# The same picture twice, as its author offers it.
TWICE = {"hill-480.jpg": (480, 320), "hill-960.jpg": (960, 640)}
_FLUID = "img { max-width: 100%; height: auto }"
# Each is a page's CSS.
LAYOUTS = [
    "",
    _FLUID,
    f"* {{ box-sizing: border-box; margin: 0; padding: 0 }} {_FLUID} img {{ display: block; margin: 1em auto }}",
    f"body {{ max-width: 40em; margin: auto }} {_FLUID} figure {{ float: left; width: 40% }} .r {{ float: right }}",
    "img { width: 100% }",
    "img { max-width: 50%; height: auto; vertical-align: middle }",
    f"{_FLUID} img {{ max-height: 50vh }}",
    f"{_FLUID} .g {{ display: flex; flex-wrap: wrap; gap: 1em }} .g img {{ width: 30% }}",
    f"{_FLUID} .g {{ display: flex; flex-direction: column }}",
    ".g { display: grid; grid-template-columns: 1fr 1fr 1fr } .g img { width: 100%; height: 100%; object-fit: cover }",
    f"{_FLUID} .g {{ display: inline-block; border: 1px solid }} figure {{ display: table }}",
    f"{_FLUID} .g {{ float: left; max-width: 60% }} p {{ clear: both }}",
    "p > img { border: 9px solid } img + em { margin-left: 3em } .g > * + * { margin-top: 2em; display: block }",
    f"{_FLUID} li:first-child img, .g img:nth-child(2n) {{ padding: 2em }} figure img:only-child {{ margin: 1em }}",
    "main { columns: 2 } figure img { float: right; width: 120px }",
    ".g { overflow-x: auto; white-space: nowrap } .g img { max-width: none; height: 120px }",
    "img { aspect-ratio: 1; object-fit: cover; width: 200px } picture { display: block }",
    f"{_FLUID} .hero {{ position: relative; height: 200px }} .hero img {{ position: absolute; inset: 0; width: 100% }}",
    "@media (max-width: 600px) { img { max-width: 100%; height: auto } }",
    f"@layer base {{ {_FLUID} }} main {{ padding: 2em; border: 1px solid }} p {{ line-height: 3 }}",
]
# Each shows one picture, or several.
BLOCKS = [
    '<p>Text <img src="{}" alt="A picture"> and <em>more</em> text.</p>',
    "<p>Text<img src='{}' alt='' class=\"big\"/> and <img alt=b src='{}'><em>more</em></p>",
    '<figure><img src="{}" alt="A"><figcaption>What it shows</figcaption></figure>',
    '<figure class="r"><a href="{}"><img width="200" src="{}" alt="A"></a></figure>',
    '<div class="g"><img src="{}" alt="1"><img src="{}" alt="2">\n<img src="{}" alt="3"></div>',
    '<div class="g"><div><img src="{}" alt="1"></div><div><img src="{}" alt="2"></div></div>',
    '<div class="hero"><img src="{}" alt="H"><h2>Title</h2></div>',
    '<ul><li><img src="{}" alt="1"> one<li><img src="{}" alt="2" width=40 height=40> two</ul>',
    '<table><tr><td><img src="{}" alt="1"><td>Text in a cell<td><img src="{}" alt="2" width=90></table>',
    '<picture><source media="(min-width: 600px)" srcset="{}"><img src="{}" alt="P"></picture>',
    '<p><img src="/hill-480.jpg" srcset="/hill-480.jpg 1x, /hill-960.jpg 2x" alt="S"></p>',
    '<p><img src="/hill-480.jpg" srcset="/hill-480.jpg 480w, /hill-960.jpg 960w" sizes="50vw" alt="S"></p>',
    '<p><img style="width: 50%; height: auto" src="{}" alt="S"><img height="50" src="{}" alt="S"></p>',
    '<video poster="{}" width="320" height="180"></video>',
    "<div style=\"background: url('{}') no-repeat; height: 90px\"></div>",
    '<p><a href="{}">The picture</a> <input type="image" src="{}" alt="Go" width="30"></p>',
    '<noscript><img src="{}" alt="N"></noscript><!-- <img src="{}"> -->',
    '<p><img src="https://127.0.0.1:1/other.jpg" alt="R"><img src="gone.jpg" alt="G"></p>',
    '<p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="D"></p>',
    "<svg width=\"50\" height=\"50\"><image href='{}' width='50' height='50'/></svg>",
]
_MARKDOWN = [
    "![A picture]({})",
    "[![small]({} 'T')](<{}>)",
    "> * ![deep]({})",
    "`![]({})`",
    "    ![]({})",
    'Text <img src="{}" alt="x"> text',
    "<figure>\n<img src='{}'>\n</figure>",
]


def write(root: Path, count: int, seed: int) -> list[Path]:
    """Write a site of so many pages, Markdown and a style sheet besides; return the pages."""
    chance = random.Random(seed)  # noqa: S311
    for name, size in {**SIZES, **TWICE}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pictures.encoded(pictures.scene(size), "PNG" if name.endswith("png") else "JPEG"))
    (root / "css").mkdir()
    for number, css in enumerate(LAYOUTS):
        (root / "css" / f"{number}.css").write_text(f"{css}\n.bg {{ background: url('../img/small.jpg') }}")
    pages = []
    for number in range(count):
        depth = chance.choice(["", "blog/", "blog/2026/"])
        page = root / f"{depth}{number}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_bytes(_encoded(_page(number, depth, chance), chance))
        pages.append(page)
        if number % 10 == 0:
            text = "# Ü\n\n" + "\n\n".join(_filled(each, depth, chance) for each in _MARKDOWN)
            page.with_suffix(".md").write_bytes(_encoded(text, chance, always=True))
    return pages


def _page(number: int, depth: str, chance: random.Random) -> str:
    up = "../" * depth.count("/")
    layout = number % len(LAYOUTS)
    linked = f'<link rel="stylesheet" href="{up}css/{layout}.css">' if chance.random() < 0.4 else ""
    style = "" if linked else f"<style>{LAYOUTS[layout]}</style>"
    if number % 50 == 49:
        linked += '<link rel="stylesheet" href="https://127.0.0.1:1/elsewhere.css">'
    meta = f'<meta property="og:image" content="/{_name(chance)}">' if chance.random() < 0.3 else ""
    blocks = [_filled(chance.choice(BLOCKS), depth, chance) for _ in range(chance.randint(2, 7))]
    head = f'<meta charset="{{}}"><title>Page {number} ü</title>{linked}{style}{meta}'
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body class="bg"><main>\n'
        + "\n".join(blocks)
        + "\n</main></body></html>\n"
    )


def _filled(block: str, depth: str, chance: random.Random) -> str:
    while "{}" in block:
        block = block.replace("{}", _address(depth, chance), 1)
    return block


def _name(chance: random.Random) -> str:
    return chance.choice(list(SIZES)).replace(" ", "%20").replace("ü", "%C3%BC")


def _address(depth: str, chance: random.Random) -> str:
    name, up = _name(chance), "../" * depth.count("/")
    written: list[Callable[[], str]] = [lambda: up + name, lambda: f"/{name}", lambda: f"{up}./{name}?v=3"]
    return chance.choice(written)()


def _encoded(text: str, chance: random.Random, *, always: bool = False) -> bytes:
    """Return a document in one of the encodings and with one kind of line end; ``always`` in UTF-8."""
    text = text.replace("\n", chance.choice(["\n", "\n", "\r\n", "\r"]))
    encoding, mark = (
        ("utf-8", b"") if always else chance.choice([("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("windows-1252", b"")])
    )
    return mark + text.replace('charset="{}"', f'charset="{encoding}"').encode(encoding)
