"""Why an article has its tags: what fired and what it was worth, and what was found and did not stand."""

import pytest

from services.cli.articles import article_of
from services.tagging.explain import Explanation, explain
from services.tagging.gazetteer import Pack
from services.tagging.tag import Engine, tag
from tests.tagging.packs import small_pack

ENGINE = Engine.compile(small_pack(), "digest")


def explained(title: str, text: str = "") -> Explanation:
    return explain(article_of("one", title, text, None), ENGINE)


@pytest.mark.parametrize(
    ("text", "words", "why"),
    [
        ("Pakistani Taliban came.", ["Pakistani", "Taliban"], "under 'Pakistani Taliban', a longer name"),
        ("تحریک طالبان پاکستان نے حملہ کیا", ["طالبان", "پاکستان"], "under 'تحریک طالبان پاکستان', a longer name"),
        (
            "Говорили с пакистанским Талибаном.",
            ["пакистанским", "Талибаном"],
            "under 'пакистанский Талибан', a longer name",
        ),
        ("Voice of America said so.", ["America"], "under 'Voice of America', a decoy, which names nobody"),
        (
            "TIP OF THE SPEAR",
            ["TIP"],
            "an acronym where everything is in capitals, and its actor is named in no other way",
        ),
    ],
)
def test_a_name_that_did_not_stand_is_told_with_its_reason(text: str, words: list[str], why: str) -> None:
    found = explained("", text)
    joined = found.document.joined
    assert [(joined[one.occurrence.start : one.occurrence.end], one.why) for one in found.fallen] == [
        (word, why) for word in words
    ]


def test_what_stands_is_not_told_as_fallen() -> None:
    found = explained("Pakistan waits", "The Pakistan Army came.")
    assert "pakistan" in found.mentions
    assert [one.name.text for one in found.fallen] == ["Pakistan"]


def test_rules_are_told_with_their_worth_their_sentences_and_their_words() -> None:
    [topic, *_] = explained("", "The TTP has safe havens. It has safe havens there.").topics
    assert topic.scored.filed
    by_rule = {fired.rule: fired for fired in topic.fired}
    assert by_rule["safe-havens[0]"].sentences == 2
    assert by_rule["safe-havens[0]"].words == ("safe havens",)
    assert sum(fired.worth for fired in topic.fired) == topic.scored.score


def test_a_topic_that_is_not_filed_is_told_too() -> None:
    pack = Pack.model_validate(
        {"topics": [{"id": "dams", "name": "Dams", "threshold": 2, "rules": [{"any": ["dam"]}]}]}
    )
    [topic] = explain(article_of("one", "", "They saw a dam.", None), Engine.compile(pack, "d")).topics
    assert (topic.scored.filed, topic.scored.score) == (False, 1)


def test_explaining_tags_as_tagging_does() -> None:
    article = article_of("one", "Pakistan and the TTP", "The TTP has safe havens. Voice of America said so.", "en")
    assert explain(article, ENGINE).tagged == tag(article, ENGINE)


def test_the_sentence_around_a_place_is_told_whole() -> None:
    found = explained("A title", "First it rained. Then Pakistan waited. Nothing came.")
    [hit] = found.mentions["pakistan"]
    assert found.sentence(hit.occurrence.start) == "Then Pakistan waited."
