"""How the terms of a watch go together: a tree of clauses.

    {all: [...]}                       each of these
    {any: [...]}                       one of these
    {none: [...]}                      none of these
    {near: [...], within: 10}          all of these inside so many words, wherever sentences end; 10 where left out
    {same_sentence: [...]}             these hold in one sentence, or in the title

What stands in a list is a term (terms.py) or another clause. Keys may share a mapping, `{any: [...], none: [...]}`:
then each of them must hold. Under `near` stand terms, and `{any: [...]}` of terms. Both look at the places that a tag
shows, which are the first twenty of an actor, and at every place of words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import PlainValidator, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from services.alerting.watching.terms import FORMS, Family, Name, Term, read_term
from services.backbone.configuration import nearest
from services.backbone.yaml_file import Path as ValuePath
from services.matching.expressions import Phrase, Reference

DEEPEST: Final = 20
"""Clauses inside each other."""
WIDEST: Final = 1_000
"""Words that `near` may span."""
NEAR: Final = 10
"""Words, where a desk does not say."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of these holds."""

    clauses: tuple["Clause", ...]
    of_one_mapping: bool = False
    """They stand under keys of their own beside each other, not in a list under `all`."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these holds."""

    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """None of these holds."""

    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Near:
    """One of each of these stands inside so many words."""

    clauses: tuple["Clause", ...]
    within: int


@dataclass(frozen=True, slots=True)
class SameSentence:
    """These hold in one sentence."""

    clauses: tuple["Clause", ...]


Clause = Term | AllOf | AnyOf | NoneOf | Near | SameSentence

_TERMS: Final = (Phrase, Reference, Name, Family)
_CLAUSES: Final = (AllOf, AnyOf, NoneOf, Near, SameSentence)
_NESTED: Final[Mapping[str, Callable[[tuple["Clause", ...]], "Clause"]]] = {
    "all": AllOf,
    "any": AnyOf,
    "none": NoneOf,
    "same_sentence": SameSentence,
}
_KEYS: Final = dict.fromkeys((*_NESTED, "near"))


def asked(clause: Clause) -> Iterator[Term]:
    """The terms that can make a clause hold, in the order written."""
    if isinstance(clause, _TERMS):
        yield clause
    elif not isinstance(clause, NoneOf):
        for inner in clause.clauses:
            yield from asked(inner)


def key_of(clause: AllOf | AnyOf | NoneOf | Near | SameSentence) -> str:
    """What a desk writes before its list; empty where its parts have keys of their own."""
    match clause:
        case AllOf():
            return "" if clause.of_one_mapping else "all"
        case AnyOf():
            return "any"
        case NoneOf():
            return "none"
        case Near():
            return "near"
        case SameSentence():
            return "same_sentence"


def parts_of(clause: Clause, path: ValuePath) -> Iterator[tuple[ValuePath, Clause]]:
    """What stands directly in a clause, with its place; nothing in a term."""
    if not isinstance(clause, _TERMS):
        key = key_of(clause)
        for number, inner in enumerate(clause.clauses):
            yield (*path, key, number) if key else path, inner


def terms_of(clause: Clause, path: ValuePath = ()) -> Iterator[tuple[ValuePath, Term]]:
    """All terms of a clause, barred ones too, with their places."""
    if isinstance(clause, _TERMS):
        yield path, clause
    for place, inner in parts_of(clause, path):
        yield from terms_of(inner, place)


def read_clause(value: object, around: tuple[str, ...] = ()) -> Clause:
    """A term or a clause as a desk writes it.

    Args:
        value: As written.
        around: The keys of the clauses that it stands in, the outermost first.

    Raises:
        ValidationError: with the place of everything in it that cannot be read.
    """
    reader = _Reader()
    try:
        clause = reader.read(value, (), around)
    except _Unreadable as error:
        reader.wrong.append(error)
    if reader.wrong:
        raise ValidationError.from_exception_data("clause", [error.details() for error in reader.wrong])
    return clause


