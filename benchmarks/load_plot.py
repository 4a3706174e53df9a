"""Messages in each queue over time, one panel a load, as SVG."""

from collections.abc import Iterator, Sequence

from benchmarks.load_measures import Load

WIDTH, HEIGHT = 860, 260  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 60, 110, 40, 40
TICKS = 5
# Okabe and Ito's palette, which colour-blind people can tell apart: https://jfly.uni-koeln.de/color/
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000")


def draw(loads: Sequence[Load]) -> str:
    """Return the plot."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * len(loads)}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT * len(loads)}" fill="white"/>',
    ]
    for number, load in enumerate(loads):
        lines += [f'<g transform="translate(0 {number * HEIGHT})">', *panel(load), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def panel(load: Load) -> Iterator[str]:
    """Yield one load's panel: title, axes, and one line a queue."""
    end, most = load.at_s[-1], max(max(depths) for depths in load.backlog.values()) or 1
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(seconds: float) -> float:
        return round(LEFT + seconds / end * width, 1)

    def y(messages: float) -> float:
        return round(TOP + height - messages / most * height, 1)

    yield f'<text x="{LEFT}" y="20" font-weight="bold">{load.name}: {load.pictures:,} pictures</text>'
    for tick in range(min(TICKS, most) + 1):
        messages = most * tick / min(TICKS, most)
        yield f'<line x1="{LEFT}" x2="{LEFT + width}" y1="{y(messages)}" y2="{y(messages)}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y(messages) + 4}" text-anchor="end">{messages:,.0f}</text>'
    for tick in range(TICKS + 1):
        seconds = end * tick / TICKS
        yield f'<text x="{x(seconds)}" y="{TOP + height + 18}" text-anchor="middle">{seconds:.0f} s</text>'
    for number, (actor, depths) in enumerate(load.backlog.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{x(at)},{y(depth)}" for at, depth in zip(load.at_s, depths, strict=True))
        yield f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>'
        yield f'<text x="{LEFT + width + 12}" y="{TOP + 16 * number + 10}" fill="{colour}">{actor}</text>'
