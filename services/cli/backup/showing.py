"""How a backup, or a restore, goes on: a bar on a terminal, nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.backbone.backup.taking import Moved


@contextmanager
def shown(what: str) -> Iterator[Moved]:
    """Show how many of how many records are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def mebibytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 2**20:.1f} MiB"
