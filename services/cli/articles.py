"""Articles as files hold them: JSON lines, or one text."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final, TypeVar

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from schemas import Article, Source
from schemas.article import MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS
from schemas.ids import article_id_from_guid, revision
from services.backbone.errors import UnreadableRecord

SOURCE: Final = Source(id="file", name="a file")


class InputLine(BaseModel):
    """One line of a file of JSON lines."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    holds: ClassVar[str]
    """What a line is told to hold."""


Line = TypeVar("Line", bound=InputLine)


class InputArticle(InputLine):
    """One line of a file of articles."""

    holds = "id, title and text"

    id: str
    title: str = ""
    text: str = ""
    lang: str | None = None

    @property
    def article(self) -> Article:
        """As the engine takes it."""
        return article_of(self.id, self.title, self.text, self.lang)


def article_of(identifier: str, title: str, text: str, language: str | None) -> Article:
    """An article of a file; what is longer than an article may be is cut."""
    return Article(
        id=article_id_from_guid(SOURCE.id, identifier),
        revision=revision(title, text),
        url="",
        source=SOURCE,
        title=title[:MAX_TITLE_CHARACTERS],
        text=text[:MAX_TEXT_CHARACTERS],
        language=language,
        seen_at=datetime.now(UTC),
        truncated=len(title) > MAX_TITLE_CHARACTERS or len(text) > MAX_TEXT_CHARACTERS,
    )


def read_text(file: Path) -> str:
    """A file, or standard input where its name is `-`; what is no UTF-8 becomes U+FFFD.

    Raises:
        BadParameter: it cannot be read.
    """
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from None
    return data.decode("utf-8", "replace")


def read_lines(file: Path, model: type[Line]) -> Iterator[Line]:
    """The lines of a file of JSON lines; empty ones are passed over.

    Raises:
        BadParameter: the file cannot be read.
        UnreadableRecord: a line is not what it should be.
    """
    for number, line in enumerate(read_text(file).split("\n"), 1):  # not splitlines: news text holds U+2028
        if line.strip():
            try:
                yield model.model_validate_json(line)
            except ValidationError as error:
                detail = error.errors(include_url=False, include_input=False)[0]
                what = " ".join([*map(str, detail["loc"]), detail["msg"]])
                raise UnreadableRecord(f"{file}:{number}: {what}; each line is an object with {model.holds}") from None
