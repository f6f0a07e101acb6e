from services.alerting.decide.carried import AGAIN, MOST_SOURCES, remember
from services.alerting.decide.memory import Memory
from tests.alerting.decide.reports import HOUR, MINUTE, report
from tests.alerting.examples import NOON

DESK = "kabul-desk"


def test_a_source_that_carries_a_watch_again_is_written_once_an_hour() -> None:
    memory = Memory()
    for minutes in range(0, 181, 10):
        remember(report(at=NOON + minutes * MINUTE), memory)
        if memory.dirty():
            assert minutes * MINUTE % AGAIN == 0 * HOUR
    watch = memory.watch(DESK)

    assert watch is not None
    assert watch.sources == {"herald": NOON + 3 * HOUR}


def test_of_very_many_sources_those_that_carried_it_last_are_remembered_with_their_names() -> None:
    memory = Memory()
    for number in range(MOST_SOURCES + 3):
        remember(report(source=f"source-{number:04d}", text="Few.", at=NOON + number * MINUTE), memory)
    watch = memory.watch(DESK)

    assert watch is not None
    assert len(watch.sources) == MOST_SOURCES
    assert watch.sources.keys() == watch.names.keys()
    assert "source-0002" not in watch.sources
    assert watch.names["source-0003"] == "Source-0003"


def test_a_renamed_watch_and_a_renamed_source_are_known_by_their_new_names() -> None:
    memory = Memory()
    remember(report(), memory)
    renamed = report(at=NOON + MINUTE)
    article = renamed.article.model_copy(update={"source": renamed.article.source.model_copy(update={"name": "New"})})
    summary = renamed.watch.model_copy(update={"name": "New desk"})
    remember(renamed.model_copy(update={"article": article, "watch": summary}), memory)
    watch = memory.watch(DESK)

    assert watch is not None
    assert (watch.summary, watch.names) == (summary, {"herald": "New"})
