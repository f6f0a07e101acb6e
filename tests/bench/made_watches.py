"""Watches and tagged articles to measure matching with: any number of watches, of which an article meets about ten.

Articles are those of gazetteer.py, tagged with its names and with topics drawn for them. Watches ask for actors
in some language, with a topic, with others of their kind, from one source; those that ask for words, for actors with
words, without a word, in one sentence with a word, and with two words near each other there.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from schemas import Article, Evidence, Source, Tag, TaggedArticle
from schemas.ids import article_id, revision
from services.alerting.watching.known import Known
from services.alerting.watching.watch import Watch
from services.matching.document import Document
from services.matching.lexicon import Entry, Lexicon
from services.matching.overlaps import longest_wins
from tests.bench.gazetteer import NAMES_OF_AN_ACTOR, PLANTED, names, single_words, texts

ACTORS: Final = 20_000
TOPICS: Final = 30
SOURCES: Final = 200
KINDS: Final = ("state", "armed-group", "organisation", "person", "place")
NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
LANGUAGES: Final = ("en", "ur", "ps", "fa", "ru", "zh", "hi", "tr")
MET: Final = 10
"""Watches that an article is to meet, about."""
_TOPICS_OF_ONE: Final = 2
_WATCHES_A_MEETING: Final = 47.0
"""Watches that speak of planted actors only, of which an article meets one."""

KNOWN: Final = Known(
    {
        "actor": frozenset(f"a{number}" for number in range(ACTORS)),
        "kind": frozenset(KINDS),
        "topic": frozenset(f"t{number}" for number in range(TOPICS)),
    },
    {},
)


def tagged_articles(count: int) -> list[TaggedArticle]:
    """Articles of 4 KB with the tags of the actors that are planted in them."""
    planted = names(PLANTED)
    lexicon = Lexicon([Entry(number // NAMES_OF_AN_ACTOR, name) for number, name in enumerate(planted)])
    choose = Random("tagged")
    return [_tagged(text, lexicon, choose, number) for number, text in enumerate(texts(count))]


def _tagged(text: str, lexicon: Lexicon[int], choose: Random, number: int) -> TaggedArticle:
    document = Document("News of the day", text)
    hits = [hit for hit in lexicon.find(document) if not hit.weak]
    spans = [(hit.occurrence.start, hit.occurrence.end) for hit in hits]
    evidence = defaultdict[int, list[Evidence]](list)
    for hit in (hits[index] for index in longest_wins(spans)):
        field, start, end = document.field(hit.occurrence.start, hit.occurrence.end)
        words = document.joined[hit.occurrence.start : hit.occurrence.end]
        evidence[hit.entry.owner].append(Evidence(field=field, start=start, end=end, words=words, fired=hit.entry.text))
    url = f"https://news.example/{number}"
    article = Article(
        id=article_id(url),
        revision=revision(document.title, text),
        url=url,
        source=Source(id=f"s{choose.randrange(SOURCES)}", name="Example", tier=choose.randint(1, 3), country="AF"),
        title=document.title,
        text=text,
        language=choose.choice(LANGUAGES),
        authors=("A. Reporter",),
        published_at=NOON,
        seen_at=NOON,
    )
    topics = choose.sample(range(TOPICS), _TOPICS_OF_ONE)
    return TaggedArticle(
        article=article,
        actors=tuple(_tag(f"a{actor}", KINDS[actor % len(KINDS)], found) for actor, found in evidence.items()),
        topics=tuple(_tag(f"t{topic}", "topic", []) for topic in topics),
        pack_digest="bench",
    )


def _tag(identifier: str, kind: str, evidence: Sequence[Evidence]) -> Tag:
    salience = None if kind == "topic" else 0.5
    return Tag.model_validate(
        {
            "id": identifier,
            "name": identifier,
            "kind": kind,
            "confidence": 1,
            "salience": salience,
            "evidence": evidence,
        }
    )


def watches(count: int, given: Sequence[TaggedArticle], *, words: bool) -> list[Watch]:
    """So many watches.

    Args:
        count: how many.
        given: the articles that they are for.
        words: whether they speak of words too, so that texts must be searched; else only of tags.
    """
    choose, in_names = Random("watches"), {word.lower() for name in names(PLANTED) for word in name.split()}
    known_words = [word for word in single_words([one.article.text for one in given]) if word not in in_names]
    planted = min(1.0, MET * _WATCHES_A_MEETING / count)
    return [
        Watch.model_validate({"id": f"w{number}", **_watch(choose, planted, known_words if words else ())})
        for number in range(count)
    ]


def _watch(choose: Random, planted: float, words: Sequence[str]) -> dict[str, Any]:
    is_planted = choose.random() < planted

    def actors(most: int) -> list[dict[str, str]]:
        among = range(PLANTED // NAMES_OF_AN_ACTOR) if is_planted else range(PLANTED // NAMES_OF_AN_ACTOR, ACTORS)
        return [{"actor": f"a{actor}"} for actor in choose.sample(among, choose.randint(1, most))]

    languages = choose.sample(LANGUAGES, 2)
    topic = {"topic": f"t{choose.randrange(TOPICS)}"}
    if not words:
        return choose.choice(
            [
                {"any": actors(4), "filters": {"languages": languages}},
                {"any": actors(4), "all": [topic]},
                {"all": [{"any": [topic, {"all": [{"kind": choose.choice(KINDS)}, *actors(1)]}]}, *actors(1)]},
                {"any": actors(4), "none": [topic], "filters": {"sources": [f"s{choose.randrange(SOURCES)}"]}},
                {"any": actors(2), "filters": {"salience": 0.4, "languages": languages}},
            ]
        )
    word, other, *more = choose.sample(words, 4)
    return choose.choice(
        [
            {"any": actors(4), "filters": {"languages": languages}},
            {"any": actors(4), "all": [topic]},
            {"any": [word, other, *more], "all": actors(1)},
            {"any": actors(4), "none": [word], "filters": {"languages": languages}},
            {"any": [{"same_sentence": [*actors(1), {"any": [word, other, *more]}]}]},
            {"all": [{"same_sentence": [*actors(1), {"near": [word, other], "within": 10}]}]},
        ]
    )
