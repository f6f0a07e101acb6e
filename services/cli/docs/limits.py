"""docs/limits.md, from the constants that hold: every bound, and what happens at it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from schemas.article import MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS
from schemas.dead_letter import MAX_KEPT_BYTES
from services.alerting.api import access, alerts, form, hardened, queries, tail, tokens
from services.alerting.api.app import BOUNDS as API_BOUNDS
from services.alerting.decide import stories
from services.alerting.handling import links, steps
from services.alerting.holding import queues, silence
from services.alerting.match import first_pass, meet, passages
from services.alerting.notify import circuit, incidents, retry, room, template
from services.alerting.notify.channels import command, mail, webhook
from services.alerting.routing import route
from services.alerting.watching import clauses, policy, terms
from services.backbone import gate, http_body, progress, secret, settings, topics, yaml_file
from services.backbone.addresses import MAX_HOST_BITS
from services.backbone.durations import show_duration
from services.cli.dead_letters import MAX_REPLAYS
from services.cli.docs.markdown import table
from services.cli.run import GRACE_SECONDS
from services.ingestion import full_text, meters, source_values, sources, turn, workers
from services.ingestion.fetching import fetch
from services.ingestion.identity import assemble
from services.ingestion.polling import backoff
from services.ingestion.reading import entry, folder
from services.ingestion.receiving import batch, intake
from services.ingestion.receiving.receiving import BOUNDS as PUSH_BOUNDS

Row = tuple[str, str, str]

_HEAD: Final = """\
# Limits

Every bound that Tocsin sets, and what happens at it. The figures are read from the code when this page is made, so they
are the ones that hold. What a broker, a machine and a line of articles carry is in [scaling.md](scaling.md); how long
things are kept, and how much disk that takes, in [retention.md](retention.md).

