"""From an article's record produced to its alert's record readable, beside two raw Kafka hops at the same time.

All five processes run, on the default configuration. The articles and their copies for the raw path are produced at a
steady rate; half of the articles ring. Where the time goes is read from the records' own timestamps.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from statistics import median, quantiles
from typing import Final

import psutil
import uvloop
from aiokafka.structs import ConsumerRecord

from services.alerting.match import match_watches
from services.alerting.watches import load_watches
from services.backbone.clients import new_consumer, new_producer, partitions_of, stop_client
from services.backbone.record import OutgoingRecord, decode, encode
from services.backbone.settings import DEFAULT_CONFIG, KafkaSettings
from services.backbone.topics import ALERTS, ARTICLES, ARTICLES_TAGGED, MENTIONS, Topic
from services.tagging.app import load_engine
from services.tagging.tag import tag
from tests.bench.articles import articles
from tests.bench.kafka import kafka_and_desk
from tests.bench.report import Cell, Table
from tests.bench.stages import NOW
from tests.vocabulary import FIVE, Desk, Item, Site

RATES: Final = (20, 100)
"""Articles a second."""
SECONDS: Final = 20
WARM_UP_SECONDS: Final = 8
IDLE_SECONDS: Final = 5
READ_SECONDS: Final = 30
THERE, BACK = (replace(ARTICLES, name=name) for name in ("raw.there", "raw.back"))

Row = tuple[Cell, ...]
Stamps = dict[str, float]
"""Seconds since 1970, by article id."""


@dataclass
class Clock:
    """When each article was produced, and when what came of it could be read."""

    produced: Stamps = field(default_factory=dict)
    alert: Stamps = field(default_factory=dict)
    raw_produced: Stamps = field(default_factory=dict)
    raw: Stamps = field(default_factory=dict)
