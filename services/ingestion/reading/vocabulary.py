"""Which element is meant by a name, whatever namespace a feed writes it in.

All that RSS and Atom ever called their own is one vocabulary without a prefix, as outlets mix them; the modules have
the prefixes that their specifications use. Names are in lower case.
"""

from functools import lru_cache

from lxml.etree import _Element

_BASE = """
    http://backend.userland.com/rss http://backend.userland.com/rss2 http://backend.userland.com/rss091
    http://blogs.law.harvard.edu/tech/rss http://cyber.harvard.edu/rss/rss.html http://purl.org/rss/1.0
    http://my.netscape.com/rdf/simple/0.9 http://channel.netscape.com/rdf/simple/0.9 http://my.netscape.com/publish/formats/rss-0.91.dtd
    http://purl.org/net/rss1.1# http://purl.org/rss/2.0 http://purl.org/rss/1.0/modules/rss091#
    http://example.com/newformat# http://example.com/necho http://purl.org/echo uri/of/echo/namespace#
    http://purl.org/pie http://purl.org/atom/ns# http://www.w3.org/2005/atom
"""
_MODULES = {
    "http://purl.org/atompub/tombstones/1.0": "at",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.google.com/schemas/play-podcasts/1.0": "googleplay",
    "http://search.yahoo.com/mrss": "media",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/xlink": "xlink",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "sitemap",
}
_PREFIXES = {uri.rstrip("/"): "" for uri in _BASE.split()} | _MODULES
KNOWN_PREFIXES = {prefix: uri for uri, prefix in reversed(_MODULES.items())} | {"atom": "http://www.w3.org/2005/atom"}
"""What a prefix means that a feed uses and does not declare."""
_USUAL = {prefix: prefix for prefix in KNOWN_PREFIXES} | {"atom": "", "atom10": "", "atom03": "", "a10": "", "rss": ""}
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def name_of(element: _Element) -> str:
    """`title` or `dc:title`; `?title` in a namespace that no feed format knows, ? of what is no element."""
    tag = element.tag
    if not isinstance(tag, str):
        return "?"
    return _name(tag) or _name_by_prefix(tag, element.prefix)


def local_name(element: _Element) -> str:
    """Its name without namespace, in lower case."""
    return name_of(element).rpartition(":")[2].lstrip("?")


@lru_cache(2_000)
def _name(tag: str) -> str:
    """Empty in a namespace that is not known."""
    if tag[0] != "{":
        return tag.lower()
    uri, _, local = tag[1:].partition("}")
    prefix = _PREFIXES.get(uri.strip().lower().rstrip("/").replace("https://", "http://", 1))
    return "" if prefix is None else f"{prefix}:{local.lower()}" if prefix else local.lower()


def _name_by_prefix(tag: str, prefix: str | None) -> str:
    """Where a namespace is mistyped the prefix tells what is meant; without a prefix, the feed's own elements are."""
    local = tag.rpartition("}")[2].lower()
    usual = _USUAL.get(prefix or "rss")
    return f"?{local}" if usual is None else f"{usual}:{local}" if usual else local