There is no bound on the number of watches, sources, articles or alerts as such. What they need is memory and time.
"""


def limits_page() -> str:
    """The page."""
    parts = (f"## {title}\n\n{table(('what', 'bound', 'what happens at it'), rows)}" for title, rows in LIMITS.items())
    return "\n".join([_HEAD, *parts])


def _size(bytes_: int) -> str:
    for unit, size in (("MiB", 1024 * 1024), ("KiB", 1024)):
        if bytes_ >= size and bytes_ % size == 0:
            return f"{bytes_ // size:,} {unit}"
    return f"{bytes_:,} bytes"


def _time(seconds: float | timedelta) -> str:
    span = seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)
    return show_duration(span) if span >= timedelta(seconds=1) else f"{span.total_seconds():g}s"


_OF_A_FETCH: Final = fetch.Limits()
_OF_A_WORKER: Final = workers.Limits()
_RETRIES: Final = ", ".join(_time(seconds) for seconds in retry.DEFAULT_SCHEDULE)

LIMITS: Final[Mapping[str, Sequence[Row]]] = {
    "Records and topics": (
        ("record that Tocsin writes or takes", _size(topics.MAX_RECORD_BYTES), "set aside in `dead-letters`"),
        ("record of `notifications`", _size(topics.NOTIFICATIONS.max_record_bytes), "set aside in `dead-letters`"),
        ("record that the broker takes", _size(topics.BROKER_RECORD_BYTES), "the broker refuses it"),
        ("original kept in a dead letter", _size(MAX_KEPT_BYTES), "its head is kept, and where it stands"),
        ("replays of a dead letter", str(MAX_REPLAYS), "replayed no more; its fix says what to do"),
        (
            "processes `tagging`, `match`, `decide` that share the work",
            str(topics.ARTICLES.partitions),
            "one per partition of `articles`, `articles.tagged`, `mentions`; further ones stand by",
        ),
        (
            "processes `ingestion` that share the sources",
            str(topics.INGESTION_STATE.partitions),
            "one per partition of `ingestion.state`; further ones stand by",
        ),
    ),
    "Reading sources": (
        ("one fetch", _time(_OF_A_FETCH.seconds), "the poll fails; the source is asked again later"),
        ("body as it comes over the wire", _size(_OF_A_FETCH.wire_bytes), "the poll fails"),
        ("body once it is unpacked", _size(_OF_A_FETCH.decoded_bytes), "the poll fails"),
        (
            "growth by unpacking",
            f"{fetch.MAX_RATIO} times",
            f"the poll fails; counted from {_size(fetch.RATIO_COUNTS_FROM)}",
        ),
        ("redirects", str(fetch.MAX_REDIRECTS), "the poll fails"),
        ("entries of a feed", f"{entry.MAX_ENTRIES:,}", "the first ones are read"),
        ("title of an article", f"{MAX_TITLE_CHARACTERS:,} characters", "cut; `truncated` is true"),
        (
            "text of an article",
            f"{MAX_TEXT_CHARACTERS:,} characters, {_size(assemble.MAX_TEXT_BYTES)}",
            "cut; `truncated` is true",
        ),
        ("pages of one poll with `full_text`", str(full_text.MAX_PAGES), "a choice by lot; the others at later polls"),
        ("all pages of one poll together", _time(full_text.SECONDS), "the others at later polls"),
        ("parsing one page or feed, CPU", _time(_OF_A_WORKER.cpu_seconds), "its worker is ended; the page is given up"),
        ("parsing one page or feed, time", _time(_OF_A_WORKER.wall_seconds), "the same"),
        ("memory of a parser", _size(_OF_A_WORKER.memory_bytes), "the same"),
        ("polls under way in a process", str(turn.MAX_UNDER_WAY), "the others wait for their turn"),
        (
            "`interval` and `max_interval`",
            f"{_time(source_values.MIN_INTERVAL)} to {_time(source_values.MAX_INTERVAL)}",
            "`tocsin check` refuses it",
        ),
        ("`ring_last` of a source", _time(source_values.MAX_RING_LAST), "`tocsin check` refuses it"),
        (
            "pause of a failing source",
            _time(backoff.MAX_BACKOFF),
            "not longer, or its `interval`; it is never given up",
        ),
        ("files of a folder source", f"{folder.MAX_FILES:,}", "so many are looked at"),
        ("file with one article", _size(folder.MAX_FILE_BYTES), "it is passed over, and told"),
        ("line of a JSONL file", _size(folder.MAX_LINE_BYTES), "it is passed over, and told"),
        ("one reading of a folder", _size(folder.MAX_READING_BYTES), "the next reading goes on there"),
        ("sources with a metric of their own", f"{meters.MAX_NAMED:,}", "those in most trouble have one"),
    ),
    "Articles that are sent": (
        ("body of a request", _size(http_body.MAX_BODY_BYTES), "413"),
        ("articles in a request", f"{batch.MAX_ITEMS:,}", "413"),
        ("time of a body to arrive", _time(http_body.BODY_SECONDS), "408"),
        ("requests read at a time", str(gate.AT_A_TIME), f"the next waits {_time(gate.QUEUE_SECONDS)}, then 503"),
        ("connections", str(PUSH_BOUNDS.connections), "503"),
        (
            "waiting for an absent broker",
            f"{intake.MAX_WAITING_BATCHES} requests, {_size(intake.MAX_WAITING_BYTES)}",
            "503; send it again",
        ),
        ("wait for the broker's word", _time(intake.PATIENCE_SECONDS), "503; send it again, it is published once"),
        ("token of a push source", f"{sources.MIN_TOKEN_CHARACTERS} characters or more", "`tocsin check` refuses it"),
    ),
    "Watches and alerts": (
        ("term", f"{terms.MOST_CHARACTERS} characters", "that watch is refused"),
        ("clauses inside each other", str(clauses.DEEPEST), "that watch is refused"),
        ("`within` of `near`", f"2 to {clauses.WIDEST:,} words", "that watch is refused"),
        ("`group.wait`, `group.interval`", _time(policy.MAX_GROUP), "that watch is refused"),
        ("`cooldown`", _time(policy.MAX_COOLDOWN), "that watch is refused"),
        ("`limit.per`", _time(policy.MAX_LIMIT), "that watch is refused"),
        ("alerts of a watch", "`limit`; none where it says nothing", "what is more is told in one alert"),
        ("matches of a mention", str(meet.MOST_MATCHES), "the first ones are told"),
        ("sentences of an alert", str(passages.MOST_PASSAGES), "the first ones are shown"),
        ("sources listed in an alert", str(stories.MOST_SOURCES), "the first ones; `source_count` counts all"),
        ("alerts listed in a collective one", str(queues.MOST_ITEMS), "the first ones; `stands_for` counts all"),
        ("stories remembered of a collective one", f"{queues.MOST_STORIES:,}", "updates of the others stay held"),
        ("first pass of a new watch", f"{first_pass.MOST_ARTICLES:,} stored articles", "the newest are looked at"),
        ("silence", f"{silence.LONGEST.days} days", "`tocsin check` refuses it"),
        ("note on an alert", f"{steps.MOST_NOTE_CHARACTERS:,} characters", "refused"),
    ),
    "Channels": (
        ("attempts of a message", f"{len(retry.DEFAULT_SCHEDULE) + 1}", f"after {_RETRIES}; then it has failed"),
        ("`Retry-After` that is heeded", _time(retry.LONGEST_ASKED_SECONDS), "not longer"),
        (
            "failures in a row",
            str(circuit.OPENS_AFTER),
            f"left alone but for a probe, from {_time(circuit.FIRST_SECONDS)} up to {_time(circuit.LONGEST_SECONDS)}",
        ),
        ("failing without an end", _time(incidents.DEAD_AFTER), "told on the trouble channels"),
        ("messages of a channel", "`ceiling`; none where it says nothing", "what is more is told in one message"),
        ("one webhook", _time(webhook.TIMEOUT_SECONDS), "tried again"),
        ("answer of a webhook", _size(webhook.MAX_ANSWER_BYTES), "no more is read"),
        ("secrets of a webhook", str(webhook.MOST_SECRETS), "`tocsin check` refuses it"),
        ("one mail", _time(mail.TIMEOUT_SECONDS), "tried again"),
        ("output of a command", _size(command.MAX_OUTPUT_BYTES), "no more is read"),
        ("messages begun at a channel", f"{room.MOST_BEGUN:,}", "no more is read until it takes some"),
        ("messages waiting for another attempt", f"{room.MOST_PUT_OFF:,}", "no more is read until it takes some"),
        (
            "messages held for hours or a ceiling",
            f"{room.MOST_HELD:,}",
            "the others are left on the topic, and read later",
        ),
        ("escalations of a route", str(route.MOST_STEPS), "`tocsin check` refuses it"),
        ("time until an escalation", _time(route.LONGEST_WAIT), "`tocsin check` refuses it"),
        ("template", f"{template.MOST_SOURCE:,} characters", "`tocsin check` refuses it"),
        (
            "elements worked out by a template",
            f"{template.MOST_COST:,}",
            "the text that comes with the channel is sent",
        ),
        ("text that a template makes", f"{template.MOST_CHARACTERS:,} characters", "the same"),
    ),
    "HTTP": (
        ("connections", f"{API_BOUNDS.connections:,}", "503"),
        ("requests of a token", "`requests_per_minute`, 600 where it says nothing", "429 with `Retry-After`"),
        ("streams of a token", "`streams`, 20 where it says nothing", "429"),
        ("wrong tokens of one address", f"{access.FAILURES_PER_MINUTE} a minute", "429"),
        ("a stream", _time(access.LONGEST_STREAM), "it ends; its reader goes on after its last id"),
        ("alerts of one page", f"{alerts.MOST_RECORDS}, {_size(queries.MOST_BYTES)}", "the next page has the rest"),
        (
            "records that streams share in memory",
            f"{tail.MOST_ENTRIES:,}, {_size(tail.MOST_BYTES)}",
            "older ones are read from the file",
        ),
        ("address with its query", _size(hardened.MAX_TARGET_BYTES), "414"),
        ("body of an acknowledgement", _size(form.MAX_BODY_BYTES), "413"),
        ("tokens", f"{tokens.MOST_TOKENS:,}", "the further ones let nobody in"),
        ("signed link of a mail", _time(links.VALID_FOR), "it shows no alert any more"),
    ),
    "Processes": (
        ("end after SIGTERM", _time(GRACE_SECONDS), "the process is ended by `tocsin run all`"),
        ("standing still with records waiting", _time(progress.READY_WITHIN_SECONDS), "`/readyz` says 503, and why"),
        ("standing still much longer", _time(progress.GIVE_UP_AFTER_SECONDS), "the process ends; it is started anew"),
        ("file of the configuration", _size(yaml_file.MAX_BYTES), "`tocsin check` refuses it"),
        ("secret in a file", _size(secret.MAX_SECRET_BYTES), "what needs it is refused"),
        (
            "link secret, WebSub secret",
            f"{settings.MIN_SECRET_CHARACTERS} characters or more",
            "the process does not start",
        ),
        (
            "`allow_networks`",
            f"/{32 - MAX_HOST_BITS[4]} or narrower (IPv4), /{128 - MAX_HOST_BITS[6]} (IPv6)",
            "`tocsin check` refuses it",
        ),
    ),
}
"""By heading."""
