"""How often somebody may ask: a bounded table of token buckets. Pure: the time is given."""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field

from services.backbone.token_bucket import TokenBucket

IPV6_NETWORK_BITS = 64
"""One household or machine has as many addresses as this leaves, so they count as one peer."""


@dataclass(slots=True)
class Rates:
    """The buckets of those who asked lately; of more than `most`, those that asked longest ago are forgotten."""

    most: int
    _buckets: OrderedDict[str, TokenBucket] = field(default_factory=OrderedDict)

    def take(self, who: str, per_minute: int, now: float) -> float:
        """Take one request of somebody's.

        Args:
            who: whoever asks.
            per_minute: what they may in the long run; a sixth of it at once, or ten where that is more and allowed.
            now: seconds of a clock that never goes back.

        Returns:
            0 where they may ask now; else the seconds until they may.
        """
        per_second, burst = per_minute / 60, float(min(per_minute, max(10, per_minute // 6)))
        bucket = self._buckets.get(who)
        if bucket is None or (bucket.per_second, bucket.burst) != (per_second, burst):
            bucket = self._buckets[who] = TokenBucket(per_second, burst)
        self._buckets.move_to_end(who)
        if len(self._buckets) > self.most:
            self._buckets.popitem(last=False)
        return bucket.take(now)

    def __len__(self) -> int:
        return len(self._buckets)


def peer_of(host: str | None) -> str:
    """Who asks, by the address that the server gives: the connection's, or what a proxy on this machine says of it."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, IPV6_NETWORK_BITS), strict=False))
