"""A word in passing files no article: rules say what must stand together, and what they come to must be enough."""

from typing import Any

import pytest

from services.matching.document import Document
from services.tagging.gazetteer import Pack
from services.tagging.tag import Engine, find
from services.tagging.topics import Filed

ACTORS = [
    {"id": "iran", "name": "Iran", "kind": "state", "aliases": {"ru": ["Иран"], "ur": ["ایران"]}},
    {"id": "china", "name": "China", "kind": "state", "aliases": {"ru": ["Китай"], "ur": ["چین"]}},
    {"id": "ttp", "name": "TTP", "kind": "armed-group", "aliases": {"ur": ["ٹی ٹی پی"], "ru": ["ТТП"]}},
]
CONCEPTS = [
    {"id": "raid", "phrases": {"en": ["raid*"], "ur": ["چھاپہ"], "ru": ["рейд"]}},
    {"id": "arrest", "phrases": {"en": ["arrest*"], "ur": ["گرفتار"], "ru": ["задержан*"]}},
    {"id": "talks", "phrases": {"en": ["talks"], "ur": ["مذاکرات"], "ru": ["переговоры"]}},
    {"id": "sport", "phrases": {"en": ["cricket"], "ur": ["کرکٹ"], "ru": ["хоккей"]}},
]


def filed(rule: dict[str, Any], title: str, text: str, **topic: Any) -> list[Filed]:
    """What one rule of weight 1 and threshold 1 files."""
    pack = Pack.model_validate(
        {
            "actors": ACTORS,
            "concepts": CONCEPTS,
            "topics": [{"id": "topic", "name": "Topic", "threshold": 1, "rules": [rule], **topic}],
        }
    )
    return find(Document(title, text), Engine.compile(pack, "digest"))[1]


TWO_STATES = {"kind": "state", "distinct": 2}
RAID, ARREST, TALKS, SPORT = ({"concept": name} for name in ("raid", "arrest", "talks", "sport"))


@pytest.mark.parametrize(
    ("rule", "fires", "does_not"),
    [
        ({"any": [RAID, ARREST]}, "A man was arrested.", "A man was seen."),
        ({"any": [RAID, ARREST]}, "ملزم گرفتار ہو گیا۔", "ملزم فرار ہو گیا۔"),
        ({"any": [RAID, ARREST]}, "Подозреваемый задержан.", "Подозреваемый скрылся."),
        ({"all": [RAID, ARREST]}, "Three were arrested in a raid.", "There was a raid. Three were arrested."),
        ({"all": [RAID, ARREST]}, "چھاپہ مار کر ملزم گرفتار کیا گیا۔", "چھاپہ مارا گیا۔ ملزم گرفتار ہوا۔"),
        ({"all": [RAID, ARREST]}, "Во время рейда задержаны трое.", "Прошел рейд. Задержаны трое."),
        ({"all": [RAID], "none": [SPORT]}, "A raid began.", "A raid began at the cricket ground."),
        ({"all": [RAID], "none": [SPORT]}, "Начался рейд.", "Рейд прошел после хоккея."),
        ({"all": [RAID, ARREST], "within": 4}, "A raid, two arrests.", "A raid that went on all night led to arrests."),
        ({"all": [ARREST, {"kind": "armed-group"}]}, "TTP men were arrested.", "Two men were arrested."),
        ({"all": [ARREST, {"kind": "armed-group"}]}, "ٹی ٹی پی کا کمانڈر گرفتار", "ایک شخص گرفتار"),
        ({"all": [TALKS, TWO_STATES]}, "Iran and China began talks.", "Iran began talks in Iran."),
        ({"all": [TALKS, TWO_STATES]}, "Иран и Китай начали переговоры.", "Иран начал переговоры."),
        ({"all": [TALKS, TWO_STATES]}, "ایران اور چین کے مذاکرات", "ایران کے مذاکرات"),
    ],
)  # fmt: skip
def test_a_rule_fires_where_its_terms_stand_together(rule: dict[str, Any], fires: str, does_not: str) -> None:
    assert filed(rule, "", fires)
    assert not filed(rule, "", does_not)


def test_a_rule_of_the_title_looks_nowhere_else() -> None:
    rule = {"any": [RAID], "scope": "title"}
    assert filed(rule, "A raid at dawn", "Nobody spoke.")
    assert not filed(rule, "At dawn", "A raid began.")


@pytest.mark.parametrize(
    ("title", "text", "score"),
    [
        ("", "A raid.", 1),
        ("A raid", "", 2),
        ("", "A raid. A raid. A raid. A raid.", 3),
    ],
    ids=["a sentence is one", "a title counts as two", "more than three add nothing"],
)
def test_a_rule_counts_by_sentences(title: str, text: str, score: float) -> None:
    [found] = filed({"any": [RAID]}, title, text)
    assert found.score == score


def test_without_weights_the_threshold_decides_and_confidence_grows_from_one_half() -> None:
    assert not filed({"any": [RAID]}, "", "A raid.", threshold=2)
    [at_the_threshold] = filed({"any": [RAID]}, "A raid", "", threshold=2)
    [twice] = filed({"any": [RAID]}, "A raid", "A raid. A raid.", threshold=1.5)
    assert at_the_threshold.confidence == 0.5
    assert twice.confidence == 0.75


def test_learned_weights_decide_in_place_of_the_threshold() -> None:
    at_odds = {"bias": -3.0, "signs": {"ratio": 1.0}}
    assert not filed({"any": [RAID]}, "", "A raid.", learned=at_odds)
    [helped] = filed({"any": [RAID]}, "", "A raid. Arrests.", learned=at_odds | {"concepts": {"arrest": 5.0}})
    assert helped.confidence > 0.5
    [by_kind] = filed({"any": [RAID]}, "", "A raid on the TTP.", learned=at_odds | {"kinds": {"armed-group": 5.0}})
    assert by_kind.confidence > 0.5


def test_no_weight_files_an_article_without_a_rule_that_fired() -> None:
    assert filed({"any": [RAID]}, "", "A raid.", learned={"bias": 9.0})
    assert not filed({"any": [RAID]}, "", "Arrests.", learned={"bias": 9.0, "concepts": {"arrest": 9.0}})


def test_a_sign_names_the_rule_by_its_id_or_its_number() -> None:
    [named] = filed({"id": "raids", "any": [RAID]}, "A raid", "")
    [numbered] = filed({"any": [RAID]}, "A raid", "")
    assert [sign.fired for sign in named.signs] == ["topic[raids]: raid"]
    assert [sign.fired for sign in numbered.signs] == ["topic[0]: raid"]


def test_two_states_in_one_sentence_are_both_its_evidence() -> None:
    text = "Iran spoke. Iran and China began talks."
    [found] = filed({"all": [{"kind": "state", "distinct": 2}, TALKS]}, "", text)
    assert {text[sign.occurrence.start - 2 : sign.occurrence.end - 2] for sign in found.signs} == {"Iran", "talks"}
