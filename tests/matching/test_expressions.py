import pytest

from services.matching.expressions import (
    Expression,
    NothingRequired,
    Phrase,
    Reference,
    Term,
    UnreadableTerm,
    parse_term,
)

RAID, GUARD = Phrase("raid"), Reference("kind", "armed-group")


def test_an_expression_that_requires_nothing_is_refused() -> None:
    with pytest.raises(NothingRequired, match="'all' or 'any'"):
        Expression(none=(RAID,))


@pytest.mark.parametrize(
    ("written", "term"),
    [("raid", RAID), ({"kind": "armed-group"}, GUARD), ({"topic": "sanctions"}, Reference("topic", "sanctions"))],
)
def test_terms_are_read_as_people_write_them(written: object, term: Term) -> None:
    assert parse_term(written) == term


@pytest.mark.parametrize(
    "written", ["", "  ", 7, None, [], {}, {"acter": "ttp"}, {"actor": 7}, {"actor": "a", "x": "b"}]
)
def test_what_is_no_term_is_refused_with_the_choice(written: object) -> None:
    with pytest.raises(UnreadableTerm, match="actor: id"):
        parse_term(written)
