from collections.abc import Mapping

import pytest

from schemas import ArticleSummary, Figure, Mention, Source, TaggedArticle
from services.alerting.match.compiled import Watches
from services.alerting.match.inhibition import Inhibition
from services.alerting.match.meet import match_watches, revised
from services.alerting.watching.watch import Watch
from services.matching.sketch import sketch
from tests.alerting.examples import KNOWN, NOON, article, tag, tagged, watches

ENGLISH = article(
    "Kabul and Moscow sign a maintenance agreement",
    "Officials signed it on Tuesday. Islamabad asked again about the TTP. Nothing was said of Bagram Air Base.",
)


def english() -> TaggedArticle:
    return tagged(
        ENGLISH,
        [tag(ENGLISH, "kabul", "place", "Kabul"), tag(ENGLISH, "ttp", "armed-group", "TTP")],
        [tag(ENGLISH, "military-cooperation", "topic", "maintenance")],
    )


def met(of: TaggedArticle, *written: Mapping[str, object]) -> list[Mention]:
    return match_watches(of, watches(*written), NOON)


def highlighted(mention: Mention) -> list[str]:
    return [passage.sentence[start:end] for passage in mention.passages for start, end in passage.highlights]


@pytest.mark.parametrize(
    ("watch", "labels"),
    [
        pytest.param({"any": [{"actor": "ttp"}, {"actor": "iskp"}]}, ["ttp"], id="any: one of them is there"),
        pytest.param({"any": [{"actor": "iskp"}]}, None, id="any: none of them is there"),
        pytest.param({"all": [{"actor": "ttp"}, {"actor": "kabul"}]}, ["kabul", "ttp"], id="all: each is there"),
        pytest.param({"all": [{"actor": "ttp"}, {"actor": "iskp"}]}, None, id="all: one is not there"),
        pytest.param(
            {"all": [{"topic": "military-cooperation"}], "any": [{"actor": "ttp"}, "bagram air base"]},
            ["military-cooperation", "ttp", "bagram air base"],
            id="all and any: both are needed, and all that was met is named in the order of the article",
        ),
        pytest.param({"any": [{"kind": "armed-group"}]}, ["ttp"], id="a kind is met by each actor of it"),
        pytest.param({"any": [{"kind": "state"}]}, None, id="a kind that nobody there is of"),
        pytest.param({"any": ["maintenance agreement"]}, ["maintenance agreement"], id="a phrase in the title"),
        pytest.param({"any": ["on Tuesday Islamabad"]}, None, id="a phrase does not reach over a full stop"),
        pytest.param({"any": [{"actor": "ttp"}], "none": ["air base"]}, None, id="none: a phrase bars"),
        pytest.param({"any": [{"actor": "ttp"}], "none": [{"actor": "kabul"}]}, None, id="none: an actor bars"),
        pytest.param({"any": [{"actor": "ttp"}], "none": [{"topic": "sanctions"}]}, ["ttp"], id="none: nothing bars"),
    ],
)
def test_a_watch_is_met_by_what_it_asks_for(watch: dict[str, object], labels: list[str] | None) -> None:
    mentions = met(english(), {"id": "desk", **watch})

    assert [[match.id for match in mention.matches] for mention in mentions] == ([labels] if labels else [])


def test_a_mention_says_what_an_alert_needs() -> None:
    watch = {"id": "desk", "name": "Desk", "severity": "high", "topic": "desk", "any": [{"actor": "ttp"}]}
    (mention,) = met(english(), watch)

    assert (mention.watch.name, mention.watch.severity, mention.watch.topic) == ("Desk", "high", "desk")
    assert (mention.article.id, mention.article.revision) == (ENGLISH.id, ENGLISH.revision)
    assert mention.article.source == Source(id="example-news", name="Example News")
    assert [topic.id for topic in mention.topics] == ["military-cooperation"]
    (passage,) = mention.passages
    assert passage.sentence == "Islamabad asked again about the TTP."
    assert ENGLISH.text[passage.start :].startswith(passage.sentence)
    assert highlighted(mention) == ["TTP"]
    assert (mention.met_at, mention.config_digest) == (NOON, "d1ge57")


