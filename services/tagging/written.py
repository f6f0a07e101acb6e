"""Evidence that was found in mended text, in the words of the original."""

from __future__ import annotations

from collections.abc import Iterable

from schemas import Evidence, Figure, Tag, TaggedArticle


def as_written(tagged: TaggedArticle) -> TaggedArticle:
    """With the words of the original in all evidence, which was read in mended text."""

    def quoted(evidence: Evidence) -> Evidence:
        words = getattr(tagged.article, evidence.field)[evidence.start : evidence.end]
        return evidence.model_copy(update={"words": words})

    def counted(figure: Figure) -> Figure:
        evidence = quoted(figure.evidence)
        at = figure.evidence.words.find(figure.who) if figure.who else -1
        who = evidence.words[at : at + len(figure.who or "")] if at >= 0 else figure.who
        return figure.model_copy(update={"evidence": evidence, "who": who})

    def in_all(tags: Iterable[Tag]) -> tuple[Tag, ...]:
        return tuple(tag.model_copy(update={"evidence": tuple(map(quoted, tag.evidence))}) for tag in tags)

    return tagged.model_copy(
        update={
            "actors": in_all(tagged.actors),
            "topics": in_all(tagged.topics),
            "figures": tuple(map(counted, tagged.figures)),
            "statements": tuple(
                one.model_copy(update={"speaker": quoted(one.speaker), "said": quoted(one.said)})
                for one in tagged.statements
            ),
        }
    )