class _Unreadable(Exception):
    """What is wrong at one place of the tree, with the fix."""

    def __init__(self, path: ValuePath, message: str) -> None:
        super().__init__(message)
        self._path: Final = path

    def details(self) -> InitErrorDetails:
        """The error as Pydantic takes it: the path is added to that of the watch."""
        error = PydanticCustomError("clause", "{message}", {"message": str(self)})  # a message may hold braces
        return InitErrorDetails(type=error, loc=self._path, input=None)


class _Reader:
    """Reads one tree and goes on after what is wrong, so that all of it is told at once."""

    def __init__(self) -> None:
        self.wrong: Final = list[_Unreadable]()

    def read(self, value: object, path: ValuePath, around: tuple[str, ...]) -> Clause:
        """One clause.

        Args:
            value: As written.
            path: Where it stands in the tree.
            around: The keys of the clauses that it stands in, the outermost first.

        Raises:
            _Unreadable: nothing of it can be read.
        """
        if isinstance(value, (*_TERMS, *_CLAUSES)):
            return value
        if len(around) > DEEPEST:
            raise _Unreadable(path, f"nested too deep; nest at most {DEEPEST} levels")
        if not isinstance(value, Mapping) or not _KEYS.keys() & value.keys():
            return _term(value, path)
        for key in map(str, value):
            if key not in _KEYS and not (key == "within" and "near" in value):
                fix = nearest(key, _KEYS, "put terms in lists")
                self.wrong.append(_Unreadable((*path, key), f"unknown key {key[:50]!r}; {fix}"))
        parts = tuple(self._part(key, value, path, around) for key in value if key in _KEYS)
        return parts[0] if len(parts) == 1 else AllOf(parts, of_one_mapping=True)

    def _part(self, key: str, value: Mapping[str, object], path: ValuePath, around: tuple[str, ...]) -> Clause:
        """What stands under one key."""
        items = _listed(key, value[key], (*path, key), around)
        clauses = list[Clause]()
        for number, item in enumerate(items):
            place = (*path, key, number)
            try:
                clause = self.read(item, place, (*around, key))
                if key == "near" and not _is_choice(clause):
                    raise _Unreadable(place, "no term; under near: write terms, or {any: [...]} of terms")
            except _Unreadable as error:
                self.wrong.append(error)
            else:
                clauses.append(clause)
        if key == "near":
            return Near(tuple(clauses), _within(value.get("within", NEAR), (*path, "within")))
        return _NESTED[key](tuple(clauses))


def _term(value: object, path: ValuePath) -> Term:
    try:
        return read_term(value)
    except ValueError as error:
        what, _, fix = str(error).partition("; ")
        if isinstance(value, Mapping) and what.startswith("unknown kind of term"):
            fix = nearest(str(next(iter(value))), (*FORMS, *_KEYS), fix)
        raise _Unreadable(path, f"{what}; {fix}") from None


def _listed(key: str, items: object, path: ValuePath, around: Sequence[str]) -> Sequence[object]:
    """What stands in the list of a key."""
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise _Unreadable(path, "not a list; write a list: [first, second]")
    if not items:
        raise _Unreadable(path, "an empty list; list terms")
    if len(items) == 1 and key in ("near", "same_sentence"):
        raise _Unreadable(path, "a single term; list two or more")
    if key == "none" and "none" in around:
        raise _Unreadable(path, "none: inside none: asks for what it bars; write it without the two")
    if key == "same_sentence" and key in around:
        raise _Unreadable(path, "same_sentence: inside another; write one list")
    return items


def _within(words: object, path: ValuePath) -> int:
    if isinstance(words, bool) or not isinstance(words, int) or not 2 <= words <= WIDEST:
        raise _Unreadable(path, f"not a number of words; write one from 2 to {WIDEST:,}")
    return words


def _is_choice(clause: Clause) -> bool:
    if isinstance(clause, AnyOf):
        return all(isinstance(inner, _TERMS) for inner in clause.clauses)
    return isinstance(clause, _TERMS)


def _read_asked(value: object) -> Clause:
    return read_clause(value)


def _read_barred(value: object) -> Clause:
    return read_clause(value, ("none",))


Asked = Annotated[Clause, PlainValidator(_read_asked)]
"""A term, or a clause around terms."""
Barred = Annotated[Clause, PlainValidator(_read_barred)]
"""The same under `none:`."""
