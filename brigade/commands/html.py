"""`brigade html`: a picture as markup."""

import re

import click

from brigade.acting.here import here
from brigade.commands.options import key_or_id, option, stack_name
from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError, print_json, say
from records.markup import FORMS, NoAlt, NotShown, markup

_ALT = "--alt TEXT says what it shows, --alt '' that it is decorative"


def _served(_: click.Context, __: click.Parameter, base: str) -> str:
    if not re.fullmatch(r"https?://[^?#]+|[^?#:]*", base):
        raise click.BadParameter("give an http or https URL, or a path, without ? and #")
    return base


@click.command()
@key_or_id
@option("--as", "form", type=click.Choice([*FORMS, "json"]), default="picture", help="In which form.")
@option(
    "--base",
    default="",
    callback=_served,
    help="Where renditions are served: a URL, or a path.  [default: where the stack delivers them]",
)
@option("--alt", help="What the picture shows, in words; '' if it is decorative.  [default: its IPTC alt text]")
@option("--sizes", default="", help="How wide the page shows it, in the words of HTML's sizes.")
@option("--eager", is_flag=True, help="It is seen as soon as the page is there: load it first, not lazily.")
@stack_name
def html(key_or_id: str, form: str, base: str, alt: str | None, sizes: str, eager: bool, stack: str) -> None:
    """Print a picture's markup, with all its widths and formats, for a page; of a key, its newest upload."""
    pipeline = Pipeline.find(here(), stack)
    record = pipeline.catalog.find(key_or_id)
    try:
        shown = markup(record, base=base or pipeline.delivery_url, alt=alt, sizes=sizes, eager=eager)
        text = "" if form == "json" else FORMS[form](shown)
    except NotShown as error:
        raise OperatorError(str(error), f"`brigade show {record.image_id}` says why") from error
    except NoAlt as error:
        raise OperatorError(f"{error}, and nobody has said what {record.key} shows", _ALT) from error
    if shown.alt is None:
        say(f"nobody has said what {record.key} shows, so there is no alt text: {_ALT}")
    if form == "json":
        print_json(shown.data())
    else:
        click.echo(text)
