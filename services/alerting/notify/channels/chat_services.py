"""The chat services that may be written to: what apprise calls each, what its URL may say, and how it reads a message.

A list of what is permitted, because apprise also runs programs, reads files and posts to any address. Of a URL's
parameters those stand here that say where a message goes, or how loudly; not those that name files, templates or
pictures, or say how a message is read: that is pinned.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from services.alerting.notify.channels import chat_markup as markup
from services.alerting.notify.channels.chat_markup import Dialect, Measure

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One chat service."""

    name: str
    schemes: tuple[str, ...]
    """What its URLs begin with."""
    plugin: str
    """Module and class in `apprise.plugins`."""
    example: str
    """How a URL of it is written."""
    dialect: Dialect
    most: int
    """Of the body, as it is measured."""
    measure: Measure = len
    format: Literal["text", "markdown", "html"] = "markdown"
    """What apprise is to take the body for, so that it leaves it as it is and tells the service."""
    most_title: int = 0
    """Characters of a title that stands apart from the body and is plain text; 0: there is none."""
    titled_by: Literal["subject", "watch"] = "subject"
    """`watch`: what is told of one watch stands together under its name."""
    may_say: frozenset[str] = frozenset()
    """Parameters that its URL may have."""
    pinned: Mapping[str, object] = field(default_factory=dict)
    """What the plugin is told whatever the URL says."""
    pace_seconds: float = 0.2
    """From one message to the next, as the service asks its users."""
    hosts: tuple[str, ...] = ()
    """Where the service itself is, for the addresses that it hands out; empty where people run it themselves."""
    names_receiver: Callable[[Any], bool] = lambda plugin: True
    """Whether a plugin knows to whom it writes; some would look around and write to whom they find."""
    never: tuple[str, ...] = ()
    """Methods of the plugin that are not to do anything."""
    amended: Callable[[Payload, str], Payload] | None = None
    """What is to be changed in what the plugin would post, given the body."""


