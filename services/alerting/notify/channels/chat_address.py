"""The URL of a chat, which is a secret as a whole -> the service, and the plugin of apprise that writes there.

Only the plugins of the services that are used are imported. Whatever apprise would do beyond posting a message is off:
no configuration or attachment is loaded, nothing is kept on disk, nothing is retried or waited for, and its log, which
shows addresses with their tokens, is silent.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import chain
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from services.alerting.notify.channels.channel import Unusable
from services.alerting.notify.channels.chat_exchange import Requests
from services.alerting.notify.channels.chat_services import SERVICES, Service
from services.backbone.configuration import nearest

MOST_CHARACTERS: Final = 4_000
_SHORTEST_SECRET: Final = 6
_BETWEEN: Final = re.compile(r"[/?&=:@#!,+\s]+")


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """Where a chat is, and with which right it is written to."""

    service: Service
    settings: Mapping[str, object] = field(repr=False)
    """What the plugin is made of."""
    secrets: frozenset[str] = field(repr=False)
    """All of the URL that must not be shown."""

    def plugin(self) -> Any:
        """A fresh one: it remembers whom it logged in as, no more.

        Raises:
            TypeError, ValueError: what the URL says is not what the service's URLs say.
        """
        made = plugin_class(self.service)(**self.settings, asset=_asset())
        for method in ("throttle", *self.service.never):
            setattr(made, method, _nothing)
        return made


def read_address(url: str, place: str) -> ChatAddress:
    """Read a URL, and see that a plugin can be made of it. Nothing is connected.

    Args:
        url: apprise's, or one that the service itself hands out.
        place: where it stands, for the message.

    Raises:
        Unusable: it is none of a service that may be written to, or says what it may not. The URL is in no message.
    """
    service = _service_of(url, place)
    kind = plugin_class(service)
    is_native = url.lower().startswith("https://")
    try:
        read = (kind.parse_native_url if is_native else kind.parse_url)(url.replace("/#", "/%23"))  # a room's name
    except (TypeError, ValueError, AttributeError):
        read = None
    if not read:
        raise _not_one(service, place)
    _check_parameters(read, service.may_say | (_HANDED_OUT if is_native else frozenset()), service, place)
    address = ChatAddress(service, {**read, **_PINNED, "format": service.format, **service.pinned}, _secrets(url, read))
    try:
        plugin = address.plugin()
    except (TypeError, ValueError, AttributeError, KeyError):
        raise _not_one(service, place) from None
    receivers = len(plugin) if service.names_receiver(plugin) else 0
    if receivers != 1:
        fix = "write a channel for each: what one refuses would be sent to the others again"
        what = f"the URL in {place} names {receivers or 'no'} receivers"
        raise Unusable("url", what, fix if receivers else f"write it like {service.example}")
    return address


@cache
def plugin_class(service: Service) -> Any:
    """The class of apprise that writes to a service, with our way to the network in it."""
    logging.getLogger("apprise").disabled = True
    module_name, _, class_name = service.plugin.rpartition(".")
    module = import_module(f"apprise.plugins.{module_name}")
    assert hasattr(module, "requests")  # noqa: S101 - else a plugin would go its own way to the network
    module.requests = Requests()  # type: ignore[attr-defined]
    return getattr(module, class_name)


_PINNED: Final[Mapping[str, object]] = {
    "overflow": "upstream",
    "emojis": False,
    "retry": 0,
    "wait": 0,
    "optional": False,
    "verify": True,
    "redirect": False,
    "include_image": False,
}


@cache
def _asset() -> Any:
    return import_module("apprise.asset").AppriseAsset(
        app_id="Tocsin",
        app_desc="Tocsin",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        image_path_mask="",
        interpret_emojis=False,
        async_mode=False,
        http_redirects=False,
        storage_mode="memory",
    )


def _nothing(*_: object, **__: object) -> None:
    """In place of what a plugin is not to do. Waiting is the channel's business, where it blocks no thread."""


def _service_of(url: str, place: str) -> Service:
    scheme, separator, _ = url.partition("://")
    by_scheme = {known: service for service in SERVICES for known in service.schemes}
    if not separator or len(url) > MOST_CHARACTERS:
        raise Unusable("url", f"{place} holds no URL of a chat", f"write it like {SERVICES[0].example}")
    if scheme.lower() in by_scheme:
        return by_scheme[scheme.lower()]
    host = _host(url) if scheme.lower() == "https" else ""
    for service in SERVICES:
        if any(host == known or host.endswith(f".{known}") for known in service.hosts):
            return service
    shown = scheme.lower() if re.fullmatch("[A-Za-z0-9.+-]{1,20}", scheme) else "?"
    known = sorted(by_scheme)
    raise Unusable(
        "url",
        f"{place} holds a URL that begins with {shown}://, which is none of a chat that may be written to",
        nearest(shown, frozenset(known), f"begin it with one of {', '.join(known)}"),
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


_HANDED_OUT: Final = frozenset({"api-version", "sp", "sv", "sig", "key", "token", "threadkey", "thread_id"})
"""Parameters of the addresses that services hand out themselves."""


def _check_parameters(read: Mapping[str, Any], permitted: frozenset[str], service: Service, place: str) -> None:
    said = chain.from_iterable(
        (f"{sign}{name}" for name in read.get(f"qsd{sign}") or ()) for sign in ("", "+", "-", ":")
    )
    beyond = sorted({name for name in map(str.lower, said) if name not in permitted})
    if beyond:
        shown = ", ".join(name if re.fullmatch(r"[+:-]?[A-Za-z_]{1,20}", name) else "?" for name in beyond[:5])
        what = f"the URL in {place} has parameters that it may not have: {shown}"
        raise Unusable("url", what, f"{service.name} may have: {', '.join(sorted(service.may_say))}")


def _not_one(service: Service, place: str) -> Unusable:
    return Unusable("url", f"{place} holds no URL of {service.name}", f"write it like {service.example}")


def _secrets(url: str, read: Mapping[str, Any]) -> frozenset[str]:
    """The URL in all its parts, but for the host of a service that people run themselves."""
    parts = [url, *_BETWEEN.split(url), *_BETWEEN.split(unquote(url)), str(read.get("password") or "")]
    host = str(read.get("host") or "")  # of a service that runs elsewhere it is a token, which has no dot
    shown = _NO_SECRETS | {host, host.lower()} if "." in host else _NO_SECRETS
    return frozenset(part for part in parts if len(part) >= _SHORTEST_SECRET and part not in shown)


_NO_SECRETS: Final = frozenset(
    chain.from_iterable((*service.schemes, *service.may_say, *service.hosts) for service in SERVICES)
).union(["invoke", "manual", "triggers", "webhooks", "services", "messages", "spaces", "incoming"])
