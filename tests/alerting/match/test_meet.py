from collections.abc import Mapping

import pytest

from schemas import Mention, Source, TaggedArticle
from services.alerting.match.meet import match_watches
from tests.alerting.examples import NOON, article, tag, tagged, watches

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


def test_the_same_things_met_by_another_revision_give_the_same_id() -> None:
    edited = article(ENGLISH.title, ENGLISH.text + " This was corrected.")
    again = tagged(edited, [tag(edited, "ttp", "armed-group", "TTP")])
    watch = {"id": "desk", "any": [{"actor": "ttp"}]}

    assert edited.revision != ENGLISH.revision
    assert met(again, watch)[0].id == met(english(), watch)[0].id


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
