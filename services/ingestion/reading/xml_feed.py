"""The elements of RSS, RDF and Atom -> a feed, in one vocabulary: outlets mix them.

For each field the names are listed that may hold it, the best first; the first that holds something gives it. Only
the children of an item count, and those of media:group and media:content.
"""

from collections.abc import Iterator
from datetime import datetime

from lxml.etree import _Element

from schemas.article import Mark
from services.ingestion.reading.asked import asked
from services.ingestion.reading.dates import read_date
from services.ingestion.reading.document import Document
from services.ingestion.reading.entry import MAX_ENTRIES, Asked, Entry, Feed, Tombstone, texts_of
from services.ingestion.reading.languages import declared_language, language_tag
from services.ingestion.reading.links import absolute, base_of, host_of
from services.ingestion.reading.markup import as_meant, markup_of, text_of
from services.ingestion.reading.media import media_of
from services.ingestion.reading.people import MAX_AUTHORS, name_of_person
from services.ingestion.reading.vocabulary import RDF_ABOUT, name_of

TITLES = ("title", "dc:title", "media:title", "itunes:title")
CONTENTS = ("content:encoded", "encoded", "content", "xhtml:body", "body", "xhtml:div", "fullitem")
SUMMARIES = (
    "description",
    "summary",
    "abstract",
    "dc:description",
    "dcterms:abstract",
    "itunes:summary",
)
CAPTIONS = ("googleplay:description", "media:description", "media:text", "itunes:subtitle")
"""Of what goes with an entry; its text only where it has no other."""
PUBLISHED = ("pubdate", "published", "issued", "dcterms:issued", "created", "dcterms:created", "dc:date", "date")
UPDATED = ("updated", "modified", "dcterms:modified", "lastbuilddate", "dc:date")
AUTHORS = ("author", "dc:creator", "dc:author")
OWNERS = (
    "author",
    "managingeditor",
    "dc:creator",
    "dc:author",
    "itunes:author",
    "webmaster",
    "itunes:owner",
    "dc:publisher",
)
_ASKED = frozenset(["ttl", "sy:updateperiod", "sy:updatefrequency"])
_GROUPS = frozenset(["media:group", "media:content"])
_HTML = ("", "text/html", "application/xhtml+xml")

Fields = dict[str, list[_Element]]


class NoFeed(Exception):
    """The root is none of a feed that this module knows, or no entry stands where entries belong."""


def read_elements(document: Document, url: str, now: datetime) -> Feed:
    """Read a feed.

    Args:
        document: as it was read.
        url: where relative links begin.
        now: dates well after it are not believed.

    Raises:
        NoFeed: it is none, or not one as the formats have it.
    """
    return _Reading(document, url, now).feed()


