"""Articles that miss a watch by one thing: by a clause, a filter, or the confidence that it asks for.

Only what has something of what the watch asks for is looked at: of the others everything is missing.
"""

from typing import Final

from schemas import TaggedArticle
from services.alerting.match.compiled import Watches
from services.alerting.match.explain import Explainer, Finding, Why
from services.alerting.match.meet import match_watches
from services.alerting.watching.filters import Filters
from services.alerting.watching.known import Known
from services.alerting.watching.terms import Family, Name
from services.alerting.watching.watch import Watch
from services.backbone.yaml_file import show_path
from services.cli.watch.tally import Example, Tally
from services.matching.expressions import Phrase, Reference

_MOST_NAMES: Final = 5

_SAID: Final = {
    Why.NOT_TAGGED: "{clause} is not named",
    Why.NOT_FILED: "it is not filed under {clause}",
    Why.ABSENT: "{clause} does not stand in it",
    Why.OTHER_CAPITALS: "{clause} stands in it in other capitals only",
    Why.BELOW: "{clause} is there, below the salience or confidence that the filters ask for",
    Why.TOO_FAR: "what {where} asks for is there, too far apart",
    Why.APART: "what {where} asks for is there, in no sentence together",
    Why.BARRED: "barred by none: {detail}",
    Why.PARTS: "nothing of {where} is there: {parts}",
    Why.FILTER: "filter {clause}: {detail}",
}


_ALMOST: Final = frozenset({Why.BELOW, Why.TOO_FAR, Why.APART, Why.OTHER_CAPITALS})
"""What is there, and does not count."""


def closest(finding: Finding) -> Finding:
    """Of a list of which one must hold what comes nearest to it, where something does; else the clause itself."""
    if finding.why is not Why.PARTS:
        return finding
    parts = [closest(part) for part in finding.parts]
    if len(parts) == 1:
        return parts[0]
    return next((part for part in parts if part.why in _ALMOST), finding)


def said(finding: Finding) -> str:
    """Why a clause does not hold, in words that are the same for every article which fails so."""
    where = show_path(finding.path) or "any"
    parts = ", ".join(part.clause for part in finding.parts[:_MOST_NAMES])
    more = f" and {len(finding.parts) - _MOST_NAMES} more" if len(finding.parts) > _MOST_NAMES else ""
    form = _SAID[finding.why or Why.PARTS]
    return form.format(clause=finding.clause, where=where, detail=finding.detail, parts=parts + more)


class NearMisses:
    """Counts them."""

    def __init__(self, watch: Watch, known: Known, tally: Tally) -> None:
        self._tally: Final = tally
        self._explainer: Final = Explainer(watch, known)
        asks = Watch.model_construct(id=watch.id, any=watch.required)
        self._asking: Final = Watches.compile([asks], known, "")
        self._is_possible: Final = _can_be_missed(watch)

    def look_at(self, tagged: TaggedArticle) -> None:
        """Count an article that did not meet the watch, if it misses it by one thing."""
        has = match_watches(tagged, self._asking, tagged.article.seen_at) if self._is_possible else []
        if not has:
            return
        misses = self._explainer.explain(tagged).misses
        if len(misses) == 1:
            article = tagged.article
            names = list(dict.fromkeys(match.name for match in has[0].matches))[:_MOST_NAMES]
            example = Example(article.id, article.title, article.source.name, ", ".join(names))
            self._tally.note_miss(said(closest(misses[0])), example)


def _can_be_missed(watch: Watch) -> bool:
    """Whether an article can have something of what it asks for and not meet it. Not so where any of it is enough."""
    is_enough = all(isinstance(choice, Phrase | Name | Reference | Family) for choice in watch.choices)
    return bool(watch.all or watch.none) or watch.filters != Filters() or not is_enough
