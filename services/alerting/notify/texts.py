"""A message -> subject, plain text, HTML and Markdown, by templates of a channel's own or those that come with us."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from services.alerting.notify.channels.channel import TemplateFile, Templates, Unusable, Written
from services.alerting.notify.message import Message
from services.alerting.notify.neutral import cut
from services.alerting.notify.samples import samples
from services.alerting.notify.template import MOST_SOURCE, BrokenTemplate, Shape, Template
from services.alerting.notify.view import view_of
from services.alerting.notify.view_names import View
from services.backbone.telemetry import logger

MOST_SUBJECT: Final = 250

_SHAPES: Final[Mapping[str, Shape]] = {
    "subject": "line",
    "text": "text",
    "html": "html",
    "markdown": "markdown",
    "fragment": "html",
}
log = logger()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as people read it."""

    subject: str
    """One line."""
    text: str
    html: str
    """A whole document."""
    markdown: str
    """CommonMark."""
    fragment: str
    """HTML to be put into a page or a feed: without styles."""


@dataclass(frozen=True)
class Texts:
    """The templates of a channel. Two of the same sources do the same."""

    own: tuple[tuple[str, Template], ...] = ()
    """Those that the channel describes itself, by what they make."""

    @property
    def digest(self) -> str:
        """Changes with what the templates say, wherever that stands."""
        return sha256(repr([(name, template.source) for name, template in self.own]).encode()).hexdigest()[:12]

    def render(self, name: str, view: View) -> str:
        """One text. A template of the channel's own that fails must not lose the message: ours takes its place."""
        own = self._own.get(name)
        if own is not None:
            try:
                return own.render(view)
            except BrokenTemplate as error:
                log.error("template.failed", channel=view["channel"], template=name, line=error.line, what=error.what)
        return OURS[name].render(view)

    @cached_property
    def _own(self) -> dict[str, Template]:
        return dict(self.own)


def _ours() -> dict[str, Template]:
    folder = files(__package__) / "templates"
    return {
        name: Template((folder / f"{name}.j2").read_text(encoding="utf-8"), shape) for name, shape in _SHAPES.items()
    }


OURS: Final = _ours()
"""The templates that come with us, by what they make."""


def rendered(message: Message, texts: Texts = Texts()) -> Rendered:
    """The message as text of every kind."""
    view = view_of(message)
    shown = {name: texts.render(name, view) for name in _SHAPES}
    return Rendered(**{**shown, "subject": _line(shown["subject"])})


def _line(text: str) -> str:
    return text if len(text) <= MOST_SUBJECT else text[: cut(text, MOST_SUBJECT - 1)] + "…"


def load_texts(written: Templates, folder: Path) -> Texts:
    """The templates that a channel describes.

    Args:
        written: as they stand in the configuration.
        folder: the configuration folder; relative paths begin there.

    Raises:
        Unusable: one cannot be read, is none, or uses what some kind of message has not.
    """
    own = ((name, source) for name in Templates.model_fields if (source := getattr(written, name)) is not None)
    return Texts(tuple((name, _load(name, source, folder)) for name, source in own))


def _load(name: str, written: Written, folder: Path) -> Template:
    source = _read(written, folder) if isinstance(written, TemplateFile) else written
    place = f"{written.file}" if isinstance(written, TemplateFile) else f"templates.{name}"
    try:
        template = Template(source, _SHAPES[name])
        for kind, message in samples().items():
            try:
                template.render(view_of(message))
            except BrokenTemplate as error:
                raise BrokenTemplate(error.line, f"{error.what} (tried with: {kind})", error.fix) from None
    except BrokenTemplate as error:
        where = f"{place}:{error.line}" if error.line else place
        raise Unusable("templates", f"{where}: {error.what}", error.fix) from None
    return template


def _read(written: TemplateFile, folder: Path) -> str:
    fix = "put the template there, in UTF-8, or correct the path"
    try:
        with (folder / written.file).open("rb") as file:
            data = file.read(4 * MOST_SOURCE + 1)
        return data.decode("utf-8")
    except OSError as error:
        raise Unusable("templates", f"file {written.file} cannot be read: {error.strerror}", fix) from None
    except UnicodeDecodeError:
        raise Unusable("templates", f"file {written.file} is not text", fix) from None
