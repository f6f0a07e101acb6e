"""The watches that the canary meets, one for each script. No other article is held against them.

Each asks for a name as it is written in that script, and that tagging found whom it names: so a pack that is broken for
Urdu alone is seen. A desk's own pack may not know these actors, or not in that language: then the words are enough, or
the line would count as broken for as long as the desk keeps its pack.
"""

from schemas import TaggedArticle
from services.alerting.match.compiled import Watches
from services.alerting.watching.known import Known
from services.alerting.watching.watch import Watch
from services.backbone.canary import ACTORS, LANGUAGES, NAMED, SCRIPTS, script_of, watch_of
from services.backbone.telemetry import CANARY_TAGGED


def canary_watches(known: Known) -> Watches:
    """These watches, by the pack in force."""
    return Watches.compile((_watch(script, known) for script in SCRIPTS), known, "canary")


def note_tags(tagged: TaggedArticle) -> None:
    """Take note whether the pack found whom a canary names."""
    found = any(actor.id in ACTORS for actor in tagged.actors)
    CANARY_TAGGED.labels(script_of(tagged.article.id) or "").set(found)


def _watch(script: str, known: Known) -> Watch:
    speaking = [actor for actor in ACTORS if LANGUAGES[script] in known.languages.get(actor, ())]
    return Watch.model_validate(
        {
            "id": watch_of(script),
            "name": f"Canary, {script}",
            "severity": "low",
            "all": [NAMED[script]],
            "actors": speaking,
            "filters": {"languages": [LANGUAGES[script]]},
        }
    )
