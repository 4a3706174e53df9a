"""A progress bar on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from brigade.terminal import err


@contextmanager
def progress(label: str, total: int | None, *, shown: bool = True) -> Iterator[Callable[..., None]]:
    """Show a progress bar on stderr while the block runs; yields the function that moves it on, by one or so many.

    There is none where stderr is not a terminal. Without a total it shows how many there were.
    """
    columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
    # Lines on stdout pass above the bar, but only where both go to the screen: otherwise they would end in stderr.
    bar = Progress(
        *columns,
        console=err,
        transient=True,
        disable=not (shown and err.is_terminal),
        redirect_stdout=sys.stdout.isatty(),
    )
    with bar:
        task = bar.add_task(label, total=total)
        yield lambda count=1: bar.advance(task, count)
