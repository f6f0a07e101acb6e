import pytest

from schemas.remembered import StoryMemory
from services.alerting.decide.origins import origin
from services.alerting.decide.stories import Found, joined, opened
from tests.alerting.decide.reports import report, reworded, text_about

WIRE = text_about("the wire")
HALF = reworded(WIRE, 0.6)


def story() -> StoryMemory:
    """One that the herald opened, with a second text of an agency."""
    first = opened(report("one", text=WIRE), ["actor/ttp"], {})
    return joined(Found("one", first, None), report("two", "mirror", text=HALF, agency="afp"), [], []).story


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (reworded(WIRE, 0.95), "source:herald"),
        (" ".join(HALF.split()[:-4]), "agency:afp"),
        (" ".join(WIRE.split()[:100]), "source:herald"),
        (text_about("own words"), "source:gazette"),
        ("Few words.", "source:gazette"),
    ],
    ids=["a print of the first", "a print of the second", "a part of the first", "own words", "too short to tell"],
)
def test_a_text_has_the_origin_of_the_most_similar_one_that_it_is_nearly_verbatim(text: str, expected: str) -> None:
    assert origin(report("three", "gazette", text=text).article, story()) == expected


def test_an_agency_that_is_credited_is_the_origin_whatever_the_words() -> None:
    assert origin(report("three", "gazette", text=WIRE, agency="dpa").article, story()) == "agency:dpa"
    assert origin(report("three", "gazette", agency="dpa").article, None) == "agency:dpa"


def test_an_article_keeps_the_origin_that_it_had_in_another_feed() -> None:
    assert origin(report("two", "gazette", text=text_about("all new"), agency="dpa").article, story()) == "agency:afp"
