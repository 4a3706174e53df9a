"""The contact sheet: one HTML file, without script or anything from elsewhere, that shows what became of pictures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from urllib.parse import quote

from brigade.dead_letters.letter import DeadLetter
from brigade.terminal import byte_size, counted
from kit.events import StoredImage
from records.picture import Failure, Original, PictureRecord, Stage
from records.rules import failure
from records.status import Status
from services.chain import CHAIN


@dataclass(frozen=True)
class SheetPicture:
    """One picture: its record, and where its files are.

    ``files`` maps the keys of stored objects to paths relative to the sheet; what it lacks is shown without a picture.
    ``worked_ms`` says of renditions, by name, how long it took to make them, where that is known.
    """

    record: PictureRecord
    files: Mapping[str, str]
    worked_ms: Mapping[str, int] = field(default_factory=dict)


def render(
    title: str, pictures: Sequence[SheetPicture], dead_letters: Mapping[str, Sequence[DeadLetter]], *, seconds: float
) -> str:
    """Return the sheet as HTML. All that people or pictures may have named is escaped.

    ``dead_letters`` are kept by actor; ``seconds`` is what the whole run took.
    """
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
{_summary(pictures, dead_letters, seconds)}
<p class="facts">Bars: pale while a picture was queued, dark while it was worked on; one scale a picture.</p>
</header>
<main>
{"".join(map(_picture, sorted(pictures, key=lambda each: each.record.status is not Status.READY)))}
{_dead_letters(dead_letters)}
</main>
</body>
</html>
"""


def _summary(pictures: Sequence[SheetPicture], dead_letters: Mapping[str, Sequence[DeadLetter]], seconds: float) -> str:
    counts = Counter(picture.record.status for picture in pictures)
    words = [_bold(counted(len(pictures), "picture"))]
    words += [f"<b>{counts[status]}</b> {status.lower()}" for status in Status if counts[status]]
    dead = sum(len(letters) for letters in dead_letters.values())
    words += [f'<a href="#dead-letters">{_bold(counted(dead, "dead letter"))}</a>'] if dead else []
    words += [f"<b>{seconds:.1f}</b> seconds"]
    return f'<p class="summary">{" ".join(f"<span>{word}</span>" for word in words)}</p>'


def _bold(count: str) -> str:
    number, _, words = count.partition(" ")
    return f"<b>{number}</b> {words}"


def _picture(picture: SheetPicture) -> str:
    record = picture.record
    status = record.status
    renditions = "".join(_figure(picture, rendition.name, rendition) for rendition in record.renditions)
    return f"""
<section>
<h2>{escape(record.key)} <span class="badge {escape(status.lower())}">{escape(status.lower())}</span></h2>
<p class="facts">{" · ".join(_facts(record))}</p>
{_failure(failure(record))}
{_timings(record.stages)}
<div class="made">
{_figure(picture, "master", record.master) if record.master else ""}
<div class="renditions">{renditions}</div>
</div>
</section>"""


def _facts(record: PictureRecord) -> list[str]:
    original, recipe, newer = record.original, record.recipe, record.superseded_by
    facts = []
    if original:
        facts.append(f"original {escape(original.format)}, {_measures(original)}")
    if recipe:
        facts.append(f"recipe {escape(recipe)}")
    if newer:
        facts.append(f"superseded by <code>{escape(newer)}</code>")
    return [*facts, f"<code>{escape(record.image_id)}</code>"]


def _failure(failed: Failure | None) -> str:
    if not failed:
        return ""
    actor, reason, detail = map(escape, (failed.actor, failed.reason, failed.detail))
    return f'<p class="failure"><b>{actor}: {reason}</b><br>{detail}</p>'


def _measures(stored: Original | StoredImage) -> str:
    return f"{stored.width}×{stored.height}, {byte_size(stored.bytes or 0)}"


def _figure(picture: SheetPicture, name: str, stored: StoredImage) -> str:
    """Return a stored picture with its caption; the whole file is a click away."""
    path = picture.files.get(stored.key)
    shown = '<span class="absent">not here</span>'
    if path is not None:
        address = escape(quote(path))
        label = escape(f"{name} of {picture.record.key}")
        shown = f'<a href="{address}"><img src="{address}" alt="{label}" loading="lazy"></a>'
    made = escape(", ".join([stored.format, *_effects(stored.method)]))
    took = f", {picture.worked_ms[name]:,} ms" if name in picture.worked_ms else ""
    return f"""
<figure>{shown}
<figcaption><b>{escape(name)}</b><br>{_measures(stored)}{took}<br><small>{made}</small></figcaption></figure>"""


def _effects(method: str) -> list[str]:
    """Return how a file was made without the words for how it was scaled, which only the record needs."""
    return [word for word in method.split(", ") if word not in _SCALING]


def _timings(stages: Mapping[str, Stage]) -> str:
    """Return a lane for each actor, all on one scale: how long its message was queued (pale) and worked on."""
    ends = {name: datetime.fromisoformat(stage.at).timestamp() * 1000 for name, stage in stages.items()}
    begins = {name: ends[name] - stage.worked_ms - stage.queued_ms for name, stage in stages.items()}
    whole = max(ends.values(), default=0) - (first := min(begins.values(), default=0))
    lanes = ""
    for name, stage in stages.items():
        again = f", attempt {stage.attempts}" if stage.attempts > 1 else ""
        words = f"{escape(name)} {stage.worked_ms:,} ms, queued {stage.queued_ms:,} ms{again}"
        shares = [100 * length / (whole or 1) for length in (begins[name] - first, stage.queued_ms, stage.worked_ms)]
        lane = "".join(
            f'<i class="{kind}" style="width:{share:.2f}%"></i>'
            for kind, share in zip(("", "queued", "worked"), shares, strict=True)
        )
        lanes += f'<div class="lane {_COLOURS.get(name, "other")}"><span>{words}</span><div>{lane}</div></div>'
    return f'<div class="lanes">{lanes}</div>' if whole else ""