@pytest.mark.parametrize(
    ("title", "text", "phrase", "words"),
    [
        pytest.param(
            "ایک اجلاس",
            "حکام نے منگل کو بات کی۔ وزیر نے بگرام ائیر بیس کا ذکر کیا۔",
            "بگرام ائیر بیس",
            "بگرام ائیر بیس",
            id="Urdu",
        ),
        pytest.param(
            "Новости дня",
            "Чиновники встретились во вторник. Об авиабазе Баграм речи не было.",
            "авиабаза Баграм",
            "авиабазе Баграм",
            id="Russian, in another case",
        ),
    ],
)
def test_a_phrase_is_found_in_its_script_and_highlighted_as_written(
    title: str, text: str, phrase: str, words: str
) -> None:
    (mention,) = met(tagged(article(title, text)), {"id": "bases", "any": [phrase]})

    assert [match.evidence[0].words for match in mention.matches] == [words]
    assert highlighted(mention) == [words]
    (passage,) = mention.passages
    assert text[passage.start :].startswith(passage.sentence)
    assert passage.sentence == text.removeprefix(text.split(passage.sentence)[0])


def test_each_watch_has_its_own_mention_and_an_article_its_own_id_for_each() -> None:
    first, second = met(english(), {"id": "a", "any": [{"actor": "ttp"}]}, {"id": "b", "any": [{"actor": "ttp"}]})

    assert [first.watch.id, second.watch.id] == ["a", "b"]
    assert first.id != second.id


def test_another_revision_that_is_met_has_another_id_and_the_same_one_the_same() -> None:
    edited = article(ENGLISH.title, ENGLISH.text + " This was corrected.")
    again = tagged(edited, [tag(edited, "ttp", "armed-group", "TTP")])
    watch = {"id": "desk", "any": [{"actor": "ttp"}]}

    assert met(again, watch)[0].id != met(english(), watch)[0].id
    assert met(english(), watch)[0].id == met(english(), watch)[0].id


def test_a_mention_carries_what_the_decision_needs() -> None:
    seen = ENGLISH.model_copy(
        update={
            "sketch": sketch(ENGLISH.text * 3),
            "marks": ("teaser", "first-pass"),
            "updated_at": NOON,
            "authors": ("A. Reporter", "AFP"),
        }
    )
    actor = tag(ENGLISH, "ttp", "armed-group", "TTP").model_copy(update={"salience": 0.75})
    figure = Figure(kind="killed", least=3, most=3, evidence=actor.evidence[0])
    full = tagged(seen, [actor]).model_copy(update={"figures": (figure,) * 12})
    (mention,) = match_watches(full, watches({"id": "desk", "actors": ["ttp"]}), NOON, first_pass=True)

    assert mention.figures == (figure,) * 10
    assert [match.salience for match in mention.matches] == [0.75]
    assert mention.article == ArticleSummary(
        id=seen.id,
        revision=seen.revision,
        url=seen.url,
        title=seen.title,
        source=seen.source,
        language="en",
        published_at=NOON,
        seen_at=NOON,
        updated_at=NOON,
        marks=("teaser", "first-pass"),
        agency="afp",
        sketch=seen.sketch,
    )
    assert mention.first_pass
    assert mention.outranked_by is None


def test_mentions_of_many_watches_are_as_valid_as_those_of_one() -> None:
    written: list[dict[str, object]] = [
        {"id": "a", "name": "First", "owner": "kabul", "severity": "critical", "actors": ["ttp"]},
        {"id": "b", "topic": "desk", "any": [{"near": [{"actor": "ttp"}, "bagram air base"], "within": 20}]},
        {"id": "c", "topics": ["military-cooperation"], "phrases": ["maintenance agreement"]},
    ]
    together = met(english(), *written)

    assert together == [mention for watch in written for mention in met(english(), watch)]
    assert [Mention.read(mention.write()) for mention in together] == together
    assert len({mention.id for mention in together}) == 3


