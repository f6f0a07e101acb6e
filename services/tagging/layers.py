"""Layers of a pack -> one pack, and where each part of it was written. The rules, in the order applied to each layer:

1. What the layer switches off goes from what is below, with all that cannot do without it (`without.py`).
2. An entry whose id is known below changes it. A field that is written replaces the one below; aliases, phrases and
   rules are added to those below. `remove` takes some away first. An alias with the text of a known one in the same
   language, and a rule with a known id, take its place.
3. Every other entry is new, and needs what a new one needs.

In one layer an id stands once, whatever file it is in. Names that follow from others (`spellings.py`) come in with
them, so they are removed by their text like any other; with an alias go the spellings that were made from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from services.backbone.configuration import Part, nearest
from services.backbone.errors import ConfigurationError, Defect
from services.matching.expressions import Reference
from services.tagging.gazetteer import Actor, Alias, Concept, Rule, Topic
from services.tagging.layered import RULES, Draft, E, Held, Layered, Listed, Lists, Place, V
from services.tagging.pack_file import ActorEntry, ConceptEntry, PackFile, TopicEntry
from services.tagging.spellings import spelled_out
from services.tagging.topics import highest_score
from services.tagging.without import actor_without, alias_without, rule_without

_Entry = ActorEntry | ConceptEntry | TopicEntry

_NEEDED: Final[Mapping[type[_Entry], tuple[str, ...]]] = {
    ActorEntry: ("name", "kind"),
    ConceptEntry: ("phrases",),
    TopicEntry: ("name", "rules"),
}
_NO_SIMPLE_FIELDS: Final = {"id", "aliases", "phrases", "rules", "enabled", "remove"}


def layered(layers: Sequence[Part[PackFile]]) -> Layered:
    """Lay each layer over those before it.

    Raises:
        ConfigurationError: with every defect: a change of what is not there, and what a new entry lacks.
    """
    laying = _Laying()
    for layer in layers:
        laying.add(layer)
    if laying.defects:
        raise ConfigurationError(laying.defects)
    return laying.draft.finished()


class _Laying:
    def __init__(self) -> None:
        self.draft: Final = Draft()
        self.defects: Final[list[Defect]] = []
        self._is_lowest = True

    def add(self, layer: Part[PackFile]) -> None:
        draft = self.draft
        weakened = self._switch_off(layer)
        for actor, place in self._in_force(layer, "actors"):
            if (held := self._held(draft.actors, Actor, actor, place)) is not None:
                self._lay_names(held, actor, place)
        for concept, place in self._in_force(layer, "concepts"):
            if (of_words := self._held(draft.concepts, Concept, concept, place)) is not None:
                self._remove(of_words.lists, concept.remove.phrases, place.at("remove", "phrases"), concept.id)
                _extend(of_words.lists, concept.phrases, place.at("phrases"))
        for topic, place in self._in_force(layer, "topics"):
            if (of_rules := self._held(draft.topics, Topic, topic, place)) is not None:
                self._lay_rules(of_rules, topic, place)
        for file, values in layer.files:
            self._remove(draft.decoys, values.remove.decoys, Place(file, ("remove", "decoys")), "the pack below")
        for file, values in layer.files:
            _extend(draft.decoys, values.decoys, Place(file, ("decoys",)))
        self._look_at(weakened)
        self._is_lowest = False

    def _switch_off(self, layer: Part[PackFile]) -> dict[str, Place]:
        """Take away what the layer switches off; the topics that lost a rule by it, and where."""
        draft, weakened = self.draft, dict[str, Place]()
        kinds: dict[str, dict[str, Any]] = {"actor": draft.actors, "concept": draft.concepts, "topic": draft.topics}
        for kind, known in kinds.items():
            for entry, file, path in layer.items(f"{kind}s"):
                place = Place(file, path)
                if entry.enabled:
                    continue
                if known.pop(entry.id, None) is None:
                    if not (self._is_lowest or _is_new(entry)):
                        self._unknown(kind, entry.id, known, place)
                elif kind in ("actor", "concept"):
                    gone = Reference(kind, entry.id)  # type: ignore[arg-type]
                    weakened |= dict.fromkeys(self._let_go(gone), place)
        return weakened

    def _let_go(self, gone: Reference) -> Iterator[str]:
        """Take what cannot be found any more out of all that is left; the topics that lost a rule."""
        for actor in self.draft.actors.values():
            if gone.kind == "actor":
                actor.entry = actor_without(actor.entry, gone.id)
            for aliases in actor.lists.values():
                left = [(one, alias_without(one.value, gone)) for one in aliases]
                aliases[:] = [one._replace(value=alias) for one, alias in left if alias is not None]
        for topic in self.draft.topics.values():
            rules = topic.lists[RULES]
            number = len(rules)
            kept = [(one, rule_without(one.value, gone)) for one in rules]
            rules[:] = [one._replace(value=rule) for one, rule in kept if rule is not None]
            if len(rules) < number:
                yield topic.entry.id

    def _look_at(self, weakened: Mapping[str, Place]) -> None:
        """Tell of topics that can never be filed any more, because their rules went with something else."""
        for identifier, place in weakened.items():
            if (held := self.draft.topics.get(identifier)) is not None:
                rules = tuple(one.value for one in held.lists[RULES])
                if highest_score(held.entry.model_copy(update={"rules": rules})) < held.entry.threshold:
                    what = f"without it the topic {identifier!r} can never be filed"
                    self._tell(place.at("enabled"), what, "switch the topic off too, or give it rules")

    def _in_force(self, layer: Part[PackFile], key: str) -> Iterator[tuple[Any, Place]]:
        """The entries of a list that are not switched off, each id once."""
        seen = set[str]()
        for entry, file, path in layer.items(key):
            place = Place(file, path)
            if entry.id in seen:
                self._tell(place.at("id"), f"{entry.id!r} is defined twice", "merge the two or rename one")
            elif entry.enabled:
                yield entry, place
            seen.add(entry.id)

    def _held(self, known: dict[str, Held[E, V]], model: type[E], entry: _Entry, place: Place) -> Held[E, V] | None:
        """What an entry is laid over: the one that is known by its id, its fields changed; or a new one."""
        written = {name: getattr(entry, name) for name in entry.model_fields_set - _NO_SIMPLE_FIELDS}
        if (held := known.get(entry.id)) is not None:
            held.entry = held.entry.model_copy(update=written)
            return held
        if not (self._is_lowest or _is_new(entry)):
            self._unknown(model.__name__.lower(), entry.id, known, place)
            return None
        missing = [name for name in _NEEDED[type(entry)] if name not in entry.model_fields_set]
        for name in missing:
            self._tell(place.at(name), f"{name!r} is missing", "add it")
        if missing:
            return None
        held = known[entry.id] = Held(model.model_construct(id=entry.id, **written), place)
        return held

    def _lay_names(self, held: Held[Actor, Alias], entry: ActorEntry, place: Place) -> None:
        self._remove(held.lists, entry.remove.aliases, place.at("remove", "aliases"), entry.id)
        for language, aliases in entry.aliases.items():
            texts = {alias.text for alias in aliases}
            if held.place != place and language in held.lists:
                below = held.lists[language]
                below[:] = [one for one in below if not {one.text, one.made_from} & texts]
        _extend(held.lists, entry.aliases, place.at("aliases"))
        known = {(language, one.text) for language, names in held.lists.items() for one in names}
        for name in spelled_out(entry):
            if (name.language, name.alias.text) not in known:
                at = place.at(*name.path)._replace(is_made=True)
                held.lists.setdefault(name.language, []).append(Listed(name.alias, at, name.made_from))

    def _lay_rules(self, held: Held[Topic, Rule], entry: TopicEntry, place: Place) -> None:
        rules = held.lists.setdefault(RULES, [])
        below = {one.value.id: number for number, one in enumerate(rules) if one.value.id is not None}
        gone = set[int]()
        for position, rule in enumerate(entry.rules):
            at = place.at(RULES, position)
            written = {name: getattr(rule, name) for name in rule.model_fields_set - {"enabled"}}
            if rule.id in below:
                number = below[rule.id]
                changed = rules[number].value.model_copy(update=written)
                rules[number] = Listed(changed, at)
                if not rule.enabled:
                    gone.add(number)
                elif not (changed.all or changed.any):
                    self._tell(at, "no term is left under 'all' or 'any'", "list one, or switch the rule off")
            elif rule.all or rule.any:
                if rule.enabled:
                    rules.append(Listed(Rule.model_construct(**written), at))
            else:
                near = nearest(str(rule.id), [known for known in below if known], "list terms under all or any")
                self._tell(at.at("id"), f"{entry.id!r} has no rule {rule.id!r} to change", near)
        rules[:] = [one for number, one in enumerate(rules) if number not in gone]

    def _remove(self, lists: Lists[V], gone: Mapping[str, Sequence[str]], place: Place, whose: str) -> None:
        known = {one.text: language for language, listed in lists.items() for one in listed} if gone else {}
        for language, texts in gone.items():
            listed = lists.get(language, [])
            for number, text in enumerate(texts):
                left = [one for one in listed if text not in (one.text, one.made_from)]
                if len(left) == len(listed):
                    near = nearest(text, known, "remove this line")
                    fix = f"it stands under {known[text]!r}" if known.get(text, language) != language else near
                    self._tell(place.at(language, number), f"{whose!r} has no {text!r} under {language!r}", fix)
                listed[:] = left

    def _unknown(self, kind: str, identifier: str, known: Iterable[str], place: Place) -> None:
        fix = nearest(identifier, known, f"write the {kind} whole, or correct the id")
        self._tell(place.at("id"), f"unknown {kind} {identifier!r}", fix)

    def _tell(self, place: Place, what: str, fix: str) -> None:
        self.defects.append(Defect(place.location, what, fix))


def _is_new(entry: _Entry) -> bool:
    """Whether an entry says enough to be no change of another: all that a new one needs, or the first of it."""
    return any(name in entry.model_fields_set for name in _NEEDED[type(entry)][:1])


def _extend(lists: Lists[V], added: Mapping[str, Sequence[V]], place: Place) -> None:
    for language, values in added.items():
        listed = lists.setdefault(language, [])
        listed += [Listed(value, place.at(language, number)) for number, value in enumerate(values)]
