"""docs/configuration.md, from the models of the configuration: every key with its type, default, bounds and meaning."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from services.alerting.api.tokens import AccessFile, Token
from services.alerting.holding.silence import Matcher as SilenceMatcher
from services.alerting.holding.silence import Silence
from services.alerting.holding.silences import SilencesFile
from services.alerting.match.inhibition import Inhibition
from services.alerting.match.inhibition import Matcher as WatchMatcher
from services.alerting.notify.channels.channel import Ceiling, ChannelConfig, TemplateFile, Templates
from services.alerting.notify.channels.chat import ChatConfig
from services.alerting.notify.channels.command import CommandConfig
from services.alerting.notify.channels.file import FileConfig
from services.alerting.notify.channels.kafka import KafkaConfig
from services.alerting.notify.channels.mail import MailConfig
from services.alerting.notify.channels.terminal import TerminalConfig
from services.alerting.notify.channels.webhook import WebhookConfig
from services.alerting.notify.installation import InstallationFile
from services.alerting.routing.labels import Conditions
from services.alerting.routing.route import Escalation, Route
from services.alerting.watching.defaults import Defaults
from services.alerting.watching.files import WatchesFile
from services.alerting.watching.filters import Filters
from services.alerting.watching.policy import Cooldown, Digest, Group, Hours, Limit
from services.alerting.watching.watch import Watch
from services.backbone.durations import show_duration
from services.backbone.secret import Secret
from services.backbone.settings import DEFAULT_CONFIG, KafkaSettings, Settings
from services.cli.docs.examples import EXAMPLES
from services.cli.docs.markdown import anchor, code, fenced, in_one_line, table
from services.cli.docs.types import told
from services.cli.docs.words import ABOUT, OF_SECTION, OPENTELEMETRY
from services.ingestion.sources import NEEDS, TAKES, SourcesFile, WrittenSource
from services.tagging.gazetteer import Alias, Learned
from services.tagging.pack_file import (
    ActorEntry,
    ActorRemoval,
    ConceptEntry,
    ConceptRemoval,
    PackFile,
    PackRemoval,
    RuleEntry,
    TopicEntry,
)

Model = type[BaseModel]


@dataclass(frozen=True, slots=True)
class Section:
    """What a model, or a text of its own, says under a heading."""

    title: str
    model: Model | None = None
    beside: Model | None = None
    """Its keys stand in a section of their own, and are not repeated."""


PARTS: Final[Mapping[str, tuple[Section, ...]]] = {
    "tocsin.yaml": (
        Section("The file tocsin.yaml", InstallationFile),
        Section("Every channel", ChannelConfig),
        Section("Ceilings", Ceiling),
        Section("Webhook", WebhookConfig, ChannelConfig),
        Section("Mail", MailConfig, ChannelConfig),
        Section("Chat", ChatConfig, ChannelConfig),
        Section("File", FileConfig, ChannelConfig),
        Section("Command", CommandConfig, ChannelConfig),
        Section("Kafka topic", KafkaConfig, ChannelConfig),
        Section("Terminal", TerminalConfig, ChannelConfig),
        Section("Templates", Templates),
        Section("Template in a file", TemplateFile),
        Section("Routes", Route),
        Section("Conditions of a route", Conditions),
        Section("Escalations", Escalation),
        Section("Inhibitions", Inhibition),
        Section("Watches of an inhibition", WatchMatcher),
    ),
    "sources": (
        Section("A file of sources", SourcesFile),
        Section("A source", WrittenSource),
        Section("Kinds of sources"),
    ),
    "watches": (
        Section("A file of watches", WatchesFile),
        Section("Defaults of a file", Defaults),
        Section("A watch", Watch),
        Section("Terms and clauses"),
        Section("Filters", Filters),
        Section("Hours", Hours),
        Section("Groups", Group),
        Section("Cooldowns", Cooldown),
        Section("Digests", Digest),
        Section("Limits of a watch", Limit),
    ),
    "silences": (
        Section("A file of silences", SilencesFile),
        Section("A silence", Silence),
        Section("What a silence holds", SilenceMatcher),
    ),
    "access": (Section("A file of tokens", AccessFile), Section("A token", Token)),
    "pack": (
        Section("A file of the pack", PackFile),
        Section("Actors", ActorEntry),
        Section("Aliases", Alias),
        Section("What an actor loses", ActorRemoval),
        Section("Concepts", ConceptEntry),
        Section("What a concept loses", ConceptRemoval),
        Section("Topics", TopicEntry),
        Section("Rules", RuleEntry),
        Section("Terms of rules"),
        Section("Learned weights", Learned),
        Section("What the pack loses", PackRemoval),
    ),
}
"""The parts of the folder, in the order of the page."""
_COMMON: Final = (Section("Secrets", Secret), Section("Durations"))
_TITLES: Final[Mapping[Model, str]] = {
    section.model: section.title
    for section in (*(section for sections in PARTS.values() for section in sections), *_COMMON)
    if section.model is not None
}


def configuration_page() -> str:
    """The page."""
    return "\n".join([ABOUT, *_parts(), *_common(), *_environment()])


def variables() -> tuple[str, ...]:
    """Every environment variable that Tocsin itself defines."""
    return tuple(name for prefix, model in _SETTINGS for name, _ in _variables_of(prefix, model))


def _parts() -> Iterator[str]:
    for part, sections in PARTS.items():
        yield f"## {OF_SECTION[part][0]}\n\n{OF_SECTION[part][1]}\n"
        yield fenced("yaml", EXAMPLES[part])
        yield from map(_section, sections)


def _common() -> Iterator[str]:
    yield "## In every part\n"
    yield from map(_section, _COMMON)


def _section(section: Section) -> str:
    lines = [f"### {section.title}\n"]
    if section.title in OF_SECTION:
        lines.append(OF_SECTION[section.title][1] + "\n")
    if section.title == "Kinds of sources":
        lines.append(_kinds())
    if section.model is None:
        return "\n".join(lines)
    if doc := in_one_line((section.model.__doc__ or "").split("\n\n")[0]):
        lines.append(doc + "\n")
    if section.beside is not None:
        title = _TITLES[section.beside]
        lines.append(f"Beside the keys of [{title.lower()}](#{anchor(title)}):\n")
    rows = [
        (code(field.alias or name), told(field, _link), _default(field), in_one_line(field.description or ""))
        for name, field in section.model.model_fields.items()
        if not _is_inherited(name, field, section.beside)
    ]
    return "\n".join([*lines, table(("key", "takes", "default", "meaning"), rows)])


def _is_inherited(name: str, field: FieldInfo, beside: Model | None) -> bool:
    inherited = beside.model_fields.get(name) if beside is not None else None
    return inherited is not None and inherited.description == field.description and inherited.default == field.default


def _link(model: Model) -> str:
    """Raises KeyError for a model that has no section: give it one in PARTS."""
    title = _TITLES[model]
    return f"[{title[0].lower()}{title[1:]}](#{anchor(title)})"


def _kinds() -> str:
    rows = [
        (code(kind), ", ".join(map(code, needs)), ", ".join(map(code, sorted(TAKES[kind] - set(needs)))))
        for kind, needs in NEEDS.items()
    ]
    every = frozenset[str]().union(*TAKES.values())
    rest = ", ".join(code(name) for name in WrittenSource.model_fields if name not in every)
    return f"{table(('kind', 'needs', 'may have'), rows)}\nEvery kind may have {rest}.\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.default
    if value is PydanticUndefined:
        factory = field.default_factory
        return "host's name" if factory is socket.gethostname else _shown(factory())  # type: ignore[misc,call-arg]
    return _shown(value)


def _shown(value: Any) -> str:
    """A default as it would be written; nothing where it says nothing."""
    if value is None or value in ((), "", {}) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, timedelta):
        return code(show_duration(value))
    if isinstance(value, Path):
        return code(value.relative_to(DEFAULT_CONFIG.parents[1]) if value.is_absolute() else value)
    if isinstance(value, Enum):
        return code(value.value)
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, float):
        return code(f"{value:g}")
    if isinstance(value, tuple):
        return code(f"[{', '.join(f'{each:g}' if isinstance(each, float) else str(each) for each in value)}]")
    return code(value)


def _taken(field: FieldInfo) -> str:
    """A variable that is not set is none: there is no way to write null."""
    return told(field, _link).removesuffix(", or null")


_SETTINGS: Final[Sequence[tuple[str, Model]]] = (("TOCSIN_", Settings), ("TOCSIN_KAFKA_", KafkaSettings))


def _variables_of(prefix: str, model: Model) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if field.annotation is not KafkaSettings:
            yield f"{prefix}{name.upper()}", field


def _environment() -> Iterator[str]:
    yield f"## {OF_SECTION['environment'][0]}\n\n{OF_SECTION['environment'][1]}\n"
    for title, (prefix, model) in zip(("The process", "The broker"), _SETTINGS, strict=True):
        rows = [
            (code(name), _taken(field), _default(field), in_one_line(field.description or ""))
            for name, field in _variables_of(prefix, model)
        ]
        yield f"### {title}\n\n" + table(("variable", "takes", "default", "meaning"), rows)
    yield OPENTELEMETRY
