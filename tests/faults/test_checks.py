"""Hand-made histories, one for each thing that can go wrong: a checker that finds nothing must be able to."""

from tests.faults.checks import findings

EXPECTED = {"kabul": ["a", "b", "c"], "dhaka": ["d"]}
GOOD = [("kabul", "a"), ("dhaka", "d"), ("kabul", "b"), ("kabul", "c")]


def test_a_good_history_has_no_findings_however_its_lines_are_mixed() -> None:
    assert findings(EXPECTED, GOOD).good
    assert findings(EXPECTED, [GOOD[1], GOOD[0], *GOOD[2:]]).good


def test_what_never_came_is_lost() -> None:
    found = findings(EXPECTED, GOOD[:-1])
    assert (found.lost, found.good) == (["c"], False)


def test_what_came_again_is_repeated_and_in_order() -> None:
    found = findings(EXPECTED, [*GOOD, ("kabul", "a"), ("kabul", "a")])
    assert (found.repeated, found.disordered, found.good) == ({"a": 2}, [], False)


def test_what_nobody_sent_is_unexpected() -> None:
    found = findings(EXPECTED, [*GOOD, ("kabul", "x")])
    assert (found.unexpected, found.lost, found.good) == (["x"], [], False)


def test_what_came_on_another_line_is_lost_there_and_unexpected_here() -> None:
    found = findings(EXPECTED, [*GOOD[:-1], ("dhaka", "c")])
    assert (found.unexpected, found.lost) == (["c"], ["c"])


def test_what_overtook_is_out_of_order_and_nothing_else() -> None:
    found = findings(EXPECTED, [GOOD[2], GOOD[0], GOOD[1], GOOD[3]])
    assert (found.disordered, found.lost, found.repeated, found.good) == ([("b", "a")], [], {}, False)


def test_the_findings_say_what_they_are_of() -> None:
    assert "lost 1 ['c']" in str(findings(EXPECTED, GOOD[:-1]))
