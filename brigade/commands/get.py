"""`brigade get`: a picture's files."""

from pathlib import Path, PurePosixPath

import click

from brigade.acting.here import here
from brigade.commands.options import as_json, key_or_id, option, stack_name
from brigade.commands.show import is_retired
from brigade.console import OperatorError, byte_size, out, print_json, table
from brigade.pipeline import Pipeline


@click.command()
@key_or_id
@option("--out", "folder", required=True, type=click.Path(path_type=Path), help="Where the picture's folder is made.")
@stack_name
@as_json
def get(key_or_id: str, folder: Path, stack: str, as_json: bool) -> None:
    """Download a picture's master and renditions into a folder named after its key."""
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
