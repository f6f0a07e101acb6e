"""Markdown as the pages of docs/ use it."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar or a line break inside of a cell breaks no row, and what is no code is no markup by accident."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines) + "\n"


def code(text: object) -> str:
    """As it is typed."""
    return f"`{text}`" if str(text) else ""


def fenced(language: str, text: str) -> str:
    """A block that can be copied."""
    return f"```{language}\n{text.strip()}\n```\n"


def anchor(title: str) -> str:
    """What a link to a heading ends in: lower case, blanks as hyphens, no other signs."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def in_one_line(text: str) -> str:
    """A docstring as a sentence in a table."""
    return " ".join(text.split())


def _cell(text: str) -> str:
    pieces = re.split(r"(`[^`]*`)", in_one_line(text))
    pieces[::2] = [re.sub(r"(?<!\*)\*(?!\*)", r"\\*", piece.replace("<", "&lt;")) for piece in pieces[::2]]
    return re.sub(r"(?<!\\)\|", r"\\|", "".join(pieces))
