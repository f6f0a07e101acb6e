"""What a file of a pack may hold: entries that are new, and changes of entries of the pack below.

extends: default                      # the shipped pack is below this folder; in any one file

actors:
  - id: ttp                           # a known id: what is written here changes, all else stays
    aliases: {en: [Tehrik Taliban]}   # added; an alias with the text of a known one replaces it
    remove: {aliases: {en: [TTP]}}
  - {id: kabul, enabled: false}       # as if it did not stand in the pack below
concepts:
  - {id: sanctuary, phrases: {en: [foxhole*]}, remove: {phrases: {en: [hideout*]}}}
topics:
  - id: safe-havens
    threshold: 3
    rules:
      - {id: of-their-own, weight: 0.5}   # a known id: changed; a list that is written replaces the one below
      - {id: from-soil, enabled: false}
      - {weight: 1, any: [foxhole]}       # without an id, or with a new one: added
decoys: {en: [Taliban Street]}        # added
remove: {decoys: {en: [Voice of America]}}
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from schemas import ActorKind
from services.backbone.layers import LayerFile
from services.tagging.gazetteer import Actor, Concept, Language, Rule, Topic

Words = Annotated[str, Field(min_length=1)]
WordsByLanguage = dict[Language, tuple[Words, ...]]


class _Removal(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ActorRemoval(_Removal):
    """What an actor loses."""

    aliases: WordsByLanguage = {}
    """Texts of aliases, by language."""


class ConceptRemoval(_Removal):
    """What a concept loses."""

    phrases: WordsByLanguage = {}
    """Phrases as they are written below, by language."""


class PackRemoval(_Removal):
    """What the pack below loses, beside entries that are switched off."""

    decoys: WordsByLanguage = {}
    """Decoys, by language."""


class ActorEntry(Actor):
    """A new actor, or the change of one."""

    name: Words = ""
    """Needed for a new one."""
    kind: ActorKind = "organisation"
    """Needed for a new one."""
    enabled: bool = True
    """`false`: it is not looked for."""
    remove: ActorRemoval = ActorRemoval()
    """What it loses of what it has in the pack below."""


class ConceptEntry(Concept):
    """A new concept, or the change of one."""

    phrases: WordsByLanguage = Field(default_factory=dict)
    """Needed for a new one; else added."""
    enabled: bool = True
    """`false`: it is never found."""
    remove: ConceptRemoval = ConceptRemoval()
    """What it loses of what it has in the pack below."""


class RuleEntry(Rule):
    """A new rule, or the change of one that has an id."""

    enabled: bool = True
    """`false`: it does not count."""

    def model_post_init(self, context: Any, /) -> None:
        """Whether something is required is known once it is laid over a rule; without an id it is new."""
        if self.id is None:
            super().model_post_init(context)


class TopicEntry(Topic):
    """A new topic, or the change of one."""

    name: Words = ""
    """Needed for a new one."""
    rules: tuple[RuleEntry, ...] = ()
    """Needed for a new one; else changed by their ids, or added."""
    enabled: bool = True
    """`false`: nothing is filed under it."""


class PackFile(LayerFile):
    """One file of a pack."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    actors: tuple[ActorEntry, ...] = ()
    """Who is looked for."""
    decoys: WordsByLanguage = Field(default_factory=dict)
    """Longer names that hide an alias inside them, and tag nothing."""
    concepts: tuple[ConceptEntry, ...] = ()
    """What rules speak of."""
    topics: tuple[TopicEntry, ...] = ()
    """What articles are filed under."""
    remove: PackRemoval = PackRemoval()
    """What the pack below loses."""
