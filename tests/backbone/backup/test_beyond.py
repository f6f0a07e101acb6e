import pytest

from services.backbone.backup.beyond import SINCE_THE_BACKUP, begin_at, beginnings
from services.backbone.backup.broker import Broker
from services.backbone.backup.contents import Cut, Place
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS


def test_alerts_begin_above_all_that_were_given_out_and_others_do_not_care() -> None:
    cut = Cut(groups={}, ends={"alerts": {0: 7, 1: 0}, "alerts.desk": {0: 3}, "deliveries": {0: 9}})
    assert beginnings(cut) == {
        Place("alerts", 0): 7 + SINCE_THE_BACKUP,
        Place("alerts", 1): SINCE_THE_BACKUP,
        Place("alerts.desk", 0): 3 + SINCE_THE_BACKUP,
    }


@pytest.mark.parametrize("begin", [0, 1, 2_500])
def test_an_empty_partition_begins_where_it_is_told_to_and_stays_empty(settings: Settings, begin: int) -> None:
    broker, place = Broker(settings.kafka), Place(ALERTS.name, 2)
    begin_at(settings.kafka, broker, {place: begin})
    assert (broker.begins([place])[place], broker.ends([place])[place]) == (begin, begin)
