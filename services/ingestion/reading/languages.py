"""Language tags as feeds declare them."""

import re

from lxml.etree import _Element

_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
_MAX_CHARACTERS = 35
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def language_tag(text: object) -> str | None:
    """A BCP 47 tag, or None where it cannot be one."""
    if not isinstance(text, str) or len(text) > _MAX_CHARACTERS:
        return None
    tag = text.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else None


def declared_language(element: _Element) -> str | None:
    """What xml:lang says of an element: its own, else of what it stands in.

    Returns:
        The tag; empty where the element says that it has none; None where nothing is said.
    """
    for at in (element, *element.iterancestors()):
        stated = at.get(_LANG)
        if stated is not None:
            return language_tag(stated) or ""
    return None