def _dead_letters(dead_letters: Mapping[str, Sequence[DeadLetter]]) -> str:
    rows = [
        "<tr>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in (letter.key, actor, letter.reason, letter.detail))
        + "</tr>"
        for actor, letters in dead_letters.items()
        for letter in letters
    ]
    if not rows:
        return ""
    return f"""
<section id="dead-letters">
<h2>Dead letters</h2>
<div class="scroll"><table>
<thead><tr><th>Picture</th><th>Actor</th><th>Reason</th><th>Detail</th></tr></thead>
<tbody>{"".join(rows)}</tbody>
</table></div>
</section>"""


# What resize says of how it scaled: https://pillow.readthedocs.io/en/stable/handbook/concepts.html#filters
_SCALING = {"lanczos", "bicubic", "draft", "none", "unchanged", "stripped", "re-encoded"}
# An actor has one colour on every page.
_COLOURS = {actor.name: f"stage{number % 8}" for number, actor in enumerate(CHAIN.whole.actors)}
_STYLE = """
:root { --page: #f4f5f7; --card: #fff; --ink: #1c2330; --pale: #5c6675; --line: #dde1e7; --square: #e6e8ec;
  --good: #1a7f4b; --bad: #b3261e; --wait: #8a5a00; --old: #5c6675;
  --stage0: #2f6690; --stage1: #c8553d; --stage2: #588157; --stage3: #7b4b94;
  --stage4: #b8860b; --stage5: #1f7a8c; --stage6: #a23b72; --stage7: #5f6b4a; }
@media (prefers-color-scheme: dark) {
  :root { --page: #12151b; --card: #1b2028; --ink: #e6e9ee; --pale: #9aa4b2; --line: #2d3440; --square: #303846;
    --good: #57c98b; --bad: #ff8a80; --wait: #e8b454; --old: #9aa4b2;
    --stage0: #6ba6d1; --stage1: #e88a72; --stage2: #8fbf88; --stage3: #b58bcd;
    --stage4: #e3b341; --stage5: #5fb8c9; --stage6: #d97fb0; --stage7: #a5b388; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
header, main { max-width: 1400px; margin: 0 auto; padding: 0 clamp(12px, 3vw, 32px); }
h1 { font-size: 1.6rem; margin: 1.6rem 0 .4rem; }
h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
a { color: inherit; }
code { font-size: .85em; overflow-wrap: anywhere; }
.summary { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; margin: 0 0 1.2rem; color: var(--pale); }
.summary b { font-size: 1.3rem; color: var(--ink); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.2rem;
  margin-bottom: 1.2rem; }
.badge { font-size: .75rem; font-weight: 600; padding: .1em .7em; border: 1px solid; border-radius: 1em;
  vertical-align: .15em; white-space: nowrap; }
.ready { color: var(--good); } .failed { color: var(--bad); }
.processing, .quarantined { color: var(--wait); } .superseded, .removed { color: var(--old); }
.facts { margin: .2rem 0 .7rem; color: var(--pale); font-size: .87rem; }
.failure { margin: .6rem 0; padding: .5rem .8rem; border-left: 3px solid var(--bad); background: var(--page);
  overflow-wrap: anywhere; }
.failure b { color: var(--bad); }
.lanes { margin-bottom: .8rem; font-size: .82rem; color: var(--pale); }
.lane { display: grid; grid-template-columns: minmax(12rem, 26%) 1fr; gap: 1.2rem; align-items: center; }
.lane div { display: flex; height: 8px; border-radius: 4px; overflow: hidden; background: var(--square); }
.lane i { flex: none; background: currentcolor; } .lane i:first-child { background: none; } i.queued { opacity: .35; }
.stage0 div { color: var(--stage0); } .stage1 div { color: var(--stage1); } .stage2 div { color: var(--stage2); }
.stage3 div { color: var(--stage3); } .stage4 div { color: var(--stage4); } .stage5 div { color: var(--stage5); }
.stage6 div { color: var(--stage6); } .stage7 div { color: var(--stage7); }
.made { display: grid; grid-template-columns: minmax(220px, 26%) 1fr; gap: 1.2rem; }
.renditions { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 1rem .9rem; }
@media (max-width: 760px) { .lane { grid-template-columns: 1fr; gap: .1rem; } .made { grid-template-columns: 1fr; }
  .renditions { grid-template-columns: repeat(auto-fill, minmax(125px, 1fr)); } }
figure { margin: 0; min-width: 0; }
figure a, .absent { display: grid; place-items: center; height: 130px; border-radius: 6px; background: var(--page); }
.made > figure a { height: auto; min-height: 130px; }
.absent { color: var(--pale); }
/* Only what is transparent lets the squares show through. */
img { display: block; max-width: 100%; max-height: 130px;
  background: repeating-conic-gradient(var(--square) 0 25%, var(--card) 0 50%) 0 0 / 16px 16px; }
.made > figure img { max-height: 300px; }
figcaption { margin-top: .35rem; font-size: .82rem; color: var(--pale); overflow-wrap: anywhere; }
figcaption b { color: var(--ink); }
.scroll { overflow-x: auto; margin-top: .6rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem 1rem .4rem 0; border-top: 1px solid var(--line); }
td:first-child, td:last-child { overflow-wrap: anywhere; }
th { color: var(--pale); font-weight: 600; border-top: 0; white-space: nowrap; }
"""
