from services.alerting.notify.errand import Errand, Parcel
from services.alerting.notify.grouped import as_group, item_of
from tests.alerting.examples import NOON
from tests.alerting.notify.desk import notification


def test_a_group_is_as_severe_as_its_worst_and_the_same_in_whatever_order_it_is_read() -> None:
    given = [notification("a"), notification("severe", severity="high"), notification("b")]
    parcel = Parcel.group("box", [Errand.of(each, (0, place)) for place, each in enumerate(given)], "hours", NOON)
    items = [item_of(each) for each in given]
    group = as_group(parcel, "box", items)
    assert (len(group.items), group.stands_for, group.severity) == (3, 3, "high")
    assert as_group(parcel, "box", items[::-1]) == group


def test_the_first_of_several_messages_says_how_many_there_are_in_all() -> None:
    given = [notification(slug) for slug in "ab"]
    parcel = Parcel.group("box", [Errand.of(each, (0, 0)) for each in given], "hours", NOON)
    parcel.in_all = 250
    assert as_group(parcel, "box", [item_of(each) for each in given]).stands_for == 250


def test_a_title_of_any_length_is_short_in_a_group() -> None:
    given = notification("a")
    assert given.alert is not None
    assert given.alert.article is not None
    article = given.alert.article.model_copy(update={"title": "x" * 100_000})
    long = given.model_copy(update={"alert": given.alert.model_copy(update={"article": article})})
    assert item_of(long).item.title == "x" * 299 + "…"
