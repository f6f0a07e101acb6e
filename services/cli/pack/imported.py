"""Those on a list -> the entries of a pack: ids, kinds, and aliases under the language of their script.

Who is known already, by a name that belongs to one actor of the pack alone, is no new actor: new names go to the known
one, as a change where it stands in the layer below, else as a remark. Names that the pack would refuse are left out; so
are a person's names of one word, and other names of one word in small letters or under five that are no acronym.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.cli.pack.lists import Record
from services.matching.acronyms import is_acronym
from services.matching.fold import fold_phrases
from services.matching.objections import objection_to
from services.tagging.gazetteer import Pack

_SHORTEST_LONE_WORD: Final = 5
_SCRIPTS: Final = {"CYRILLIC": "ru", "CJK": "zh", "DEVANAGARI": "hi", "HEBREW": "he", "HANGUL": "ko", "GREEK": "el"}
_LETTERS_OF: Final = (("ps", "ټډړښځڅږګڼېۍ"), ("ur", "ٹڈڑںےہھۓ"), ("fa", "پچژگکی"))


@dataclass(slots=True)
class Entries:
    """What a list gives a pack."""

    new: dict[str, Record] = field(default_factory=dict)
    more: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Names that known actors do not have, by their ids."""
    known: int = 0
    refused: int = 0
    """Those without a name that can be searched for."""


def entries(records: Iterable[Record], pack: Pack) -> Entries:
    """Sort out who is new."""
    owners = _owners(pack)
    taken = {actor.id for actor in pack.actors}
    found = Entries()
    for record in records:
        names = [name for name in record.names if _is_fit(name, record.kind)]
        forms = fold_phrases(names)
        whose = {owner for form in forms for owner in owners.get(form, ())}
        if len(whose) == 1:
            (known,) = whose
            found.known += 1
            new = [name for name, form in zip(names, forms, strict=True) if known not in owners.get(form, ())]
            found.more[known] += [name for name in new if name not in found.more[known]]
        elif not names:
            found.refused += 1
        else:
            identifier = _free(_slug(names[0]) or _slug(record.reference) or "listed", taken)
            taken.add(identifier)
            found.new[identifier] = record._replace(names=tuple(names))
            for form in forms:
                owners.setdefault(form, set()).add(identifier)
    found.more = {known: names for known, names in found.more.items() if names}
    return found


def written(found: Entries, changeable: frozenset[str], source: str, kind: str | None) -> str:
    """The file of a pack: the same for the same list and pack.

    Args:
        found: What the list gives.
        changeable: Actors of the layer below, which this file may change.
        source: Where the list comes from, for the remark at its head.
        kind: Of organisations; theirs where None.
    """
    lines = [f"# Names from {source}. To be listed there is what its publisher decided; here they are only recognised."]
    if found.new or changeable & found.more.keys():
        lines.append("actors:")
    for identifier, record in sorted(found.new.items()):
        name, *others = record.names
        lines.append(f"  - id: {identifier}  # {' '.join(record.reference.split())}".rstrip("# "))
        lines.append(f"    name: {_quoted(name)}")
        lines.append(f"    kind: {kind if kind and record.kind == 'organisation' else record.kind}")
        if record.kind == "person":
            lines.append("    surname: false")
        lines += _aliases(others)
    for identifier, names in sorted(found.more.items()):
        if identifier in changeable:
            lines += [f"  - id: {identifier}", *_aliases(names)]
    for identifier, names in sorted(found.more.items()):
        if identifier not in changeable:
            lines.append(f"# {identifier} is also called: {', '.join(map(_quoted, names))}")
    return "\n".join(lines) + "\n"


def _owners(pack: Pack) -> dict[str, set[str]]:
    """Whose each name is."""
    owners = dict[str, set[str]]()
    for actor in pack.actors:
        for form in fold_phrases([actor.name, *(alias.text for alias in actor.names)]):
            owners.setdefault(form, set()).add(actor.id)
    return owners


def _is_fit(name: str, kind: str) -> bool:
    if objection_to(name, exact=is_acronym(name)) is not None or "*" in name:
        return False
    if " " in name or language_of(name) in ("zh", "ko"):
        return True
    lone = is_acronym(name) or (len(name) >= _SHORTEST_LONE_WORD and not name.islower())
    return kind != "person" and (lone or name.upper() == name.lower())


def language_of(name: str) -> str:
    """The language under which a name is listed, by its letters: `en` for all that is in Latin ones."""
    for letter in filter(str.isalpha, name):
        script = unicodedata.name(letter, "").split(" ")[0]
        if script == "ARABIC":
            return next((language for language, own in _LETTERS_OF if not set(own).isdisjoint(name)), "ar")
        if script != "LATIN":
            return _SCRIPTS.get(script, "und")
    return "en"


def _aliases(names: Sequence[str]) -> Iterator[str]:
    by_language: Mapping[str, list[str]] = defaultdict(list)
    for name in names:
        by_language[language_of(name)].append(name)
    if by_language:
        yield "    aliases:"
    for language, listed in by_language.items():
        yield f"      {language}: [{', '.join(map(_quoted, listed))}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("'", "")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")


def _free(identifier: str, taken: set[str]) -> str:
    if identifier not in taken:
        return identifier
    return next(free for number in range(2, len(taken) + 3) if (free := f"{identifier}-{number}") not in taken)
