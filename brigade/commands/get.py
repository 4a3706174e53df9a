"""`brigade get`: a picture's files."""

from pathlib import Path, PurePosixPath

import click

from brigade.acting.here import here
from brigade.commands.options import as_json, key_or_id, out_folder, stack_name
from brigade.console import OperatorError, byte_size, out, print_json
from brigade.pipeline import Pipeline
from brigade.tables import table


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
    # A key may say anything; what could lead out of the folder is left away.
    parts = [part for part in PurePosixPath(record.key).parts if part not in ("/", "..", ".")]
    into = folder.joinpath(*parts)
    into.mkdir(parents=True, exist_ok=True)
    written: list[tuple[str, Path]] = []
    for name, image in (("master", record.master), *((each.name, each) for each in record.renditions)):
        path = into / f"{name}{PurePosixPath(image.key).suffix}"
        body = pipeline.s3.get_object(Bucket=image.bucket, Key=image.key)["Body"]
        path.write_bytes(body.read())
        written.append((name, path))
    if as_json:
        print_json([{"name": name, "path": str(path), "bytes": path.stat().st_size} for name, path in written])
        return
    rows = [(name, str(path), byte_size(path.stat().st_size)) for name, path in written]
    out.print(table("", ("name", "path", "bytes"), rows))
