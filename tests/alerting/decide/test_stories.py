from schemas import Mention
from schemas.remembered import ArticleMemory, StoryMemory
from services.alerting.decide.alike import fingerprint, likeness
from services.alerting.decide.stories import (
    MOST_ORIGINS,
    MOST_OUTLETS,
    MOST_SKETCHES,
    MOST_SOURCES,
    Found,
    joined,
    opened,
)
from tests.alerting.decide.reports import report, reworded, text_about

WIRE = text_about("the wire")


def story_of_many(outlets: int) -> StoryMemory:
    """A story that so many outlets have, each in words of its own."""
    story = opened(report(text=WIRE), ["actor/ttp"], {})
    for number in range(1, outlets):
        words = f"{' '.join(WIRE.split()[:60])} {text_about(f'own {number}', 50)}"
        story = after(story, report(f"slug-{number}", f"source-{number}", text=words))
    return story


def after(story: StoryMemory, mention: Mention, article: ArticleMemory | None = None) -> StoryMemory:
    """The story once this joined it; with what is remembered of its article, it is a revision."""
    return joined(Found("one", story, article), mention, [], []).story


def test_what_is_remembered_of_a_story_is_bounded_and_can_be_read_again() -> None:
    story = story_of_many(MOST_OUTLETS + 5)

    assert (len(story.outlets), story.source_count) == (MOST_OUTLETS, MOST_OUTLETS)
    assert (len(story.origins), len(story.sources)) == (MOST_ORIGINS, MOST_SOURCES)
    assert len(story.sketches) == len(story.sketch_origins) == MOST_SKETCHES
    assert StoryMemory.model_validate_json(story.model_dump_json()) == story


def test_the_first_text_and_the_last_ones_are_compared_with() -> None:
    story = story_of_many(MOST_SKETCHES + 3)

    assert story.sketches[0] == report(text=WIRE).article.sketch
    assert story.sketch_origins == (0, *range(4, MOST_SKETCHES + 3))


def test_a_text_that_is_nearly_one_of_the_story_is_not_kept_beside_it() -> None:
    story = after(story_of_many(1), report("two", "mirror", text=reworded(WIRE, 0.95)))

    assert len(story.sketches) == 1


def test_a_text_with_words_of_two_stories_does_not_lead_the_one_into_the_other() -> None:
    other = text_about("the other").split()
    padded = f"{WIRE} {' '.join(other[:30])}"
    story = after(after(story_of_many(1), report("two", text=padded)), report("three", text=" ".join(other[:40])))
    whole = fingerprint(report(text=" ".join(other)).article)

    assert all(likeness(whole, one) == 0 for one in story.sketches)


def test_a_story_that_grows_is_still_found_by_its_last_words() -> None:
    parts = [text_about(f"part {number}", 40) for number in range(8)]
    story = opened(report(text=parts[0]), ["actor/ttp"], {})
    for number in range(1, len(parts)):
        story = after(story, report(text=" ".join(parts[: number + 1])), ArticleMemory(story="one", readings={}))
    last = fingerprint(report(text=" ".join(parts)).article)

    assert likeness(last, story.sketches[0]) == 0
    assert any(likeness(last, one) > 0 for one in story.sketches)
