from typing import Any

import pytest
from pydantic import ValidationError

from services.alerting.match.inhibition import Inhibition, outranked
from services.alerting.watching.watch import Watch


def watch(name: str, severity: str = "normal", owner: str | None = None, topic: str | None = None) -> Watch:
    return Watch.model_validate({"id": name, "severity": severity, "owner": owner, "topic": topic, "actors": ["ttp"]})


def hidden(met: list[Watch], *rules: dict[str, Any]) -> dict[str, str]:
    return dict(outranked(met, [Inhibition.model_validate(rule) for rule in rules]))


CRITICAL_OVER_LESS = {"source": {"severity": "critical"}, "target": {"severity": ["low", "normal"]}}


def test_a_severe_watch_hides_the_lesser_ones() -> None:
    met = [watch("a", "low"), watch("b", "critical"), watch("c", "high"), watch("d")]

    assert hidden(met, CRITICAL_OVER_LESS) == {"a": "b", "d": "b"}
    assert hidden(met[:1] + met[2:], CRITICAL_OVER_LESS) == {}


def test_what_must_be_equal_must_be_equal_and_what_both_lack_is() -> None:
    rule = {**CRITICAL_OVER_LESS, "equal": ["owner"]}
    kabul = [watch("a", "low", "kabul"), watch("b", "critical", "kabul")]
    nobodys = [watch("c", "low"), watch("d", "critical")]

    assert hidden(kabul + nobodys, rule) == {"a": "b", "c": "d"}
    assert hidden([kabul[0], nobodys[1]], rule) == {}


def test_the_most_severe_of_several_hides() -> None:
    rule = {"source": {"severity": ["high", "critical"]}, "target": {"severity": "low"}}

    assert hidden([watch("a", "high"), watch("b", "critical"), watch("c", "low")], rule) == {"c": "b"}


def test_a_watch_that_fits_both_sides_never_hides_itself_nor_its_like() -> None:
    rule = {"source": {"owner": "kabul"}, "target": {"topic": "desk"}}
    both, its_like = watch("a", owner="kabul", topic="desk"), watch("b", owner="kabul", topic="desk")
    source = watch("c", owner="kabul")

    assert hidden([both, its_like], rule) == {}
    assert hidden([both, its_like, source], rule) == {"a": "c", "b": "c"}


def test_a_watch_is_named_by_its_id() -> None:
    rule = {"source": {"id": "a"}, "target": {"id": ["b", "c"]}}

    assert hidden([watch("a"), watch("b"), watch("d")], rule) == {"b": "a"}


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_side_that_names_nothing_is_refused(side: str) -> None:
    with pytest.raises(ValidationError, match="write an id, owner, severity or topic"):
        Inhibition.model_validate({**CRITICAL_OVER_LESS, side: {}})
