"""The pixel benchmark's tables: ratios of ours to each peer's, and the goals that they are held against."""

from collections.abc import Iterator

from benchmarks.peers.measuring import Measured
from benchmarks.report import Table

PEERS = ("sharp", "vips", "tutorial")
# What we mean to reach: CPU for ten renditions, and for a master, against sharp's, by case; and the same of every case
# or every JPEG.
GOALS = {
    "jpeg-12": 0.95,
    "jpeg-24": 0.95,
    "progressive-24": 1.1,
    "rotated-12": 0.95,
    "display-p3-12": 1.1,
    "webp-12": 1.0,
    "png-alpha-12": 1.5,
}
MASTER_GOALS = {"display-p3-12": 1.1}
CPU_TIMES_BYTES_GOALS = {"png-alpha-12": 1.0}
TUTORIAL_GOAL = 0.2
MEMORY_GOAL = 0.7
SSIM_GOAL = 0.004
NOT_JPEG = ("webp-12", "png-alpha-12")

# By case, side, work and source.
Results = dict[tuple[str, str, str, str], Measured]
# SSIM by side (and of a full decode), bytes of ten renditions by side
Quality = tuple[dict[str, float], dict[str, int]]


def tables(results: Results, qualities: dict[str, Quality]) -> tuple[Table, ...]:
    """Return everything that is published."""
    return (
        cpu_of_renditions(results),
        cpu_of_masters(results),
        cpu_of_chain(results),
        since_before(results),
        memory(results),
        likeness(qualities),
        sizes(results, qualities),
        missed(results, qualities),
    )


def cpu_of_renditions(results: Results) -> Table:
    rows = []
    for case, goal in GOALS.items():
        ours = results[case, "ours", "renditions", "master"].cpu_s
        against = [ours / results[case, peer, "renditions", "upload"].cpu_s for peer in PEERS]
        same = ours / results[case, "sharp", "renditions", "master"].cpu_s
        rows.append((case, f"{ours * 1000:.0f} ms", *(f"{ratio:.2f}" for ratio in against), f"{goal:g}", f"{same:.2f}"))
    return Table(
        "Ten renditions, CPU",
        "Ours from the master, as the resize actor makes them, divided by the peer's from the upload. Master and "
        "upload differ where that is turned or in another colour space; the last column gives sharp our master too.",
        ("upload", "ours", "÷ sharp", "÷ libvips", "÷ tutorial", "goal ÷ sharp", "÷ sharp, same master"),
        tuple(rows),
    )


def cpu_of_masters(results: Results) -> Table:
    rows = []
    for case in GOALS:
        ours = results[case, "ours", "normalize", "upload"].cpu_s
        against = [ours / results[case, peer, "normalize", "upload"].cpu_s for peer in PEERS]
        goal = f"{MASTER_GOALS[case]:g}" if case in MASTER_GOALS else ""
        rows.append((case, f"{ours * 1000:.0f} ms", *(f"{ratio:.3f}" for ratio in against), goal))
    return Table(
        "Normalisation, CPU",
        "The master from the upload: upright, sRGB, no metadata, same format. The peers decode, and encode at quality "
        "95; ours only drops the metadata where the upload is upright and sRGB.",
        ("upload", "ours", "÷ sharp", "÷ libvips", "÷ tutorial", "goal ÷ sharp"),
        tuple(rows),
    )


def cpu_of_chain(results: Results) -> Table:
    rows = []
    for case in GOALS:
        renditions = {"ours": results[case, "ours", "renditions", "master"].cpu_s}
        renditions |= {peer: results[case, peer, "renditions", "upload"].cpu_s for peer in PEERS}
        masters = {side: results[case, side, "normalize", "upload"].cpu_s for side in renditions}
        ours = renditions["ours"] + masters["ours"]
        both = [ours / (renditions[peer] + masters[peer]) for peer in PEERS]
        alone = ours / renditions["sharp"]
        rows.append((case, f"{ours * 1000:.0f} ms", *(f"{ratio:.2f}" for ratio in both), f"{alone:.2f}"))
    return Table(
        "Master and ten renditions, CPU",
        "The sum of the two above on either side. The last column divides our sum by sharp's renditions alone, for "
        "those who want no master.",
        ("upload", "ours", "÷ sharp", "÷ libvips", "÷ tutorial", "÷ sharp, renditions alone"),
        tuple(rows),
    )


def since_before(results: Results) -> Table:
    rows = []
    for case in GOALS:
        for work, source in (("renditions", "master"), ("normalize", "upload")):
            now, before = results[case, "ours", work, source], results[case, "before", work, source]
            cpu, peak = now.cpu_s / before.cpu_s, now.peak_mb / before.peak_mb
            rows.append(
                (case, work, f"{before.cpu_s * 1000:.0f} ms", f"{now.cpu_s * 1000:.0f} ms", f"{cpu:.2f}", f"{peak:.2f}")
            )
    return Table(
        "Beside the commit before",
        "Our own code of that commit and of now, in turns with the others; the last columns divide now by before.",
        ("upload", "work", "before", "now", "CPU", "peak memory"),
        tuple(rows),
    )


