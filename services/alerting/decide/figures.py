"""Which numbers of killed, injured and the like are told as changed. Pure.

A story remembers of each kind the number that was told last and the highest that was told: these differ after a
correction, and what others still copy from before it is no rise.
"""

from collections.abc import Iterable, Mapping

from schemas import Figure, FigureChange

Numbers = Mapping[str, int]
"""Kind of what is counted to how many."""


def stated(figures: Iterable[Figure]) -> dict[str, int]:
    """What an article states: of each kind its first number, of a range the lower end."""
    numbers: dict[str, int] = {}
    for figure in figures:
        number = figure.most if figure.least is None else figure.least
        if number is not None:
            numbers.setdefault(figure.kind, number)
    return numbers


def changes(now: Numbers, own_last: Numbers, told: Numbers, highest: Numbers) -> tuple[FigureChange, ...]:
    """What is told as changed: a rise above all that was told, or a source's correction of what was told.

    Args:
        now: as the article states it.
        own_last: as the same article stated it before, at the same source; empty where there was none.
        told: as the story was told last.
        highest: as it was told at most.
    """
    return tuple(
        FigureChange(kind=kind, before=told.get(kind), after=number)
        for kind, number in now.items()
        if _rises(number, highest.get(kind, 0)) or _corrects(number, own_last.get(kind), told.get(kind))
    )


def _rises(number: int, highest: int) -> bool:
    return number > highest


def _corrects(number: int, own_last: int | None, told: int | None) -> bool:
    """Whether a source takes back the number that was told, or more. Who lags behind what was told corrects nothing."""
    return own_last is not None and told is not None and number != own_last and number != told and own_last >= told


def after(before: Numbers, told: Iterable[FigureChange]) -> dict[str, int]:
    """What was told last, once these changes are told."""
    return dict(before) | {change.kind: change.after for change in told}


def highest_after(before: Numbers, told: Iterable[FigureChange]) -> dict[str, int]:
    """The highest that was told, once these changes are told."""
    return dict(before) | {change.kind: max(change.after, before.get(change.kind, 0)) for change in told}
