"""What a template may do to a value, and how a value is printed. What comes out is little longer than what goes in."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from jinja2 import Undefined
from markupsafe import Markup, escape

from services.alerting.notify.neutral import isolated, shortened
from services.alerting.notify.view_names import Sentence

Filter = Callable[..., object]

_ACTIVE: Final = re.compile(r"[\\`*_\[\]#]|^[-+=>]|(?<=^[0-9])[.)]|(?<=^[0-9]{2})[.)]")
_CALLS: Final = re.compile(r"(?<!\w)@(?=\w)|<(?=\S)|&(?=[#\w])|~(?=~)|\|(?=\|)")
_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9/:?#@!$&+,;=%~._-]+")
_WORD_JOINER: Final = "\u2060"
_MOST_SEPARATOR: Final = 100


def printed(value: object) -> object:
    """A value in HTML, which is escaped then."""
    if isinstance(value, Undefined):
        return str(value)  # it says what is not there
    if not isinstance(value, str | int):
        raise TypeError(f"a {type(value).__name__} cannot be printed; print what is in it")
    return value


def printed_in_line(value: object) -> object:
    """A value in plain text: one that is read from right to left does not turn what stands around it."""
    return isolated(value) if isinstance(value, str) else printed(value)


def printed_in_markdown(value: object) -> object:
    """A value in Markdown: escaped, unless a filter did that."""
    return markdown(value) if isinstance(value, str) and not isinstance(value, Markup) else printed(value)


def markdown(text: str) -> Markup:
    """Foreign text in Markdown: no character means anything, and nobody is called by `@everyone` or `<!channel>`."""
    return Markup(isolated(_inert(text.strip())))  # noqa: S704 - it is escaped


def _inert(text: str) -> str:
    """Only what every dialect knows is escaped by a backslash; else words are joined by a sign without width."""
    escaped = _ACTIVE.sub(lambda found: "\\" + found[0], text)
    return _CALLS.sub(lambda found: found[0] + _WORD_JOINER, escaped)


def _address(url: str) -> Markup:
    """An address in Markdown; it is quoted already (services/alerting/notify/view.py). Nothing of what is none."""
    return Markup(url if _ADDRESS.fullmatch(url) else "")  # noqa: S704


def _marked_html(sentence: Sentence) -> Markup:
    parts = [
        Markup("<mark>{}</mark>").format(part["text"]) if part["is_watched"] else escape(part["text"])
        for part in sentence["parts"]
    ]
    return Markup('<bdi dir="{}" lang="{}">{}</bdi>').format(sentence["dir"], sentence["lang"], Markup().join(parts))


def _marked_markdown(sentence: Sentence) -> Markup:
    parts = ((_inert(part["text"]), part["is_watched"]) for part in sentence["parts"])
    marked = "".join(f"**{text}**" if is_watched else text for text, is_watched in parts)
    return Markup(isolated(marked, sentence["lang"]))  # noqa: S704 - it is escaped


def _marked_text(sentence: Sentence) -> str:
    return "".join(f"«{part['text']}»" if part["is_watched"] else part["text"] for part in sentence["parts"])


def _join(values: list[str], separator: str = ", ") -> str:
    return separator[:_MOST_SEPARATOR].join(values)


def _upper(text: str) -> str:
    return text.upper()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _length(value: str | list[object]) -> int:
    return len(value)


_OF_ALL: Final[Mapping[str, Filter]] = {
    "join": _join,
    "upper": _upper,
    "capital": _capital,
    "length": _length,
    "shorten": shortened,
}
FILTERS: Final[Mapping[str, Mapping[str, Filter]]] = {
    "line": {**_OF_ALL, "marked": _marked_text},
    "text": {**_OF_ALL, "marked": _marked_text},
    "html": {**_OF_ALL, "marked": _marked_html},
    "markdown": {**_OF_ALL, "marked": _marked_markdown, "address": _address},
}
"""By the shape of the template. `marked` shows a sentence with its watched words, `shorten(80)` cuts a text."""
