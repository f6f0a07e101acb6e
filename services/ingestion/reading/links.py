"""A link as a feed writes it -> an absolute address of the web, or none."""

import re
from urllib.parse import urljoin

from lxml.etree import _Element

MAX_CHARACTERS = 4_096
_BREAKS = re.compile(r"[\t\r\n]")  # as browsers do
_BASE = "{http://www.w3.org/XML/1998/namespace}base"


def absolute(link: str | None, base: str) -> str | None:
    """None for what is no address of the web: mailto:, javascript:, data:, what cannot be joined, what is too long."""
    joined = resolved(link, base)
    return joined if joined is not None and joined[:8].lower().startswith(("http://", "https://")) else None


def resolved(link: str | None, base: str) -> str | None:
    """The same, of any scheme."""
    link = _BREAKS.sub("", (link or "").strip())
    if not link or len(link) > MAX_CHARACTERS:
        return None
    if link.startswith(("http://", "https://")) and "[" not in link:
        return link
    try:
        return urljoin(base, link)
    except ValueError:
        return None


def host_of(url: str) -> str:
    """The host with its port, as it stands there."""
    return url.partition("://")[2].partition("/")[0].lower()


def base_of(element: _Element, url: str) -> str:
    """Where the relative links of an element begin: xml:base of it and of what it stands in.

    Args:
        element: any.
        url: of the document.
    """
    own = [base for at in (element, *element.iterancestors()) if (base := at.get(_BASE))]
    for base in reversed(own):
        url = absolute(base, url) or url
    return url
