from services.alerting.decide.alike import Alike, fingerprint
from tests.alerting.decide.reports import DAY, report, reworded, text_about
from tests.alerting.examples import NOON

WIRE = text_about("the wire")


def sketched(text: str) -> str:
    return fingerprint(report(text=text).article)


def test_near_duplicates_are_found_the_most_similar_first_and_others_are_not() -> None:
    alike = Alike()
    for share in (0.95, 0.5, 0.7, 0.2):
        alike.add([sketched(reworded(WIRE, share))], "desk", f"story {share}", NOON)

    assert [near.story for near in alike.near(sketched(WIRE), "desk")] == ["story 0.95", "story 0.7", "story 0.5"]
    assert alike.near(sketched(text_about("another")), "desk") == []


def test_each_watch_finds_its_own_story_of_a_text_that_stands_there_once() -> None:
    alike = Alike()
    for watch in ("one-desk", "other-desk"):
        alike.add([sketched(WIRE)], watch, f"story of {watch}", NOON)

    assert len(alike) == 1
    assert [near.story for near in alike.near(sketched(WIRE), "other-desk")] == ["story of other-desk"]
    assert alike.near(sketched(WIRE), "third-desk") == []


def test_a_text_goes_with_the_last_day_on_which_a_story_had_it() -> None:
    alike = Alike()
    old, still = sketched(WIRE), sketched(text_about("still"))
    alike.add([old, still], "desk", "story", NOON)
    alike.add([still], "desk", "story", NOON + DAY)
    alike.expire(NOON + DAY)

    assert len(alike) == 1
    assert alike.near(old, "desk") == []
    assert [near.fingerprint for near in alike.near(still, "desk")] == [still]
    alike.expire(NOON + 2 * DAY)
    assert len(alike) == 0


def test_a_sketch_of_another_release_is_as_none() -> None:
    article = report(text="Few words.").article

    assert fingerprint(article.model_copy(update={"sketch": "AgAA"})) == fingerprint(article)


def test_texts_without_a_sketch_are_found_by_their_words_alone() -> None:
    alike = Alike()
    short = fingerprint(report(text="Few words.").article)
    alike.add([short], "desk", "story", NOON)

    assert [near.story for near in alike.near(short, "desk")] == ["story"]
    assert alike.near(sketched(WIRE), "desk") == []
    assert alike.near(fingerprint(report(text="Other words.").article), "desk") == []
