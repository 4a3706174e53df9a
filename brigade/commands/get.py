"""`brigade get`: a picture's files."""

from pathlib import Path

import click

from brigade.acting.here import here
from brigade.commands.options import as_json, key_or_id, out_folder, stack_name
from brigade.pictures import own_names
from brigade.pipeline import Pipeline
from brigade.tables import table
from brigade.terminal import OperatorError, byte_size, out, print_json


@click.command()
@key_or_id
@out_folder("Where the picture's folder is made.")
@stack_name
@as_json
def get(key_or_id: str, folder: Path, stack: str, as_json: bool) -> None:
    """Download a picture's master and renditions into a folder named after its key."""
    pipeline = Pipeline.find(here(), stack)
    record = pipeline.catalog.find(key_or_id)
    if not record.master or record.is_retired:
        state = "no files any more" if record.is_retired else "no files yet"
        raise OperatorError(f"{record.key} has {state}", f"`brigade show {record.image_id}`")
    written = own_names.paths(record, folder)
    own_names.folder_of(folder, record.key).mkdir(parents=True, exist_ok=True)
    for key, path in written.items():
        path.write_bytes(pipeline.s3.get_object(Bucket=record.master.bucket, Key=key)["Body"].read())
    if as_json:
        print_json([{"name": p.stem, "path": str(p), "bytes": p.stat().st_size} for p in written.values()])
        return
    rows = [(path.stem, str(path), byte_size(path.stat().st_size)) for path in written.values()]
    out.print(table("", ("name", "path", "bytes"), rows))
