from services.alerting.decide.memory import Memory
from services.alerting.decide.remarks import MOST_PAIRED, MOST_TOGETHER, put_together, remark
from tests.alerting.decide.reports import DAY, HOUR
from tests.alerting.examples import NOON

DESK = "kabul-desk"


def met(memory: Memory, *named: str, days: int = 0) -> tuple[tuple[str, str], ...]:
    """The pairs that are remarked of a new story that names these."""
    found = remark(DESK, named, named, memory, NOON + days * DAY)
    memory.put_entities(DESK, found.entities, NOON + days * DAY)
    return found.remark.first_together


def test_each_pair_is_remarked_once_whichever_of_the_two_is_named_first() -> None:
    memory = Memory()
    for label in ("actor/a", "actor/b", "actor/c"):
        met(memory, label)

    assert met(memory, "actor/c", "actor/a") == (("actor/a", "actor/c"),)
    assert met(memory, "actor/a", "actor/b", "actor/c") == (("actor/a", "actor/b"), ("actor/b", "actor/c"))
    assert met(memory, "actor/b", "actor/a") == ()


def test_a_pair_in_an_article_that_did_not_ring_is_no_news_later() -> None:
    memory = Memory()
    met(memory, "actor/a")
    met(memory, "actor/b")
    memory.put_entities(DESK, put_together(DESK, ["actor/b", "actor/a"], memory), NOON)

    assert put_together(DESK, ["actor/a", "actor/b"], memory) == {}
    assert met(memory, "actor/a", "actor/b") == ()


def test_of_whom_everyone_is_met_with_no_pair_is_told_any_more() -> None:
    memory = Memory()
    for number in range(MOST_TOGETHER + 5):
        met(memory, f"actor/z{number}")
        met(memory, "actor/a", f"actor/z{number}")
    entity = memory.entity(DESK, "actor/a")

    assert entity is not None
    assert len(entity.together) == MOST_TOGETHER
    assert met(memory, "actor/a", f"actor/z{MOST_TOGETHER}") == ()


def test_of_an_article_that_names_a_crowd_only_the_first_ones_are_paired() -> None:
    memory, crowd = Memory(), [f"actor/{number:03d}" for number in range(3 * MOST_PAIRED)]
    for label in crowd:
        met(memory, label)

    assert len(met(memory, *crowd)) == MOST_PAIRED * (MOST_PAIRED - 1) // 2


def test_what_is_remarkable_changes_nothing_by_itself() -> None:
    memory = Memory()
    first, again = (remark(DESK, ["actor/a"], ["actor/a"], memory, NOON) for _ in range(2))

    assert first == again
    assert first.remark.first_ever == ("actor/a",)


def test_quiet_days_are_whole_days_and_a_mention_of_before_makes_none() -> None:
    memory = Memory()
    met(memory, "actor/a", days=10)

    quiet = [remark(DESK, ["actor/a"], [], memory, NOON + hours * HOUR).remark.quiet_days for hours in (0, 430, 455)]
    assert quiet == [{}, {"actor/a": 7}, {"actor/a": 8}]
