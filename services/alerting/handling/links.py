"""Signed links to one alert's page: whoever has one may see this alert and respond to it, for seven days.

    {public_url}/a/<payload>.<signature>
    payload    B64URL(JSON [alert id, watch id, channel id, expiry in Unix seconds]), without padding
    signature  B64URL(HMAC-SHA256(TOCSIN_LINK_SECRET, "tocsin alert link 1" NUL deployment NUL payload))

The words before the payload are there so that a signature of this secret for another purpose, or by another
installation that was given the same secret, is none here. Pure: the time is given.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas import Alert
from services.backbone.settings import Settings

VALID_FOR: Final = timedelta(days=7)
MAX_TOKEN_CHARACTERS: Final = 1_000
"""Ids have up to a hundred characters each, so no link of ours is longer."""
_PURPOSE: Final = b"tocsin alert link 1"


class LinkForged(Exception):
    """Not a link of ours: cut, changed, or made up."""


class LinkExpired(Exception):
    """A link of ours whose time is over.

    Attributes:
        alert_id: what it led to.
    """

    def __init__(self, alert_id: str) -> None:
        super().__init__(alert_id)
        self.alert_id = alert_id


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says."""

    alert_id: str
    watch: str
    channel: str
    """The channel that the alert was told at."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses that a message of an alert gives."""

    acknowledge: str
    """The form of the alert's page."""
    alert: str
    """The alert's page."""

    @classmethod
    def of(cls, alert: Alert, channel: str, settings: Settings) -> "Links | None":
        """The addresses for one channel; None where the settings lack a public address or a secret.

        They depend on nothing else, so a message that is sent again is the same.
        """
        key = LinkKey.of(settings)
        if key is None or settings.public_url is None:
            return None
        token = key.token(Link(alert.id, alert.watch.id, channel, alert.rang_at + VALID_FOR))
        page = f"{settings.public_url.rstrip('/')}/a/{token}"
        return cls(acknowledge=f"{page}#acknowledge", alert=page)


class LinkKey:
    """Signs links, and reads those that it signed."""

    def __init__(self, secret: str, deployment: str) -> None:
        """Sign for one installation."""
        self._secret = secret.encode()
        self._purpose = b"\0".join([_PURPOSE, deployment.encode(), b""])

    @classmethod
    def of(cls, settings: Settings) -> "LinkKey | None":
        """The key of an installation; None where it has no secret."""
        if settings.link_secret is None:
            return None
        return cls(settings.link_secret.get_secret_value(), settings.deployment)

    def token(self, link: Link) -> str:
        """The last part of a link's address."""
        values = [link.alert_id, link.watch, link.channel, int(link.expires_at.timestamp())]
        payload = _encoded(json.dumps(values, separators=(",", ":")).encode())
        return f"{payload}.{self._signature(payload)}"

    def read(self, token: str, now: datetime) -> Link:
        """What a token says.

        Args:
            token: the last part of an address.
            now: the time.

        Raises:
            LinkForged: we did not sign it.
            LinkExpired: we did, and its time is over.
        """
        payload, _, signature = token.partition(".")
        is_ours = (
            len(token) <= MAX_TOKEN_CHARACTERS
            and token.isascii()
            and hmac.compare_digest(self._signature(payload), signature)
        )
        if not is_ours:
            raise LinkForged
        alert_id, watch, channel, expires = json.loads(_decoded(payload))
        link = Link(alert_id, watch, channel, datetime.fromtimestamp(expires, UTC))
        if now >= link.expires_at:
            raise LinkExpired(link.alert_id)
        return link

    def _signature(self, payload: str) -> str:
        return _encoded(hmac.new(self._secret, self._purpose + payload.encode(), hashlib.sha256).digest())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
