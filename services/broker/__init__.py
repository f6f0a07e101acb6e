"""The local broker: Apache Kafka on loopback, or a memory-only one that needs no Java."""

from services.broker.embedded import EmbeddedBroker
from services.broker.kafka import KafkaBroker, Listener
from services.broker.local import LocalBroker, answers, free_port
from services.broker.running import Running, find, stop

__all__ = [
    "EmbeddedBroker",
    "KafkaBroker",
    "Listener",
    "LocalBroker",
    "Running",
    "answers",
    "find",
    "free_port",
    "stop",
]
