"""`tocsin source extract`: what is taken from an article's page, without a broker and without the network."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.cli.options import Json
from services.cli.source.answers import answer_lines, bytes_of, write
from services.ingestion.pages.page import Page, PageUnreadable


def extract(
    file: Annotated[Path, typer.Argument(help="A page as served; - for JSON lines with file and url.")],
    url: Annotated[str, typer.Option(help="Where it was served.")] = "",
    content_type: Annotated[str, typer.Option(help="The Content-Type it was served with.")] = "",
    as_json: Json = False,
) -> None:
    """Show what is read from an article's page: its text, title, date and the rest."""
    if str(file) == "-":
        import_module("services.ingestion.pages.extract")  # once, before the first page
        return answer_lines(_answer, "file, and perhaps url and content_type")
    page = _extracted(file, url, content_type)
    if as_json:
        return write(_document(page))
    return _show(Console(soft_wrap=True, highlight=False), page)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    return _document(_extracted(Path(asked["file"]), asked.get("url") or "", asked.get("content_type") or ""))


def _extracted(file: Path, url: str, content_type: str) -> Page:
    body = bytes_of(file, "a page", PageUnreadable)
    from services.ingestion.pages.extract import extract_page  # half a second that other commands do not spend

    return extract_page(body, url, content_type or None)


def _document(page: Page) -> dict[str, Any]:
    return {
        "title": page.title,
        "text": page.text,
        "date": page.published.isoformat() if page.published else None,
        "authors": list(page.authors),
        "language": page.language,
        "canonical": page.canonical,
        "site": page.site,
        "media": [medium.model_dump(exclude_none=True) for medium in page.media],
        "wall": page.wall,
    }


def _show(console: Console, page: Page) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in {
        "published": f"{page.published:%Y-%m-%d %H:%M} UTC" if page.published else None,
        "authors": ", ".join(page.authors),
        "outlet": page.site,
        "language": page.language,
        "canonical": page.canonical,
        "media": "\n".join(medium.url for medium in page.media),
        "wall": page.wall,
    }.items():
        if value:
            table.add_row(Text(name, style="dim"), Text(value))
    console.rule(Text(page.title or "without a title", style="bold"))
    console.print(table)
    console.print()
    console.print(Text(page.text))