def utf16(text: str) -> int:
    """Code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def _ntfy(text: str) -> int:
    """ntfy takes 4,096 bytes; apprise sends JSON in ASCII, and a file where that is longer than about 8,000."""
    return max(octets(text), len(json.dumps(text)) // 2)


def _as_text(payload: Payload, body: str) -> Payload:
    """Slack: the message itself, where a push notification finds it, and no preview of what it links to."""
    if "attachments" not in payload:  # a workflow knows its own fields only
        return payload
    kept = {key: value for key, value in payload.items() if key not in ("attachments", "icon_url")}
    return {**kept, "text": body, "unfurl_links": False, "unfurl_media": False}


def _pinging_nobody(payload: Payload, _: str) -> Payload:
    return {**payload, "allowed_mentions": {"parse": []}}


SERVICES: Final = (
    Service(
        "Slack",
        ("slack",),
        "slack.NotifySlack",
        "slack://TOKEN_A/TOKEN_B/TOKEN_C or slack://xoxb-TOKEN/#room",
        markup.SLACK,
        3_900,
        may_say=frozenset({"to", "mode"}),
        pinned={"include_footer": False, "include_timestamp": False, "use_blocks": False},
        pace_seconds=1.0,
        hosts=("hooks.slack.com", "hooks.slack-gov.com"),
        amended=_as_text,
    ),
    Service(
        "Microsoft Teams",
        ("workflow", "workflows"),
        "workflows.NotifyWorkflows",
        "workflows://HOST:443/WORKFLOW/SIGNATURE, or the address that Teams gives for the workflow",
        markup.CARD,
        12_000,
        octets,
        may_say=frozenset({"pa", "powerautomate", "route", "routeid", "ver", "workflow", "id", "sig", "signature"}),
        pace_seconds=0.5,
        hosts=("logic.azure.com", "api.powerplatform.com"),
    ),
    Service(
        "Telegram",
        ("tgram",),
        "telegram.NotifyTelegram",
        "tgram://BOT_TOKEN/CHAT_ID",
        markup.TELEGRAM,
        4_096,
        utf16,
        "html",
        may_say=frozenset({"to", "topic", "thread", "silent", "preview"}),
        pinned={"detect_owner": False},
        pace_seconds=1.0,
        names_receiver=lambda plugin: bool(plugin.targets),
    ),
    Service(
        "Matrix",
        ("matrix", "matrixs"),
        "matrix.base.NotifyMatrix",
        "matrixs://ACCESS_TOKEN@HOST/!room:HOST",
        markup.MATRIX,
        20_000,
        octets,
        "html",
        may_say=frozenset({"to", "mode", "token", "v", "version", "msgtype", "path", "hsreq", "discovery"}),
        pinned={"e2ee": False},
        never=("_register", "_room_create"),
        pace_seconds=0.5,
        names_receiver=lambda plugin: plugin.mode != "off" or bool(plugin.rooms or plugin.users),
    ),
    Service(
        "ntfy",
        ("ntfy", "ntfys"),
        "ntfy.NotifyNtfy",
        "ntfys://TOKEN@HOST/TOPIC or ntfy://TOPIC",
        markup.MARKDOWN,
        3_800,
        _ntfy,
        most_title=200,
        may_say=frozenset({"to", "mode", "auth", "token", "priority", "tags", "xtags"}),
        hosts=("ntfy.sh",),
    ),
    Service(
        "Discord",
        ("discord",),
        "discord.NotifyDiscord",
        "discord://WEBHOOK_ID/WEBHOOK_TOKEN",
        markup.MARKDOWN,
        2_000,
        utf16,
        "text",
        may_say=frozenset({"thread", "botname"}),
        pinned={"avatar": False, "footer": False, "tts": False, "flags": 4},  # 4: no previews
        pace_seconds=0.5,
        hosts=("discord.com", "discordapp.com"),
        amended=_pinging_nobody,
    ),
    Service(
        "Mattermost",
        ("mmost", "mmosts"),
        "mattermost.NotifyMattermost",
        "mmosts://HOST/HOOK_TOKEN",
        markup.MARKDOWN,
        4_000,
        may_say=frozenset({"to", "channel", "channels", "mode", "team", "botname"}),
    ),
    Service(
        "Rocket.Chat",
        ("rocket", "rockets"),
        "rocketchat.NotifyRocketChat",
        "rockets://WEBHOOK@HOST/#room",
        markup.PLAIN_MARKDOWN,
        4_500,
        may_say=frozenset({"to", "mode", "webhook"}),
        pinned={"avatar": False},
    ),
    Service(
        "Google Chat",
        ("gchat",),
        "google_chat.NotifyGoogleChat",
        "gchat://WORKSPACE/KEY/TOKEN, or the address that Google Chat gives for the webhook",
        markup.GOOGLE,
        4_000,
        may_say=frozenset({"thread", "threadkey", "key", "token", "workspace"}),
        pace_seconds=1.0,
        hosts=("chat.googleapis.com",),
    ),
    Service(
        "Gotify",
        ("gotify", "gotifys"),
        "gotify.NotifyGotify",
        "gotifys://HOST/TOKEN",
        markup.MARKDOWN,
        8_000,
        most_title=250,
        may_say=frozenset({"priority"}),
    ),
    Service(
        "Pushover",
        ("pover",),
        "pushover.NotifyPushover",
        "pover://USER_KEY@TOKEN",
        markup.TELEGRAM,
        1_024,
        utf16,
        "html",
        most_title=250,
        may_say=frozenset({"to", "priority", "sound", "interval", "expire"}),
        pace_seconds=0.5,
    ),
    Service(
        "Signal",
        ("signal", "signals"),
        "signal_api.NotifySignalAPI",
        "signals://HOST/FROM_PHONE/TO_PHONE",
        markup.SIGNAL,
        2_000,
        may_say=frozenset({"to", "from"}),
        pace_seconds=0.5,
    ),
    Service(
        "Webex",
        ("wxteams", "webex"),
        "webexteams.NotifyWebexTeams",
        "webex://TOKEN",
        markup.MARKDOWN,
        7_000,
        octets,
        may_say=frozenset({"to", "mode", "token"}),
        pace_seconds=0.3,
        hosts=("webexapis.com", "api.ciscospark.com"),
    ),
    Service(
        "Zulip",
        ("zulip",),
        "zulip.NotifyZulip",
        "zulip://BOTNAME@ORGANISATION/TOKEN/STREAM",
        markup.PLAIN_MARKDOWN,
        9_000,
        most_title=60,
        titled_by="watch",
        may_say=frozenset({"to", "token"}),
        pace_seconds=0.3,
    ),
)
