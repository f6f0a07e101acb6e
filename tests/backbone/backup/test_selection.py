from collections.abc import Mapping

import pytest

from services.backbone.backup.contents import Cut, Numbers, Place
from services.backbone.backup.selection import begins_at, missing_topics, part_of, taken_topics
from services.backbone.backup.taking import together
from services.backbone.topics import ALERTS, ARTICLES, MENTIONS, TOPICS

PLACE = Place(ARTICLES.name, 1)


def groups(**commits: int) -> dict[str, Mapping[str, Numbers]]:
    return {f"kabul.{name}": {ARTICLES.name: {1: commit}} for name, commit in commits.items()}


@pytest.mark.parametrize(
    ("committed", "begin", "expected"),
    [
        ({"tagging": 40}, 10, 40),
        ({"tagging": 40, "another": 30}, 10, 30),
        ({"tagging": 5}, 10, 10),
        ({"another": 30}, 10, 10),
    ],
    ids=["from its reader", "from the one furthest back", "what is kept", "its reader has handled nothing"],
)
def test_what_is_open_is_taken(committed: dict[str, int], begin: int, expected: int) -> None:
    cut = Cut(groups=groups(**committed), ends={})
    assert begins_at(PLACE, cut, "kabul", begin) == expected


def test_each_topic_of_the_declaration_is_taken_and_those_of_teams() -> None:
    names = {topic.name for topic in TOPICS}
    taken = taken_topics([*names, "alerts.kabul-desk", "somebody-elses"])
    assert set(taken) - {"alerts.kabul-desk"} == names - {"canary"}
    assert taken[-1] == "dead-letters", "they say where others stand now"
    assert missing_topics(names - {ALERTS.name}) == (ALERTS.name,)


def test_the_alerts_are_taken_whole_and_mentions_only_when_asked_for() -> None:
    assert part_of(ALERTS.name, everything=False) == "whole"
    assert [part_of(MENTIONS.name, everything=each) for each in (False, True)] == ["open", "whole"]


def test_originals_that_stand_near_are_read_in_one_go() -> None:
    assert together([5, 7, 6, 5_000, 99_999, 1], begin=2, end=10_000) == [(5, 8), (5_000, 5_001)]
