"""The secrets that the configuration names: whether they can be read here, or are where they are needed."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from services.alerting.notify.installation import load_installation
from services.backbone.errors import ConfigurationError
from services.backbone.secret import Secret, SecretMissing
from services.cli.doctor.finding import Finding, counted, error, ok
from services.ingestion.sources import load_sources


@dataclass(frozen=True, slots=True)
class Place:
    """A secret that something needs, and why it could not be read here."""

    of: str
    """What needs it, say `channel desk-mail`."""
    needed_by: str
    """The stage that does."""
    missing: SecretMissing | None


def look_at_secrets(
    folder: Path, working: Collection[str], environment: Mapping[str, str] = os.environ
) -> list[Finding]:
    """Try to read each.

    Args:
        folder: the configuration folder.
        working: stages that answer and refuse nothing of their configuration.
        environment: of this process.
    """
    return list(judge_secrets(places(folder, environment), working))


def judge_secrets(found: Iterable[Place], working: Collection[str]) -> Iterator[Finding]:
    """What could not be read, unless the process that needs it has it: secrets are mounted where they are needed."""
    every = list(found)
    elsewhere = 0
    for place in every:
        if place.missing is None:
            continue
        if place.needed_by in working:
            elsewhere += 1
        else:
            yield error("secrets", f"{place.of}: {place.missing.what}", place.missing.fix)
    if all(place.missing is None or place.needed_by in working for place in every):
        there = f"; {elsewhere} not here, but where they are needed" if elsewhere else ""
        yield ok(
            "secrets", f"{counted(len(every), 'secret')} named, each can be read{there}" if every else "none named"
        )


def places(folder: Path, environment: Mapping[str, str]) -> Iterator[Place]:
    """Every secret that channels and sources name; none where the configuration cannot be read."""
    try:
        installation, sources = load_installation(folder), load_sources(folder).enabled
    except ConfigurationError:
        return
    for channel, _, _ in installation.channels:
        for secret in secrets_in(channel):
            yield Place(f"channel {channel.id}", "notify", _missing(secret, folder, environment))
    for source in sources:
        for secret in secrets_in(source):
            yield Place(f"source {source.id}", "ingestion", _missing(secret, folder, environment))


def secrets_in(value: Any) -> Iterator[Secret]:
    """The secrets anywhere in a model."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_in(getattr(value, name))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from secrets_in(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from secrets_in(each)


def _missing(secret: Secret, folder: Path, environment: Mapping[str, str]) -> SecretMissing | None:
    try:
        secret.read(folder, environment)
    except SecretMissing as missing:
        return missing
    return None
