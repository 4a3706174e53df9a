"""`brigade show`: one picture."""

import click
from rich.text import Text

from brigade.acting.here import here
from brigade.commands.ls import colored, measures
from brigade.commands.options import as_json, key_or_id, stack_name
from brigade.pictures import camera, timeline
from brigade.pipeline import Pipeline
from brigade.tables import facts, table
from brigade.terminal import byte_size, out, print_json
from records.markup import forms
from records.picture import PictureRecord, Stage
from records.rules import failure
from records.shown import shown
from records.status import Status
from services.moderate.actor import MODERATE
from services.normalize.actor import NORMALIZE


@click.command()
@key_or_id
@stack_name
@as_json
def show(key_or_id: str, stack: str, as_json: bool) -> None:
    """Show one picture's record with its timeline; of a key, its newest upload."""
    pipeline = Pipeline.find(here(), stack)
    record = pipeline.catalog.find(key_or_id)
    master_at = pipeline.unheard_master(record)
    if as_json:
        said = shown(record)
        if master_at:
            said["stages"][NORMALIZE.name] = dict.fromkeys(Stage.__struct_fields__) | {"at": master_at}
        print_json([{**said, "markup": forms(record, pipeline.delivery_url)}])
        return
    rows = timeline.rows(record, master_at, pipeline.history.about(record.image_id, record.entered_at))
    out.print(facts(_summary(record)), Text(), table("", timeline.COLUMNS, rows), sep="\n")
    if record.renditions and not record.is_retired:
        made = [(r.name, f"{r.width}×{r.height}", r.format, byte_size(r.bytes), r.key) for r in record.renditions]
        out.print(Text(), table("", ("rendition", "size", "format", "bytes", "key"), made), sep="\n")


def _summary(record: PictureRecord) -> dict[str, str | Text | None]:
    master, failed = record.master, failure(record)
    return {
        "key": record.key,
        "status": colored(record.status),
        "origin": record.origin,
        "uploaded": record.entered_at,
        "recipe": record.recipe,
        "original": measures(record.original),
        **camera.lines(record.camera),
        "master": measures(master) if master else None,
        "focus": "{:g} from the left, {:g} from above".format(*record.focus) if record.focus else None,
        "failure": f"{failed.actor}: {failed.reason}: {failed.detail}" if failed else None,
        "moderation": _moderation(record),
        "archived": _archived(record),
        "judged": "; ".join(f"{word} by {judged.by}" for word, judged in record.judged.items()),
        "superseded by": record.superseded_by,
        "removed by": record.removed_by,
        "outputs": "deleted" if record.is_retired else None,
        "source": record.url,
        "stored at": f"s3://{master.bucket}/{master.key}" if master else None,
        "id": record.image_id,
    }


def _archived(record: PictureRecord) -> str | None:
    """Say where the original's copy is, and whether it is the only one."""
    copy = record.archived
    if not copy:
        return None
    stays = f", and its upload is gone since {record.original_gone}" if record.original_gone else ""
    where = f"s3://{copy.bucket}/{copy.key}"
    return f"{where}  {copy.storage_class}, {byte_size(copy.bytes)}, SHA-256 {copy.sha256}{stays}"


def _moderation(record: PictureRecord) -> str | None:
    """Say verdict, confidence and labels, and who says so; or that a picture waits for that."""
    moderation, failed = record.moderation, failure(record)
    if not moderation:
        waits = record.moderation_mode == "gate" and record.status in {Status.PROCESSING, Status.FAILED}
        if not waits or record.judged:
            return None
        if failed and failed.actor == MODERATE.name:
            return f"no verdict (gate): `brigade dlq redrive {MODERATE.name}`, or `brigade approve` or `reject`"
        return "waits for a verdict (gate)"
    labels = "".join(f", {label.name} {label.confidence} %" for label in moderation.labels)
    return f"{moderation}{labels} ({moderation.mode}, {moderation.model} {moderation.version})"
