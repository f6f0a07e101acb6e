"""One contract, run over every implementation."""

import random

import pytest

from services.matching.automaton import IMPLEMENTATIONS, Automaton, UnknownAutomaton, build_automaton

every_implementation = pytest.mark.parametrize("implementation", IMPLEMENTATIONS)


def found(automaton: Automaton, text: str) -> list[tuple[int, int, int]]:
    """(pattern index, start, end) of each occurrence."""
    starts, ends, patterns = (column.tolist() for column in automaton.find(text))
    return sorted(zip(patterns, starts, ends, strict=True))


@every_implementation
def test_overlapping_and_nested_patterns_are_all_found(implementation: str) -> None:
    automaton = build_automaton([" kabul ", " kabul river ", "river"], implementation)
    assert found(automaton, " kabul river ") == [(0, 0, 7), (1, 0, 13), (2, 7, 12)]


@every_implementation
def test_offsets_count_code_points(implementation: str) -> None:
    automaton = build_automaton(["塔利班", "b"], implementation)
    assert found(automaton, "𠀀é塔利班b") == [(0, 2, 5), (1, 5, 6)]


@every_implementation
def test_without_patterns_nothing_is_found(implementation: str) -> None:
    assert found(build_automaton([], implementation), " kabul ") == []


@every_implementation
def test_finds_what_a_plain_search_finds(implementation: str) -> None:
    chance = random.Random(7)
    patterns = sorted({"".join(chance.choices("ab ", k=chance.randint(1, 5))) for _ in range(60)})
    text = "".join(chance.choices("ab ", k=400))
    expected = [
        (number, at, at + len(pattern))
        for number, pattern in enumerate(patterns)
        for at in range(len(text))
        if text.startswith(pattern, at)
    ]
    assert found(build_automaton(patterns, implementation), text) == expected


def test_an_unknown_implementation_is_refused_with_the_choice() -> None:
    with pytest.raises(UnknownAutomaton, match="ahocorasick_rs"):
        build_automaton(["a"], "fast")
