"""The topics on the broker against their declaration."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from services.alerting.watching.book import read_book
from services.backbone.errors import ConfigurationError
from services.backbone.provision import TopicReport, inspect
from services.backbone.settings import KafkaSettings
from services.backbone.topics import Topic, declared
from services.cli.doctor.finding import Finding, counted, error, named, ok, warning


def topics_of(folder: Path) -> tuple[Topic[Any], ...]:
    """Those of an installation; of one that cannot be read, those of every installation."""
    try:
        own = {watch.topic for watch in read_book(folder).watches.values() if watch.topic is not None}
    except ConfigurationError:
        own = set()
    return declared(own)


async def look_at_topics(kafka: KafkaSettings, folder: Path) -> list[Finding]:
    """Compare."""
    return list(judge_topics(await inspect(kafka, topics_of(folder)), signed_in=kafka.security_protocol != "PLAINTEXT"))


def judge_topics(reports: Sequence[TopicReport], *, signed_in: bool) -> Iterator[Finding]:
    """What is not as declared: what is missing, what provisioning mends, and what it does not."""
    missing = [report.topic.name for report in reports if report.state == "missing"]
    if missing:
        unseen = "; where they are there, this user may not see them: grant Describe" if signed_in else ""
        what = f"{len(missing)} of {counted(len(reports), 'topic')} are missing: {named(missing)}"
        yield error("topics", what, f"create them: tocsin topics provision{unseen}")
    for report in reports:
        for refused in report.refused:
            what, _, fix = refused.partition(": ")
            yield error("topics", f"{report.topic.name} {what}", fix or "delete the topic and provision it anew")
        if report.differences and not report.refused:
            yield warning(
                "topics", f"{report.topic.name}: {named(report.differences)}", "tocsin topics provision sets it"
            )
    if all(report.state == "present" for report in reports):
        yield ok("topics", f"{counted(len(reports), 'topic')}, each as declared")
