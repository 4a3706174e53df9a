"""What a shell may complete: actors, recipes and reasons, which are known here, and keys, which the stack is asked for.

Nothing is said and nothing raised: who presses Tab gets words, or none.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module

import click

from brigade.pipeline import Pipeline
from brigade.target import resolve
from services.chain import CHAIN

Words = Callable[[click.Context, click.Parameter, str], list[str]]
_MOST = 50


def _of(words: Callable[[click.Context, str], Iterable[str]]) -> Words:
    def complete(context: click.Context, _: click.Parameter, begin: str) -> list[str]:
        with suppress(Exception):
            return [word for word in words(context, begin) if word.startswith(begin)]
        return []

    return complete


def _keys(context: click.Context, begin: str) -> list[str]:
    target = resolve()
    target.export()
    pipeline = Pipeline.find(target, context.params.get("stack") or "brigade")
    page = pipeline.s3.list_objects_v2(Bucket=pipeline.source_bucket, Prefix=begin, MaxKeys=_MOST)
    return [each["Key"] for each in page.get("Contents", [])]


def _recipes(context: click.Context, _: str) -> list[str]:
    load = import_module("brigade.pictures.recipes_file").load_recipes  # with Pillow: who asks for help waits for none
    return [recipe.name for recipe in load(context.params.get("recipes_file")).recipe]


keys = _of(_keys)
actors = _of(lambda *_: [actor.name for actor in CHAIN.whole.actors])
recipes = _of(_recipes)
reasons = _of(lambda *_: sorted({reason.reason for actor in CHAIN.whole.actors for reason in actor.rejects}))
