"""A bar on standard error for what takes a while, so that the output stays clean."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def bar(what: str, total: int) -> Iterator["Bar"]:
    """Show it for the block, where there is more than one step."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=total < 2) as progress:
        yield Bar(progress, what, total)


class Bar:
    """How far it is."""

    def __init__(self, progress: Progress, what: str, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=total)

    def step(self, by: int = 1) -> None:
        """So much more is done."""
        self._progress.advance(self._task, by)
