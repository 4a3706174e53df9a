"""`brigade package`: every function's zip in a folder, for those who deploy with other tools."""

from dataclasses import asdict
from pathlib import Path

import click

from brigade.commands.options import as_json, option, other_recipes, out_folder
from brigade.deploy import packages
from brigade.pictures.recipes_file import load_recipes, recipes_path, self_contained
from brigade.release import release
from brigade.tables import table
from brigade.terminal import OperatorError, byte_size, out, print_json, say
from infra import names, parameters
from infra.functions import RUNTIME
from infra.packaging.libraries import Platform
from services.chain import CHAIN


@click.command()
@option("--arch", default="arm64", help="What the functions run on: arm64 or x86_64.")
@option("--python", help="Their Python, for another template than ours  [default: the template's]")
@out_folder("The zips go into a folder below it, named for Python and processor.", "build/packages")
@other_recipes
@option("--bucket", help="Also write parameters.json, for a deployment from this bucket by the AWS CLI.")
@as_json
def package(
    arch: str, python: str | None, folder: Path, recipes_file: Path | None, bucket: str | None, as_json: bool
) -> None:
    """Make every function's zip: the same bytes for the same inputs."""
    load_recipes(recipes_file)  # a mistake in them shows here, not in a function's log
    theirs = RUNTIME.removeprefix("python")
    platform = Platform(arch, python or theirs)
    if platform.python != theirs:
        if bucket:
            raise OperatorError(
                f"the template's functions run Python {theirs} and do not start with zips for {platform.python}",
                "leave out --python, or --bucket",
            )
        say(f"the template's functions run Python {theirs}: these zips are for {platform.python}")
    place = folder / str(platform)
    made = packages.write(packages.build(CHAIN.whole, self_contained(recipes_path(recipes_file)), platform, say), place)
    if as_json:
        print_json([asdict(each) for each in made])
    else:
        columns = ("actor", "zip", "unzipped: AWS SDK", "Pillow, HEIF", "the rest", "file")
        rows = [
            [each.actor, *map(byte_size, (each.zipped, each.sdk, each.pictures, each.rest)), each.key] for each in made
        ]
        out.print(table(str(place), columns, rows))
    if bucket:
        more = {parameters.ARCHITECTURE: arch, names.CODE_BUCKET: bucket, names.VERSION: release()}
        path = packages.write_parameters(CHAIN.whole, made, place, more)
        say(f"{path} names them as objects of {bucket}")
