"""`brigade upload`, `show` and `get`: pictures in, and what became of them."""

from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from brigade.commands import here
from brigade.commands.options import AsJson, StackName, Yes
from brigade.commands.rerun import send_unheard
from brigade.console import OperatorError, byte_size, counted, out, print_json, printable, progress, say, table
from brigade.pictures.verdicts import told

if TYPE_CHECKING:
    from brigade.pictures.uploads import Uploaded
    from brigade.pipeline import Pipeline
    from imaging.recipes import Recipes

Cells = dict[str, str | Text]
_COLUMNS = ("key", "status", "original", "master", "renditions", "worked", "id")
_NARROW_COLUMNS = ("key", "status", "id")
_WIDE = 150  # characters that all columns need
_FEW = 200  # uploads that are listed one by one; of more, only those that are not ready
_COLOURS = {
    "READY": "green",
    "FAILED": "red",
    "PROCESSING": "yellow",
    "QUARANTINED": "magenta",
    "SUPERSEDED": "dim",
    "REMOVED": "dim",
}


def upload(
    paths: Annotated[list[Path], typer.Argument(help="Pictures, or folders that hold some.")],
    prefix: Annotated[str, typer.Option(help="Put before every key, for example postpic/.")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Wait until every picture is ready or has failed.")] = False,
    timeout: Annotated[float, typer.Option(help="With --wait: seconds without any progress before giving up.")] = 120,
    stack: StackName = "brigade",
    yes: Yes = False,  # noqa: ARG001 - here() asks it
) -> None:
    """Upload pictures. Run it again after a failure: what is already there is not sent again.

    Ingest is sent word of what is there and the catalogue has never heard of.

    Exits 1 when a file or link was skipped: each is named with the reason, and the others go on. With --wait, also
    when a picture is not ready in the end: it failed, is held back, was removed or replaced, or was not settled in
    time.
    """
    from brigade.pictures import local_files as files
    from brigade.pictures import uploads
    from brigade.pipeline import Pipeline

    skipped: list[files.Skipped] = []
    found = files.find(paths, prefix, skipped.append)
    total = len(found) + len(skipped)
    pipeline = Pipeline.find(here(), stack)
    say(f"uploading {len(found)} files to s3://{pipeline.source_bucket} ({pipeline.target.describe()})")
    done: list[uploads.Uploaded] = []
    try:
        with progress("uploading", len(found)) as step:
            for one in uploads.upload(pipeline.s3, pipeline.source_bucket, found, skipped.append):
                done.append(one)
                step()
    finally:
        sent = sum(one.sent for one in done)
        say(f"{sent} uploaded, {len(done) - sent} were already there, {total - len(done)} not uploaded")
        for each in skipped:
            say(f"skipped: {each.path}: {each.why}")
    unheard = send_unheard(pipeline, [one.there for one in done if one.there])
    if wait:
        uploads.wait_for_recall(pipeline.catalogue, unheard, timeout)
    well = _wait(pipeline, pipeline.recipes, done, timeout) if wait else True
    if skipped or not well:
        raise typer.Exit(1)


def _wait(pipeline: "Pipeline", recipes: "Recipes", done: list["Uploaded"], timeout: float) -> bool:
    """Wait for the pictures that are not ignored and list them; return whether all are ready."""
    from brigade.pictures import uploads

    waited = []
    for one in done:
        if recipes.match(one.file.key):
            waited.append(one.image_id)
        else:
            say(f"ignored: {one.file.key} (no recipe matches its key)")
    rows: list[Cells] = []
    statuses: Counter[str] = Counter()
    with progress("processing", len(waited)) as step:

        def settled(record: dict[str, Any]) -> None:
            statuses[record["status"]] += 1
            if len(waited) <= _FEW or record["status"] != "READY":
                rows.append(_cells(record))
            step()

        missing = uploads.wait(pipeline.catalogue, waited, timeout, settled)
    if rows:
        out.print(_listing(rows))
    if len(waited) > _FEW:
        say(f"{statuses['READY']:,} of {len(waited):,} pictures are ready: `brigade ls --status ready` lists them")
    if missing:
        raise _unfinished(pipeline, missing)
    return _told(statuses)


def _unfinished(pipeline: "Pipeline", missing: list[str]) -> OperatorError:
    """Return what to say of pictures that are not done: which actors are paused, or who has not heard of them yet."""
    from brigade.flow import mappings

    what = f"{counted(len(missing), 'picture')} not done"
    if paused := mappings.paused(pipeline):
        return OperatorError(
            f"{what}: paused: {', '.join(paused)}", f"`brigade resume {' '.join(paused)}`, then give the command again"
        )
    if unheard := len(missing) - len(pipeline.catalogue.get(missing)):
        return OperatorError(
            f"{what}: of {unheard} the catalogue has not heard yet", "`brigade status` shows where messages wait"
        )
    return OperatorError(what, "`brigade ls --status processing` shows them")


def _told(statuses: Counter[str]) -> bool:
    """Say what has become of those that are not ready; return whether all are well."""
    if statuses["FAILED"]:
        say("some pictures failed: `brigade dlq ls` shows why")
    if statuses["QUARANTINED"]:
        say("moderation holds some pictures back: `brigade ls --status quarantined` lists them")
    if statuses["REMOVED"]:
        say("some were removed or rejected, as `brigade show KEY` tells: to have one again, delete its key and upload")
    if statuses["SUPERSEDED"]:
        say("newer uploads of the same keys have replaced some pictures: `brigade show KEY` shows the newest")
    return set(statuses) <= {"READY"}


def listing(records: list[dict[str, Any]]) -> Any:
    """Return a table of pictures to print; on a narrow screen, of what tells them apart."""
    return _listing([_cells(record) for record in records])


def _listing(rows: list[Cells]) -> Any:
    columns = _COLUMNS if out.width >= _WIDE else _NARROW_COLUMNS
    return table("", columns, [[cells[column] for column in columns] for cells in rows])


def _coloured(status: str) -> Text:
    return Text(status, style=_COLOURS[status])


def _cells(record: dict[str, Any]) -> Cells:
    failure = record["failure"]
    said = _coloured(record["status"])
    if failure:
        said.append(f" {failure['reason']}", style="default")
    elif record["status"] == "QUARANTINED":
        said.append(f" {record['moderation']['verdict']}", style="default")
    worked = sum(stage["worked_ms"] for stage in record["stages"].values())
    return {
        "key": record["source"]["key"],
        "status": said,
        "original": _facts(record["original"]),
        "master": _facts(record["master"]),
        "renditions": str(len(record["renditions"] or ())),
        "worked": f"{worked} ms",
        "id": record["image_id"],
    }


def _facts(image: dict[str, Any] | None) -> str:
    return f"{image['format']} {image['width']}×{image['height']} {byte_size(image['bytes'])}" if image else "–"


def show(
    key_or_id: Annotated[str, typer.Argument(help="A source key, or an image id.")],
    stack: StackName = "brigade",
    as_json: AsJson = False,
) -> None:
    """Show one picture's record with its timeline; of a key, its newest upload."""
    from brigade.pictures import timeline
    from brigade.pipeline import Pipeline

    record = Pipeline.find(here(), stack).catalogue.find(key_or_id)
    if as_json:
        print_json([record])
        return
    for name, value in _summary(record):
        out.print(Text(f"{name:14}"), value, sep="")
    out.print(table("timeline", timeline.COLUMNS, timeline.rows(record)))
    if record["renditions"] and not is_retired(record):
        made = [
            (r["name"], f"{r['width']}×{r['height']}", r["format"], byte_size(r["bytes"]), r["method"], r["key"])
            for r in record["renditions"]
        ]
        out.print(table("renditions", ("name", "size", "format", "bytes", "method", "key"), made))


def is_retired(record: dict[str, Any]) -> bool:
    """Whether a picture's outputs were deleted, because it was removed or replaced."""
    return "retire" in record["stages"]


def _summary(record: dict[str, Any]) -> list[tuple[str, Text]]:
    from brigade.pictures import camera

    master, failure = record["master"], record["failure"]
    rows = {
        "id": record["image_id"],
        "source": record["source"]["url"],
        "uploaded": record["entered_at"],
        "recipe": record["recipe"],
        "original": _facts(record["original"]),
        **camera.lines(record["camera"]),
        "master": f"{_facts(master)}  {master['key']}" if master else None,
        "failure": f"{failure['actor']}: {failure['reason']}: {failure['detail']}" if failure else None,
        "moderation": _moderation(record),
        "judged": "; ".join(f"{word} by {judged['by']}" for word, judged in record["judged"].items()),
        "superseded by": record["superseded_by"],
        "removed by": record["removed_by"],
        "outputs": "deleted" if is_retired(record) else None,
    }
    said = [(name, Text(printable(str(value)))) for name, value in rows.items() if value]
    return [said[0], ("status", _coloured(record["status"])), *said[1:]]


def _moderation(record: dict[str, Any]) -> str | None:
    """Say verdict, confidence and labels, and who says so; or that a picture waits for that."""
    from services.catalog.record import MODERATE

    moderation, failure = record["moderation"], record["failure"]
    if not moderation:
        if record["moderation_mode"] != "gate" or record["status"] not in {"PROCESSING", "FAILED"} or record["judged"]:
            return None
        if failure and failure["actor"] == MODERATE:
            return f"no verdict (gate): `brigade dlq redrive {MODERATE}`, or `brigade approve` or `reject`"
        return "waits for a verdict (gate)"
    labels = "".join(f", {label['name']} {label['confidence']} %" for label in moderation["labels"])
    engine = f"{moderation['model']} {moderation['version']}"
    return f"{told(moderation)}{labels} ({moderation['mode']}, {engine})"


def get(
    key_or_id: Annotated[str, typer.Argument(help="A source key, or an image id.")],
    folder: Annotated[Path, typer.Option("--out", help="Where the picture's folder is made.")],
    stack: StackName = "brigade",
    as_json: AsJson = False,
) -> None:
    """Download a picture's master and renditions into a folder named after its key."""
    from brigade.pipeline import Pipeline

    pipeline = Pipeline.find(here(), stack)
    record = pipeline.catalogue.find(key_or_id)
    if not record["master"] or is_retired(record):
        state = "no files any more" if is_retired(record) else "no files yet"
        raise OperatorError(f"{record['source']['key']} has {state}", f"`brigade show {record['image_id']}`")
    # A key may say anything; what could lead out of the folder is left away.
    parts = [part for part in PurePosixPath(record["source"]["key"]).parts if part not in ("/", "..", ".")]
    into = folder.joinpath(*parts)
    into.mkdir(parents=True, exist_ok=True)
    written = []
    for image in ({**record["master"], "name": "master"}, *(record["renditions"] or ())):
        path = into / f"{image['name']}{PurePosixPath(image['key']).suffix}"
        body = pipeline.s3.get_object(Bucket=image["bucket"], Key=image["key"])["Body"]
        path.write_bytes(body.read())
        written.append({"name": image["name"], "path": str(path), "bytes": path.stat().st_size})
    if as_json:
        print_json(written)
        return
    out.print(table("", ("name", "path", "bytes"), [(w["name"], w["path"], byte_size(w["bytes"])) for w in written]))
