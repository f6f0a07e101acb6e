"""How far one consumer is behind, as a metric. What is another instance's now is taken back: it tells its own."""

from collections.abc import Collection

from services.backbone.telemetry import CONSUMER_LAG

Partition = tuple[str, int]


class Lag:
    """One consumer's."""

    def __init__(self, stage: str, consumer: str) -> None:
        """
        Args:
            stage: what it is part of.
            consumer: the name of its group, without the deployment's; the stage's where it has none.
        """
        self._stage = stage
        self._consumer = consumer
        self._shown: set[Partition] = set()

    def show(self, partition: Partition, records: int) -> None:
        """So many of this partition are not handled yet."""
        self._shown.add(partition)
        CONSUMER_LAG.labels(self._stage, self._consumer, partition[0], str(partition[1])).set(records)

    def keep(self, partitions: Collection[Partition]) -> None:
        """These partitions are ours now, and no others."""
        for topic, number in self._shown - set(partitions):
            CONSUMER_LAG.remove(self._stage, self._consumer, topic, str(number))
        self._shown &= set(partitions)
