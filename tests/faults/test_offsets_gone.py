"""The offsets of the group are deleted, by a mistaken hand or because they expired: all is read again, none rings."""

import signal

from confluent_kafka.admin import AdminClient

from tests.faults.conftest import Groups

FED = 300


def test_all_is_read_again_and_nothing_rings_again(groups: Groups) -> None:
    with groups("offsets-gone") as group:
        group.feed(FED)
        group.starts("one")
        group.through()
        group.sends("one", signal.SIGTERM)
        assert group.processes["one"].wait(10) == 0
        admin = AdminClient(group.settings.kafka.librdkafka())
        for deleted in admin.delete_consumer_groups([f"{group.name}.decide"]).values():
            deleted.result(20)
        group.feed(30)
        group.starts("one")
        group.through()
        assert group.findings().good, str(group.findings())