def test_a_severe_watch_outranks_a_lesser_one_that_the_same_article_meets() -> None:
    rule = Inhibition.model_validate({"source": {"severity": "critical"}, "target": {"severity": ["low", "normal"]}})
    written = [
        {"id": "all", "actors": ["ttp"]},
        {"id": "grave", "actors": ["ttp"], "severity": "critical"},
        {"id": "absent", "actors": ["iskp"], "severity": "critical"},
    ]
    listed = [Watch.model_validate(watch) for watch in written]
    mentions = match_watches(english(), Watches.compile(listed, KNOWN, "d", inhibitions=[rule]), NOON)

    assert {mention.watch.id: mention.outranked_by for mention in mentions} == {"all": "grave", "grave": None}


def test_a_withdrawn_article_meets_no_watch_and_is_told_of() -> None:
    gone = ENGLISH.model_copy(update={"marks": ("withdrawn",), "replaces": "6f1c0a9be2d34d10"})
    of, compiled = tagged(gone, english().actors), watches({"id": "desk", "actors": ["ttp"]})
    mentions = match_watches(of, compiled, NOON)
    told = revised(of, compiled, mentions, NOON)

    assert mentions == []
    assert told is not None
    assert (told.withdrawn, told.met, told.article.id, told.replaces) == (True, (), gone.id, gone.replaces)


def test_a_revision_is_told_of_with_the_watches_that_it_still_meets() -> None:
    first, second = (
        english(),
        english().model_copy(update={"article": ENGLISH.model_copy(update={"replaces": "6f1c0a9be2d34d10"})}),
    )
    compiled = watches({"id": "a", "actors": ["ttp"]}, {"id": "b", "actors": ["iskp"]}, {"id": "c", "phrases": ["TTP"]})

    assert revised(first, compiled, match_watches(first, compiled, NOON), NOON) is None
    told = revised(second, compiled, match_watches(second, compiled, NOON), NOON)
    assert told is not None
    assert (told.withdrawn, told.met, told.revised_at) == (False, ("a", "c"), NOON)


def test_texts_are_not_searched_where_no_watch_asks_for_words() -> None:
    assert watches({"id": "desk", "actors": ["ttp"], "topics": ["safe-havens"]}).vocabulary.searched is None


def test_a_watch_that_is_switched_off_is_not_met() -> None:
    assert met(english(), {"id": "desk", "enabled": False, "actors": ["ttp"]}) == []


def test_an_actor_and_a_phrase_of_one_name_are_two_matches() -> None:
    (mention,) = met(english(), {"id": "desk", "any": [{"actor": "ttp"}, "TTP"]})

    assert [(match.id, match.kind) for match in mention.matches] == [("ttp", "armed-group"), ("TTP", "phrase")]
    assert highlighted(mention) == ["TTP"]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        pytest.param("THE TIP OF THE SPEAR. AN OPINION.", 0, id="among capitals alone it says nothing"),
        pytest.param("The TIP claimed nothing. A tip for gardeners.", 1, id="as an acronym it is found"),
    ],
)
def test_an_acronym_is_a_phrase_only_in_its_own_capitals(text: str, times: int) -> None:
    mentions = met(tagged(article("News of the day", text)), {"id": "tip", "any": ["TIP"]})

    assert [len(match.evidence) for mention in mentions for match in mention.matches] == [times] * times


def test_a_tag_without_evidence_counts_and_shows_nothing() -> None:
    bare = tag(ENGLISH, "ttp", "armed-group").model_copy(update={"evidence": ()})
    (mention,) = met(tagged(ENGLISH, [bare]), {"id": "desk", "any": [{"actor": "ttp"}]})

    assert mention.passages == ()
