"""Lists of persons and organisations that others publish, read from a file: who is on them, by which names.

    un              the UN Security Council's consolidated list, XML: INDIVIDUAL and ENTITY, aliases of good quality,
                    names in the original script
    ftm             FollowTheMoney entities, a JSON object a line, as OpenSanctions gives them: name and alias
    opensanctions   the same, or its table `targets.simple.csv`
    csv             a table with the column name, and aliases (parted by ;), kind or schema, id where it has them

Aliases that a list itself calls weak or of low quality are left out. To be listed is what somebody else decided; of it
nothing is kept but the names and where they come from.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from lxml import etree
from lxml.etree import _Element

from services.backbone.errors import TocsinError

Format = Literal["un", "opensanctions", "ftm", "csv"]
Kind = Literal["person", "organisation"]

MAX_BYTES: Final = 256 * 1024 * 1024
MAX_RECORDS: Final = 200_000
_MAX_NAMES: Final = 100
_MAX_CHARACTERS: Final = 200


class ListUnreadable(TocsinError):
    """A file is not what its format says."""


class Record(NamedTuple):
    """Someone on a list."""

    reference: str
    """What the list calls it."""
    kind: Kind
    names: tuple[str, ...]
    """The main one first."""


def read_list(body: bytes, form: Format) -> Iterator[Record]:
    """Those on a list, in its order, who have a name.

    Raises:
        ListUnreadable: it is not of that format, or beyond a bound.
    """
    if len(body) > MAX_BYTES:
        raise ListUnreadable(f"{len(body)} bytes long; split it into files under {MAX_BYTES} bytes")
    for number, record in enumerate(_READERS[form](body)):
        if number == MAX_RECORDS:
            raise ListUnreadable(f"more than {MAX_RECORDS} entries; split the file")
        if names := _tidy(record.names):
            yield record._replace(names=names)


def _tidy(names: tuple[str, ...]) -> tuple[str, ...]:
    tidied = (" ".join(name.split()) for name in names)
    return tuple(dict.fromkeys(name for name in tidied if 0 < len(name) <= _MAX_CHARACTERS))[:_MAX_NAMES]


def _un(body: bytes) -> Iterator[Record]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ListUnreadable(f"not XML: {error}; save the list anew, as XML") from None
    if root.getroottree().docinfo.doctype:
        raise ListUnreadable("a list with a DTD is not read; save it anew without the lines from <!DOCTYPE on")
    if root.tag != "CONSOLIDATED_LIST":
        raise ListUnreadable(f"the root element is {root.tag!r}, not CONSOLIDATED_LIST; is it another format?")
    for tag, kind in (("INDIVIDUAL", "person"), ("ENTITY", "organisation")):
        for element in root.iter(tag):
            yield Record(_said(element, "REFERENCE_NUMBER"), kind, tuple(_un_names(element, tag)))  # type: ignore[arg-type]


def _un_names(element: _Element, tag: str) -> Iterator[str]:
    parts = (_said(element, f"{place}_NAME") for place in ("FIRST", "SECOND", "THIRD", "FOURTH"))
    yield " ".join(part for part in parts if part)
    yield _said(element, "NAME_ORIGINAL_SCRIPT")
    for alias in element.iterfind(f"{tag}_ALIAS"):
        if _said(alias, "QUALITY").lower() != "low":
            yield _said(alias, "ALIAS_NAME")


def _said(element: _Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


_KINDS: Final[Mapping[str, Kind]] = {
    "person": "person",
    "organization": "organisation",
    "organisation": "organisation",
    "company": "organisation",
    "legalentity": "organisation",
    "publicbody": "organisation",
}


def _ftm(body: bytes) -> Iterator[Record]:
    for number, line in enumerate(_text(body).split("\n"), 1):
        if not line.strip():
            continue
        try:
            entity = json.loads(line)
            kind = _KINDS.get(str(entity["schema"]).lower())
            properties = entity["properties"]
            names = (*_texts(properties.get("name")), *_texts(properties.get("alias")))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise ListUnreadable(f"line {number} is no entity; each is an object with schema and properties") from None
        if kind is not None:
            yield Record(str(entity.get("id", "")), kind, names)


def _texts(values: Any) -> Iterator[str]:
    return (value for value in values or () if isinstance(value, str))


def _csv(body: bytes) -> Iterator[Record]:
    table = csv.DictReader(io.StringIO(_text(body), newline=""))
    try:
        if "name" not in (table.fieldnames or ()):
            raise ListUnreadable("the first line has no column `name`; name the columns: id,name,kind,aliases")
        for row in table:
            kind = _KINDS.get((row.get("kind") or row.get("schema") or "organisation").lower())
            if kind is not None:
                names = (row["name"] or "", *(row.get("aliases") or "").split(";"))
                yield Record(row.get("id") or "", kind, names)
    except csv.Error as error:
        raise ListUnreadable(f"line {table.line_num}: {error}; save it as CSV with commas") from None


def _opensanctions(body: bytes) -> Iterator[Record]:
    return _ftm(body) if body.lstrip()[:1] == b"{" else _csv(body)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListUnreadable("not UTF-8; save the file as UTF-8") from None


_READERS: Final[Mapping[Format, Callable[[bytes], Iterator[Record]]]] = {
    "un": _un,
    "ftm": _ftm,
    "opensanctions": _opensanctions,
    "csv": _csv,
}
