import pytest

from services.matching.objections import objection_to


@pytest.mark.parametrize(
    ("phrase", "exact", "complaint"),
    [
        ("—", False, "no letters"),
        ("x", False, "single letter"),
        ("X", True, "single letter"),
        ("国", False, "single letter"),
        ("is", False, "case: exact"),
        ("ها", False, "too short"),
        ("the", False, "too common"),
        ("The", True, "too common"),
        ("که", False, "too short"),
        ("این", False, "too common"),
        ("можно", False, None),
        ("как", False, "too common"),
        ("te*", False, "at least 3 letters"),
        ("safe h*", False, "at least 2 letters"),
        ("safe *", False, "right after the last letter"),
        ("sa*fe", False, "right after the last letter"),
    ],
)
def test_an_unfit_phrase_is_objected_to(phrase: str, exact: bool, complaint: str | None) -> None:
    objection = objection_to(phrase, exact=exact)
    assert (complaint in objection) if complaint and objection else objection is complaint


@pytest.mark.parametrize(
    ("phrase", "exact"),
    [
        ("IS", True),
        ("WHO", True),
        ("US", True),
        ("印度", False),
        ("ТТП", False),
        ("safe haven*", False),
        ("هند", False),
    ],
)
def test_a_short_but_distinctive_phrase_is_fit(phrase: str, exact: bool) -> None:
    assert objection_to(phrase, exact=exact) is None
