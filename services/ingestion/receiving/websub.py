"""When to ask a hub, and what its answers mean (W3C WebSub, 2018). Pure: a lease and the time in, a lease out.

    offered > due > (the hub is asked) > confirmed | denied        and again at two thirds of each lease
    delivered | missed                                             whether polling may slow down: pace

Polling stays the net: it slows down only while a lease is live, content comes and no poll finds what was not sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from schemas.state import WebSubLease

ASKED_LEASE = timedelta(days=10)
"""What a hub is asked for; it grants what it likes."""
LONGEST_LEASE = timedelta(days=30)
"""Asked again by then, whatever was granted: an endless lease is never noticed to be dead."""
RENEWED_AFTER = 2 / 3
"""The part of a lease after which it is renewed."""
FIRST_PATIENCE = timedelta(minutes=10)
"""What a hub gets to answer in; doubled at each attempt that it lets pass."""
LONGEST_PATIENCE = timedelta(hours=24)
MAX_ATTEMPTS = 20
SLOWER = 4
"""How many times longer polls wait while a hub is relied on."""
SLOWEST = timedelta(hours=6)
MAX_ADDRESS_CHARACTERS = 4_096


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed's word that a hub tells of its changes."""

    hub: str
    topic: str
    """The address that the hub knows the feed by."""


def offered(hub: str | None, self_link: str | None, links: Iterable[tuple[str, str]], url: str) -> Offer | None:
    """The hub that a feed offers: header fields first, then the document.

    Args:
        hub: as the document states it.
        self_link: the address that the document states as its own.
        links: (address, relation) of each Link header field.
        url: where the feed was found; stands in for an address of its own that it does not state.

    Source: WebSub, section 4.
    """
    relations = [(relation.lower().split(), address) for address, relation in links]
    hubs = [address for words, address in relations if "hub" in words]
    selves = [address for words, address in relations if "self" in words]
    found = _absolute(next(iter(hubs), hub), url)
    topic = _absolute(next(iter(selves), self_link), url) or _absolute(url, url)
    return Offer(found, topic) if found and topic else None


def due(lease: WebSubLease | None, offer: Offer | None, now: datetime) -> WebSubLease | None:
    """The lease as it stands while the hub is being asked; None where it is not the time to ask.

    Args:
        lease: what is known.
        offer: what the feed offers now; None where it was not read anew.
        now: the time.
    """
    if lease is not None and now < _asked_again_at(lease):
        if offer is None or _is_for(lease, offer) or now < lease.asked_at + FIRST_PATIENCE:
            return None  # a feed that names another hub at every poll does not make us ask at every poll
        return _first(offer, now)
    if offer is not None and (lease is None or not _is_for(lease, offer)):
        return _first(offer, now)
    if lease is None:
        return None
    return _changed(lease, asked_at=now, attempts=min(lease.attempts + 1, MAX_ATTEMPTS))


def confirmed(lease: WebSubLease, granted: timedelta | None, now: datetime) -> WebSubLease:
    """The hub verified that we want it; `granted` is None where it does not say for how long."""
    seconds = min(granted if granted is not None else ASKED_LEASE, LONGEST_LEASE)
    return _changed(lease, attempts=0, confirmed_at=now, expires_at=now + seconds)


def denied(lease: WebSubLease, now: datetime) -> WebSubLease:
    """The hub will not send, or no longer: it is asked again as rarely as one that never answers."""
    return _changed(lease, asked_at=now, attempts=MAX_ATTEMPTS, expires_at=None)


def delivered(lease: WebSubLease, now: datetime) -> WebSubLease:
    """The hub sent content. The same lease where that is no news, so that nothing need be written."""
    if lease.delivered_at is not None and not _missed_since(lease) and now < lease.delivered_at + timedelta(hours=1):
        return lease
    return _changed(lease, delivered_at=now)


def missed(lease: WebSubLease, now: datetime) -> WebSubLease:
    """A poll found what the hub should have sent. The same lease where that is no news."""
    return _changed(lease, missed_at=now) if is_live(lease, now) and not _missed_since(lease) else lease


def is_live(lease: WebSubLease | None, now: datetime) -> bool:
    """Whether the hub has promised to send."""
    return lease is not None and lease.expires_at is not None and now < lease.expires_at


def pace(lease: WebSubLease | None, wait: timedelta, now: datetime) -> timedelta:
    """How long to wait for the next poll of a source that would be polled after `wait`."""
    if lease is None or not is_live(lease, now) or lease.delivered_at is None or _missed_since(lease):
        return wait
    return max(wait, min(wait * SLOWER, SLOWEST, _asked_again_at(lease) - now))


def _first(offer: Offer, now: datetime) -> WebSubLease:
    return WebSubLease(hub=offer.hub, topic=offer.topic, asked_at=now, attempts=1)


def _is_for(lease: WebSubLease, offer: Offer) -> bool:
    return (lease.hub, lease.topic) == (offer.hub, offer.topic)


def _asked_again_at(lease: WebSubLease) -> datetime:
    if lease.attempts:
        return lease.asked_at + min(FIRST_PATIENCE * (1 << lease.attempts - 1), LONGEST_PATIENCE)
    patient = lease.asked_at + FIRST_PATIENCE
    if lease.confirmed_at is None or lease.expires_at is None:
        return patient
    return max(patient, lease.confirmed_at + (lease.expires_at - lease.confirmed_at) * RENEWED_AFTER)


def _missed_since(lease: WebSubLease) -> bool:
    return lease.missed_at is not None and (lease.delivered_at is None or lease.delivered_at <= lease.missed_at)


def _changed(lease: WebSubLease, **changes: object) -> WebSubLease:
    return lease.model_copy(update=changes)


def _absolute(address: str | None, url: str) -> str | None:
    """The address from where it stands; None where it is none that can be asked."""
    if not address:
        return None
    try:
        absolute = urljoin(url, address.strip())
        parts = urlsplit(absolute)
        sound = parts.scheme in ("http", "https") and parts.hostname is not None and "@" not in parts.netloc
    except ValueError:
        return None
    return absolute if sound and len(absolute) <= MAX_ADDRESS_CHARACTERS and absolute.isprintable() else None


def is_wanted(mode: str, topic: str, configured: bool, lease: WebSubLease | None) -> bool:
    """Whether a hub that verifies our intent is told yes. That the address is ours for this topic was seen already.

    Args:
        mode: `subscribe` or `unsubscribe`.
        topic: what the hub asks about.
        configured: the source is read, by whichever process.
        lease: what is known, where this process polls the source.
    """
    current = configured and (lease is None or lease.topic == topic)
    return current if mode == "subscribe" else mode == "unsubscribe" and not current
