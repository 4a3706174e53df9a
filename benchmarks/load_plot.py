"""Lines over time, in panels, as SVG: the messages in each queue, and what else is watched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from benchmarks.load_measures import Load

WIDTH, HEIGHT = 860, 260  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 60, 110, 40, 40
TICKS = 5
# Okabe and Ito's palette, which colour-blind people can tell apart: https://jfly.uni-koeln.de/color/
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000")


@dataclass(frozen=True)
class Panel:
    """Lines over ``end_s`` seconds; those of one name have one colour."""

    title: str
    end_s: float
    lines: Mapping[str, Sequence[Sequence[tuple[float, float]]]]


def queues(load: Load) -> Panel:
    """Return one load's panel: a line a queue."""
    lines = {actor: [list(zip(load.at_s, depths, strict=True))] for actor, depths in load.backlog.items()}
    return Panel(f"{load.name}: {load.pictures:,} pictures", load.at_s[-1], lines)


def draw(panels: Sequence[Panel]) -> str:
    """Return the plot."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * len(panels)}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT * len(panels)}" fill="white"/>',
    ]
    for number, each in enumerate(panels):
        lines += [f'<g transform="translate(0 {number * HEIGHT})">', *panel(each), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def panel(drawn: Panel) -> Iterator[str]:
    """Yield one panel: title, axes and lines."""
    most = max((y for lines in drawn.lines.values() for line in lines for _, y in line), default=0) or 1
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(seconds: float) -> float:
        return round(LEFT + seconds / drawn.end_s * width, 1)

    def y(value: float) -> float:
        return round(TOP + height - value / most * height, 1)

    yield f'<text x="{LEFT}" y="20" font-weight="bold">{drawn.title}</text>'
    ticks = min(TICKS, ceil(most))
    for tick in range(ticks + 1):
        value = most * tick / ticks
        yield f'<line x1="{LEFT}" x2="{LEFT + width}" y1="{y(value)}" y2="{y(value)}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y(value) + 4}" text-anchor="end">{value:,.0f}</text>'
    for tick in range(TICKS + 1):
        seconds = drawn.end_s * tick / TICKS
        yield f'<text x="{x(seconds)}" y="{TOP + height + 18}" text-anchor="middle">{seconds:.0f} s</text>'
    for number, (name, lines) in enumerate(drawn.lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        for line in lines:
            points = " ".join(f"{x(at)},{y(value)}" for at, value in line)
            yield f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>'
        yield f'<text x="{LEFT + width + 12}" y="{TOP + 16 * number + 10}" fill="{colour}">{name}</text>'
