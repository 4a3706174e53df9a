"""`brigade deploy`: the stack, made or brought up to date."""

from collections.abc import Sequence
from pathlib import Path

import click

from brigade import project
from brigade.acting.here import here
from brigade.commands.narrator import Narrator
from brigade.commands.options import PATH, option, stack_name, verbose
from brigade.deploy import deployment, losses, stack_settings
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.change_set import Change
from brigade.pictures.recipes_file import load_recipes, recipes_path, self_contained, warn
from brigade.release import release
from brigade.terminal import OperatorError, ask, say
from imaging.recipes import DEFAULT_PATH
from infra.parameters import ENVIRONMENT


@click.command()
@stack_name
@option("--stage", default="", help="Deploy the stack STACK-STAGE, whose records name STAGE as their environment.")
@option(
    "--recipes",
    "recipes_file",
    type=PATH,
    help="The recipes.  [default: ./recipes.toml, or else what is deployed, or else brigade's own]",
)
@option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the template, kept from then on; repeatable.",
)
@option("--parameters", type=PATH, help="A JSON file of parameters as the AWS CLI takes it; --set goes before it.")
@option(
    "--tag",
    "tags",
    multiple=True,
    metavar="KEY=VALUE",
    help="A tag on all that is made, kept from then on; repeatable.",
)
@option("--dry-run", is_flag=True, help="Upload the code, say what would change, and change nothing.")
@verbose
@option("--yes", is_flag=True, help="Do not ask, even where a table, bucket or queue goes with what is in it.")
def deploy(
    stack: str,
    stage: str,
    recipes_file: Path | None,
    settings: tuple[str, ...],
    parameters: Path | None,
    tags: tuple[str, ...],
    dry_run: bool,
    verbose: bool,
    yes: bool,
) -> None:
    """Make the stack, or bring it up to date. If that fails, everything is put back as it was before."""
    chosen = project.settings().of_stage(stage) | (stack_settings.read_file(parameters) if parameters else {})
    chosen |= ({ENVIRONMENT: stage} if stage else {}) | _pairs("--set", settings, "LogRetentionDays=7")
    warn(load_recipes(recipes_file))  # a mistake in them shows here, not in a function's log
    target = here()
    name = stack_settings.of_stack(stack, stage)
    say(f"{'previewing' if dry_run else 'deploying'} stack {name} to {target.describe()}")
    found = self_contained(recipes_path(recipes_file))
    wanted = deployment.Wanted(
        version=release(),
        recipes=None if recipes_file is None and found == DEFAULT_PATH else found,  # None: what is deployed stays
        settings=chosen,
        tags=_pairs("--tag", tags, "team=photos"),
    )
    if dry_run:
        deployment.preview(target, name, listener=Narrator(verbose=True), **wanted)
        code = Artifacts(target, name).bucket
        say(f"nothing was changed, only the code was uploaded to {code}; without --dry-run the stack changes, too")
        return

    def consent(lost: list[Change]) -> None:
        ask(f"Deploy, and delete {losses.named(lost)} with what is in it?", yes)

    with Narrator(verbose=verbose) as narrator:
        deployment.deploy(target, name, listener=narrator, consent=consent, **wanted)
    say(f"stack {name} is up to date; `brigade outputs --stack {name}` shows where things are")


def _pairs(option: str, given: Sequence[str], example: str) -> dict[str, str]:
    """Read NAME=VALUE, as often as it was given."""
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise OperatorError(f"{option} {text} has no value", f"write NAME=VALUE, as {option} {example}")
        pairs[name] = value
    return pairs