def memory(results: Results) -> Table:
    rows = []
    for case in GOALS:
        for work, source in (("renditions", "master"), ("normalize", "upload")):
            ours = results[case, "ours", work, source]
            peaks = [ours.peak_mb / results[case, peer, work, "upload"].peak_mb for peer in PEERS]
            above = [ours.above_mb / results[case, peer, work, "upload"].above_mb for peer in PEERS]
            ratios = (f"{ratio:.2f}" for ratio in (*peaks, *above))
            rows.append((case, work, f"{ours.peak_mb:.0f} MB", f"{ours.above_mb:.0f} MB", *ratios))
    return Table(
        "Peak memory",
        "Resident, of the whole process (peak) and above what the runtime and its imports take (above). The goal for a "
        f"JPEG's renditions is a peak of {MEMORY_GOAL:g} of sharp's.",
        (
            *("upload", "work", "ours, peak", "above"),
            *("peak ÷ sharp", "÷ libvips", "÷ tutorial", "above ÷ sharp", "÷ libvips", "÷ tutorial"),
        ),
        tuple(rows),
    )


def likeness(qualities: dict[str, Quality]) -> Table:
    sides = ("full decode", "ours", *PEERS)
    rows = []
    for case, (found, _) in qualities.items():
        lost = found["full decode"] - found["ours"]
        rows.append((case, *(f"{found[side]:.4f}" for side in sides), f"{lost:.4f}"))
    return Table(
        "SSIM",
        "Mean of the renditions that are not pixelated, on luma, against a full decode scaled by Lanczos; the first "
        "column is that full decode itself, encoded alike.",
        ("upload", *(name.replace("vips", "libvips") for name in sides), "full decode − ours"),
        tuple(rows),
    )


def sizes(results: Results, qualities: dict[str, Quality]) -> Table:
    rows = []
    for case, (_, found) in qualities.items():
        ratios = (f"{found['ours'] / found[peer]:.2f}" for peer in PEERS)
        goal = f"{CPU_TIMES_BYTES_GOALS[case]:g}" if case in CPU_TIMES_BYTES_GOALS else ""
        product = f"{cpu_times_bytes(results, found, case):.2f}"
        rows.append((case, f"{found['ours'] / 1e6:.2f} MB", *ratios, product, goal))
    return Table(
        "Bytes",
        "Of the ten renditions together. JPEG quality 85, 4:2:0, no optimised tables; WebP quality 85, effort 2; PNG "
        "level 6 (sharp and libvips filter no rows unless told to, Pillow always does).",
        ("upload", "ours", "÷ sharp", "÷ libvips", "÷ tutorial", "CPU × bytes ÷ sharp's", "goal"),
        tuple(rows),
    )


def cpu_times_bytes(results: Results, sizes_bytes: dict[str, int], case: str) -> float:
    """Return CPU × bytes of our ten renditions ÷ sharp's: neither is saved by spending the other."""
    ours, sharp = results[case, "ours", "renditions", "master"], results[case, "sharp", "renditions", "upload"]
    return ours.cpu_s / sharp.cpu_s * sizes_bytes["ours"] / sizes_bytes["sharp"]


def missed(results: Results, qualities: dict[str, Quality]) -> Table:
    every = list(goals(results, qualities))
    rows = tuple((what, case, f"{goal:g}", f"{found:.3g}") for what, case, goal, found in every if found > goal)
    note = f"{len(every) - len(rows)} of {len(every)} goals are reached."
    return Table("Goals not reached", note, ("measure", "upload", "goal", "measured"), rows)


def goals(results: Results, qualities: dict[str, Quality]) -> Iterator[tuple[str, str, float, float]]:
    """Yield every goal: what is measured, of which case, the most it should be, what it is."""
    for case, goal in GOALS.items():
        ours = results[case, "ours", "renditions", "master"]
        sharp, tutorial = (results[case, peer, "renditions", "upload"] for peer in ("sharp", "tutorial"))
        found, sizes_bytes = qualities[case]
        yield "ten renditions, CPU ÷ sharp", case, goal, ours.cpu_s / sharp.cpu_s
        yield "ten renditions, CPU ÷ tutorial", case, TUTORIAL_GOAL, ours.cpu_s / tutorial.cpu_s
        yield "SSIM, full decode − ours", case, SSIM_GOAL, found["full decode"] - found["ours"]
        yield "SSIM, sharp − ours", case, 0.0, found["sharp"] - found["ours"]
        if case in MASTER_GOALS:
            master, sharps = (results[case, side, "normalize", "upload"] for side in ("ours", "sharp"))
            yield "master, CPU ÷ sharp", case, MASTER_GOALS[case], master.cpu_s / sharps.cpu_s
        if case in CPU_TIMES_BYTES_GOALS:
            product = cpu_times_bytes(results, sizes_bytes, case)
            yield "ten renditions, CPU × bytes ÷ sharp", case, CPU_TIMES_BYTES_GOALS[case], product
        if case not in NOT_JPEG:
            yield "ten renditions, peak memory ÷ sharp", case, MEMORY_GOAL, ours.peak_mb / sharp.peak_mb
