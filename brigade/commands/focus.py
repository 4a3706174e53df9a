"""`brigade focus`: where a picture's subject is, for crops with gravity "focus"."""

import json

import click

from brigade.acting.here import here
from brigade.commands.options import Number, argument, key_or_id, option, stack_name, yes_to_the_account
from brigade.deploy import deployed_recipes
from brigade.pipeline import Pipeline
from brigade.rework import orders
from brigade.rework.gaps import recipe_of
from brigade.rework.sending import send_recorded
from brigade.terminal import OperatorError
from kit import outputs
from services.resize.actor import RESIZE

_SHARE = Number(0, 1)


@click.command()
@key_or_id
@argument("x", type=_SHARE, required=False, help="From the left, as a share of the upright picture's width.")
@argument("y", type=_SHARE, required=False, help="From above, as a share of its height.")
@option("--forget", is_flag=True, help="What the file says counts again.")
@yes_to_the_account
@stack_name
def focus(key_or_id: str, x: float | None, y: float | None, forget: bool, stack: str) -> None:
    """Say where a picture's subject is, for crops: those with gravity "focus" are made again around it.

    0.5 0.5 is the middle. It holds for every rerun, until the picture is removed or replaced. docs/recipes.md tells
    what else may say it.
    """
    if (None in (x, y)) is not forget or (forget and x is not None):
        raise click.UsageError("give X and Y, or else --forget")
    pipeline = Pipeline.find(here(), stack)
    record, recipes = pipeline.catalog.find(key_or_id), deployed_recipes.of(pipeline.stack)
    recipe = recipe_of(record, recipes)
    if recipe and all(each.gravity != "focus" for each in recipe.rendition):
        raise OperatorError(
            f'no rendition of its recipe {recipe.name} has gravity "focus"', "deploy a recipe where one has, first"
        )
    plan = orders.plan([record], RESIZE, pipeline.chain, recipes)
    for why in plan.left:
        raise OperatorError(f"{record.key}: {why}")
    place = {"Bucket": pipeline.target_bucket, "Key": outputs.focus(record.image_id)}
    if forget:
        pipeline.s3.delete_object(**place)
    else:
        point = [abs(round(share, 4)) for share in (x, y) if share is not None]  # as those that files tell
        pipeline.s3.put_object(**place, Body=json.dumps(point).encode(), ContentType="application/json")
    send_recorded(pipeline, plan.orders, RESIZE, None, command="focus")