class _Reading:
    def __init__(self, document: Document, url: str, now: datetime) -> None:
        root = document.root
        kind = name_of(root)
        if kind not in ("rss", "rdf:rdf", "feed"):
            raise NoFeed(f"the root is <{kind}>")
        self.atom = kind == "feed"
        self.document, self.url, self.now = document, url, now
        self.channel, self.items = root, _items(root, "entry" if self.atom else "item")
        if not self.atom:
            channel = next((child for child in root if name_of(child) == "channel"), None)
            if channel is None and not self.items:
                raise NoFeed("no channel")
            self.channel = root if channel is None else channel
            self.items = [*_items(self.channel, "item"), *(self.items if self.channel is not root else ())]
        self.fields = _fields(self.channel, but="entry" if self.atom else "item")
        self.site = self._alternate(self.fields)
        if self.site and host_of(self.site) != host_of(url):
            self.url = self.site  # a feed that is served elsewhere means its links as its site has them
        self.language = self._channel_language()
        self.inherited = self._inherited_authors()

    def feed(self) -> Feed:
        fields = self.fields
        published, updated = self._date(fields, PUBLISHED)[0], self._date(fields, UPDATED)[0]
        return Feed(
            entries=tuple(self._entry(item) for item in self.items[:MAX_ENTRIES]),
            asked=self._asked(),
            title=self._markup(fields, TITLES),
            link=self.site,
            id=self._id(fields),
            language=self.language,
            author=next(iter(self._people(fields, OWNERS)), None),
            updated=updated or published,
            hub=self._related(fields, "hub"),
            self_link=self._related(fields, "self"),
            tombstones=tuple(self._tombstones(fields)),
        )

    def _tombstones(self, fields: Fields) -> Iterator[Tombstone]:
        for element in fields.get("at:deleted-entry", ())[:MAX_ENTRIES]:
            if ref := (element.get("ref") or "").strip():
                relative = self._is_relative(ref, element)
                ref = (absolute(ref, self._base(element)) if relative else None) or ref
                when, _ = read_date(element.get("when") or "", self.now)
                yield Tombstone(ref, when, self._alternate(_fields(element)))

    def _entry(self, item: _Element) -> Entry:
        fields = _fields(item)
        content, summary, is_summary = self._texts(fields)
        published, mark = self._date(fields, PUBLISHED)
        updated, why = self._date(fields, UPDATED)
        if published is None and updated is not None:
            published, mark = updated, None
        return Entry(
            guid=self._id(fields) or (item.get(RDF_ABOUT) or "").strip() or None,
            link=self._link(fields, item),
            title=self._markup(fields, TITLES),
            content=content,
            summary=summary,
            is_summary=is_summary,
            authors=self._authors(fields),
            published=published,
            updated=updated,
            date_mark=why if mark == "undated" and why is not None else mark,
            language=self._language(fields, item),
            media=media_of(fields, self._base),
        )

    def _markup(self, fields: Fields, names: tuple[str, ...]) -> str:
        for element in _named(fields, names):
            if markup := self._html(element):
                return markup
        return ""

    def _html(self, element: _Element) -> str:
        markup = markup_of(element, self.atom)
        return as_meant(markup) if self.document.twice else markup

    def _texts(self, fields: Fields) -> tuple[str, str, bool]:
        """Content, summary, and whether the feed calls that content a summary. A second summary is a content."""
        elements = [element for name in fields if name in SUMMARIES[:2] for element in fields[name]]
        elements.extend(_named(fields, SUMMARIES[2:]))
        given = [text for element in elements if (text := self._html(element))]
        content = self._markup(fields, CONTENTS) or max(given[1:], key=len, default="")
        return texts_of(given if given or content else [self._markup(fields, CAPTIONS)], content)

    def _date(self, fields: Fields, names: tuple[str, ...]) -> tuple[datetime | None, Mark | None]:
        why: Mark | None = "undated"
        for name in names:
            for element in reversed(fields.get(name, ())):  # the last counts, as in all parsers
                moment, mark = read_date(text_of(element), self.now)
                if moment is not None:
                    return moment, None
                why = mark if why == "undated" else why
        return None, why

    def _base(self, element: _Element) -> str:
        return base_of(element, self.url) if self.document.based else self.url

    def _id(self, fields: Fields) -> str | None:
        for element in _named(fields, ("guid", "id")):
            if identifier := text_of(element):
                relative = self._is_relative(identifier, element)
                return (absolute(identifier, self._base(element)) if relative else None) or identifier
        return None

    def _is_relative(self, identifier: str, element: _Element) -> bool:
        """An id of Atom is an address, relative to xml:base where there is one; a guid of RSS may be any text."""
        if identifier.startswith(("/", "./", "../")):
            return element.get("isPermaLink") != "false"
        return self.atom and self.document.based and ":" not in identifier

    def _link(self, fields: Fields, item: _Element) -> str | None:
        for element in fields.get("feedburner:origlink", ()):
            if link := absolute(text_of(element), self._base(element)):
                return link
        if link := self._alternate(fields):
            return link
        for element in _named(fields, ("guid", "id")):
            if (element.get("isPermaLink") or element.get("ispermalink") or "true").strip().lower() == "true":
                link = text_of(element)
                if link.startswith(("http://", "https://", "/")):
                    return absolute(link, self._base(element))
        about = item.get(RDF_ABOUT) or ""
        return absolute(about, self.url) if about.startswith(("http://", "https://")) else None

    def _alternate(self, fields: Fields) -> str | None:
        """The address of the page: the text of RSS's last link, else Atom's link to an alternate, of HTML if one is."""
        text, other = None, None
        for element in fields.get("link", ()):
            if (element.get("rel") or "alternate").strip().lower() != "alternate":
                continue
            href = element.get("href")
            if href is None or (element.prefix is None and not self.atom):
                text = absolute(href or text_of(element), self._base(element)) or text
            else:
                link = absolute(href, self._base(element))
                if self.atom and (element.get("type") or "").strip().lower() in _HTML and link:
                    return link
                other = other or link
        return text or other

    def _related(self, fields: Fields, relation: str) -> str | None:
        for element in fields.get("link", ()):
            if relation in (element.get("rel") or "").lower().split():
                return absolute(element.get("href"), self._base(element))
        return None

    def _authors(self, fields: Fields) -> tuple[str, ...]:
        stated = tuple(name for name in fields if name in AUTHORS)
        people = self._people(fields, stated) or self._people(fields, ("itunes:author",))
        if not people and "source" in fields and self.atom:
            people = self._people(_fields(fields["source"][0]), ("author",))
        people = people or self.inherited
        named = [person for person in people if "@" not in person]
        return tuple(dict.fromkeys(named or people))[:MAX_AUTHORS]

    def _people(self, fields: Fields, names: tuple[str, ...]) -> list[str]:
        return [as_meant(name) for element in _named(fields, names) if (name := _person(element))]

    def _inherited_authors(self) -> list[str]:
        """Atom (RFC 4287, 4.2.1) gives the feed's authors to entries without; a channel's editor is no author."""
        names = ("author",) if self.atom else ("dc:creator", "dc:author")
        return self._people(self.fields, names) or self._people(self.fields, ("itunes:author",))

    def _channel_language(self) -> str | None:
        for element in _named(self.fields, ("language", "dc:language")):
            if tag := language_tag(text_of(element)):
                return tag
        return declared_language(self.channel) or None

    def _language(self, fields: Fields, item: _Element) -> str | None:
        for element in _named(fields, ("dc:language", "language")):
            if tag := language_tag(text_of(element)):
                return tag
        if not self.document.spoken:
            return self.language
        for element in (*_named(fields, CONTENTS), *_named(fields, SUMMARIES), *_named(fields, TITLES), item):
            if (tag := declared_language(element)) is not None:
                return tag or None
        return self.language

    def _asked(self) -> Asked:
        texts = {name: text_of(elements[0]) for name, elements in self.fields.items() if name in _ASKED}
        hours, days = (
            [text_of(part) for element in self.fields.get(name, ()) for part in element]
            for name in ("skiphours", "skipdays")
        )
        return asked(texts, hours, days)


def _items(parent: _Element, name: str) -> list[_Element]:
    return [child for child in parent if name_of(child) == name]


def _fields(parent: _Element, but: str = "") -> Fields:
    """The children by their names."""
    fields: Fields = {}
    for child in parent:
        name = name_of(child)
        if name == but:
            continue
        fields.setdefault(name, []).append(child)
        if name in _GROUPS and len(child):
            for part, elements in _fields(child).items():
                fields.setdefault(part, []).extend(elements)
    return fields


def _named(fields: Fields, names: tuple[str, ...]) -> Iterator[_Element]:
    for name in names:
        if name in fields:
            yield from fields[name]


def _person(element: _Element) -> str:
    """A person of Atom has a name or a mail address; one of RSS is a line of text."""
    parts = _fields(element)
    for name in ("name", "itunes:name", "email", "itunes:email"):
        for part in parts.get(name, ()):
            if text := text_of(part):
                return name_of_person(text)
    return name_of_person(text_of(element)) if not parts else name_of_person(element.text or "")
