"""Log events with fields, and every metric's name, help and labels, declared once.

Labels take values from configuration only (stages, channels, outcomes), never from feed text: their number is bounded.
docs/metrics.md is made from what stands here (metrics_document.py): say in a help what is counted and when.
"""

import logging
import sys
from typing import Final, Literal, cast

import structlog
from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from services.backbone.errors import RecordError

LOGGER = "tocsin"

disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the series, and nobody asks for them

BUILD_INFO = Gauge("tocsin_build_info", "Always 1: which Tocsin runs, on which Python.", ["version", "python"])
RECORDS = Counter("tocsin_records", "Records handled, by what became of them.", ["stage", "outcome"])
SET_ASIDE = Counter(
    "tocsin_dead_letters",
    "Records set aside on `dead-letters`, by the error: its class among ours, or `defect` for any other.",
    ["stage", "reason"],
)
STAGE_SECONDS = Histogram(
    "tocsin_stage_seconds",
    "Time to handle one record, without waiting for the broker.",
    ["stage"],
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5),
)
ARTICLE_AGE_SECONDS = Histogram(
    "tocsin_article_age_seconds",
    "How old an article is when a stage is done with it: since it was read here (`seen`), and since its publisher "
    "published it (`published`, where that is stated and can be believed). At `notify`: when a channel took an alert "
    "that waited for nothing but the line.",
    ["stage", "since"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3_600, 10_800, 43_200, 86_400, 604_800),
)
CONSUMER_LAG = Gauge(
    "tocsin_consumer_lag_records",
    "Records of a partition that a consumer has not handled yet. `recheck-*` and `notify.*` also count what waits for "
    "its hour.",
    ["stage", "consumer", "topic", "partition"],
)
WRITES_UNDER_WAY = Gauge("tocsin_broker_writes_under_way", "Records handed over that the broker has not acknowledged.")
WRITE_RETRIES = Counter("tocsin_broker_write_retries", "Writes that the broker did not take, tried again.")
WAITING = Gauge(
    "tocsin_waiting", "1 for what a stage waits for before it can work: `broker`, `topics`, ...", ["stage", "what"]
)
POLLS = Counter("tocsin_polls", "Polls of sources, by what came of them.", ["outcome"])
POLL_SECONDS = Histogram(
    "tocsin_poll_seconds",
    "From the beginning of a poll to its end: fetched, read, published.",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
POLL_LATENESS_SECONDS = Histogram(
    "tocsin_poll_lateness_seconds",
    "How long after it was due a poll began. A host that is asked by another poll, or rests, is waited for.",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
POLLS_UNDER_WAY = Gauge("tocsin_polls_under_way", "Polls that began and are not done.")
FETCHED_BYTES = Counter("tocsin_fetched_bytes", "Bytes of bodies as they came over the wire.")
PAGES = Counter("tocsin_pages", "Pages of articles asked for, by what came of it.", ["outcome"])
RECHECKS = Counter("tocsin_rechecks", "Articles that rang, asked for again, by what came of it.", ["outcome"])
SOURCE_INCIDENTS_TOLD = Counter("tocsin_source_incidents", "Incidents of sources told.", ["kind", "state"])
SOURCE_METRICS: Final = {
    "tocsin_sources": "Sources of this process's share, by what came of their last poll.",
    "tocsin_source_incidents_open": "Sources of this process's share that something is the matter with, by what it is.",
    "tocsin_source_last_success_timestamp_seconds": "When a source last answered.",
    "tocsin_source_last_new_timestamp_seconds": "When something new was last found in a source.",
    "tocsin_source_entries": "Entries of a source's last reading.",
    "tocsin_source_failures": "Polls of a source in a row that gave nothing.",
    "tocsin_source_poll_seconds": "How long the last poll of a source took, pages and the broker included.",
    "tocsin_source_fetched_bytes": "Bytes of bodies of a source as they came over the wire, since the process began.",
}
"""Name and help of what services/ingestion/meters.py makes from the sources' states."""
ARTICLES = Counter("tocsin_articles", "Article revisions published.", [])
CANARY_AGE_SECONDS = Histogram(
    "tocsin_canary_age_seconds",
    "How old a canary is when a stage is done with it. One that was held up for longer than an interval counts too.",
    ["stage", "script"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3_600),
)
CANARY_LAST = Gauge(
    "tocsin_canary_last_timestamp_seconds",
    "When the canary was made that a stage was done with last. At `notify` it begins with when its partition was taken "
    "over; of several instances the highest counts.",
    ["stage", "script"],
)
CANARY_TAGGED = Gauge(
    "tocsin_canary_tagged", "1 where the pack in force found whom the last canary of a script names.", ["script"]
)
CANARY_MISSING = Gauge(
    "tocsin_canary_missing", "1 for a script whose canary has not arrived at `notify` for three intervals.", ["script"]
)
DECISIONS = Counter("tocsin_decisions", "Mentions decided, by reason.", ["reason"])
ALERTS_WRITTEN = Counter("tocsin_alerts", "Alerts written, by reason and by what holds them.", ["reason", "held"])
REMEMBERED = Gauge("tocsin_remembered_records", "What decide remembers, by partition of the mentions.", ["partition"])
TRANSACTIONS = Counter(
    "tocsin_transactions",
    "Kafka transactions: committed, or abandoned with the session (the same records are decided anew).",
    ["outcome"],
)
COMMIT_SECONDS = Histogram(
    "tocsin_transaction_seconds",
    "From the beginning of a transaction to its commit.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ALERTS_NOWHERE = Counter("tocsin_alerts_nowhere", "Alerts that no route leads to any channel.", ["stage"])
DELIVERIES = Counter(
    "tocsin_deliveries",
    "What was said of notifications on `deliveries`, by channel and outcome.",
    ["channel", "outcome"],
)
DELIVERY_SECONDS = Histogram(
    "tocsin_delivery_seconds",
    "How long a channel took to answer an attempt, whatever it said.",
    ["channel"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
CHANNEL_CIRCUIT_OPEN = Gauge(
    "tocsin_channel_circuit_open", "1 while a channel is left alone, for it takes nothing.", ["channel"]
)
CHANNEL_UNFINISHED = Gauge(
    "tocsin_channel_unfinished",
    "Notifications not done, by what they wait for: `begun` and `put-off` for the channel, `held` for a moment, "
    "`left` for room.",
    ["channel", "kind"],
)
CHANNEL_FULL = Gauge(
    "tocsin_channel_full", "1 while a channel reads no further, for as much is unfinished as is kept.", ["channel"]
)
STREAMS = Gauge("tocsin_api_streams", "Streams of alerts that are open.")
ALERTS_STREAMED = Counter("tocsin_api_events", "Alerts written to streams.")
RELOAD_SUCCESS = Gauge("tocsin_configuration_reload_success", "1 when the last read of this part succeeded.", ["part"])
RELOADS = Counter("tocsin_configuration_reloads", "Changes of the configuration, by outcome.", ["part", "outcome"])
CONFIGURATION_DEFECTS = Gauge(
    "tocsin_configuration_defects", "What is wrong with the files of this part, and not in force.", ["part"]
)
SPANS_LOST = Counter("tocsin_trace_spans_lost", "Spans that no collector took, while traces are on.")
READY = Gauge("tocsin_ready", "1 while the process makes progress.", ["stage"])


def count_from_zero(stage: str) -> None:
    """Let what must not be missed of a stage stand at 0 first: what begins with its first event is not seen to rise."""
    for reason in ("defect", *(error.__name__ for error in RecordError.__subclasses__())):
        SET_ASIDE.labels(stage, reason)


_NOISY = (
    *("aiokafka", "apprise", "faust", "hpack", "httpcore", "httpx", "mode", "services", "urllib3", "uvicorn"),
    "watchfiles",
)
"""Libraries whose errors alone are logged."""


def configure_logging(form: Literal["auto", "json", "console"], level: str) -> None:
    """Send every log event to stderr, ours and the libraries': JSON in deployment, readable on a terminal."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    handler.addFilter(_OnceAMinute())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)


class _OnceAMinute(logging.Filter):
    """What a library says again and again (that the broker is away, say) is let through once a minute. Ours always."""

    def __init__(self) -> None:
        super().__init__()
        self._said_at: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == LOGGER:
            return True
        said = (record.name, str(record.msg)[:100])
        if 0 <= record.created - self._said_at.get(said, 0) < 60:
            return False
        if len(self._said_at) > 1000:
            self._said_at.clear()
        self._said_at[said] = record.created
        return True


def logger() -> structlog.stdlib.BoundLogger:
    """A logger whose first argument is the event's name and whose keywords are its fields."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(LOGGER))
