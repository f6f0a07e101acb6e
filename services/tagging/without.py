"""Rules and aliases without an actor or concept that is switched off: it is never found.

A term of `any`, `none` or `excludes` that is never found goes; where one of `all` is, or the whole of `any`, the rule
can never fire and goes. An alias that requires only what is never found goes, unless it is weak: then another name of
the actor is enough. Relations to an actor that is switched off go.
"""

from __future__ import annotations

from services.matching.expressions import Reference
from services.tagging.gazetteer import Actor, Alias, Rule


def rule_without(rule: Rule, gone: Reference) -> Rule | None:
    """The rule as it is left; None where it can never fire."""
    if gone in rule.all or rule.any == (gone,):
        return None
    if gone not in (*rule.any, *rule.none):
        return rule
    left = {key: tuple(term for term in getattr(rule, key) if term != gone) for key in ("any", "none")}
    return rule.model_copy(update=left)


def alias_without(alias: Alias, gone: Reference) -> Alias | None:
    """The alias as it is left; None where it can never count."""
    if gone not in (*alias.requires, *alias.excludes):
        return alias
    left = {key: tuple(term for term in getattr(alias, key) if term != gone) for key in ("requires", "excludes")}
    if alias.requires and not left["requires"] and not alias.weak:
        return None
    return alias.model_copy(update=left)


def actor_without(actor: Actor, gone: str) -> Actor:
    """The actor without relations to another."""
    if actor.part_of != gone and gone not in actor.member_of:
        return actor
    left = tuple(other for other in actor.member_of if other != gone)
    return actor.model_copy(update={"part_of": None if actor.part_of == gone else actor.part_of, "member_of": left})
