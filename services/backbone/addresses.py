"""Which addresses and ports a stranger's URL may lead us to. Pure: no name is looked up here.

In the order applied: a host that is a number in disguise (`0x7f000001`, `2130706433`, `127.1`) is refused; an address
that carries an IPv4 address (mapped, NAT64) is judged by the address that it carries; what lies in a
permitted network passes; what a registry keeps for a special purpose is refused, and of IPv6 all that is no global
unicast. A port must be 80, 443, or one from 1024 up that belongs to no other protocol, database or broker.

Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates); RFC 6052 (NAT64);
WHATWG URL, "ends in a number", and Fetch, "bad port".
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import chain, zip_longest

from services.backbone.errors import TocsinError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Networks = tuple[Network, ...]
"""What is permitted although it is not public; empty permits nothing."""

MAX_HOST_BITS = {4: 24, 6: 121}
"""A permission as wide as 10.0.0.0/8 or fc00::/7 is one; a wider one would be none."""
LOOPBACK: Networks = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

_SPECIAL: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), purpose)
    for networks, purpose in {
        "0.0.0.0/8": "this network",
        "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16": "a private network",
        "100.64.0.0/10": "a carrier's private network",
        "127.0.0.0/8": "this machine",
        "169.254.0.0/16": "link-local, where clouds keep credentials",
        "168.63.129.16/32": "a cloud's service for its machines",
        "192.0.0.0/24": "protocol assignments",
        "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24": "documentation",
        "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.175.48.0/24": "relays and sinks of the network itself",
        "198.18.0.0/15": "benchmarks",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved, and broadcast",
        "::1/128": "this machine",
        "::/128": "no address",
        "64:ff9b:1::/48": "a private NAT64",
        "100::/64": "discarded",
        "2001::/32": "Teredo, which hides another address",
        "2001::/23": "protocol assignments",
        "2001:db8::/32 3fff::/20": "documentation",
        "2002::/16": "6to4, which hides another address",
        "fc00::/7": "a private network",
        "fe80::/10": "link-local",
        "fec0::/10": "site-local",
        "ff00::/8": "multicast",
    }.items()
    for network in networks.split()
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

_ENDS_IN_A_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0[xX][0-9A-Fa-f]*)$")

_WEB_PORTS = frozenset({80, 443})
_FOREIGN_PORTS = frozenset(
    {
        # those of WHATWG's list from 1024 up
        *(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, *range(6665, 6670), 6679, 6697, 10080),
        # databases
        *(1433, 1521, 3306, 5432, 5984, 6379, 7474, 7687, 8086, 9042, 9200, 9300, 11211, 26379, *range(27017, 27020)),
        # brokers
        *(1883, 2181, 4222, 5671, 5672, 8883, *range(9092, 9099), 15672, 61613, 61616),
        # machines and clusters
        *(2375, 2376, 2379, 2380, 3389, *range(5900, 5910), 6443, 8500, 10250, 10255),
    }
)


class AddressForbidden(TocsinError):
    """An address that we do not connect to."""

    def __init__(self, place: str, reason: str, permit: str | None = None) -> None:
        self.permit = permit
        """The network that an installation would have to permit; None where nothing helps."""
        super().__init__(f"{place} is refused: {reason}")


def literal(host: str) -> Address | None:
    """The address that a URL's host spells out; None where it is a name.

    Raises:
        AddressForbidden: a spelling that programs read differently.
    """
    plain = host.removesuffix(".")
    if ":" in plain:
        try:
            return ip_address(plain.strip("[]"))
        except ValueError:
            raise AddressForbidden(host[:100], "it is no IPv6 address") from None
    if not _ENDS_IN_A_NUMBER.search(plain):
        return None
    try:
        return IPv4Address(plain)
    except ValueError:
        raise AddressForbidden(host[:100], "it ends in a number and is no address of four plain numbers") from None


def check_port(port: int) -> None:
    """Pass the ports that serve the web.

    Raises:
        AddressForbidden: the port is another service's.
    """
    if port not in _WEB_PORTS and (port < 1024 or port in _FOREIGN_PORTS):
        raise AddressForbidden(f"port {port}", "it is not a port of the web; serve it on 80, 443 or 8080")


def check_address(address: Address, allowed: Networks = (), name: str | None = None) -> None:
    """Pass a public address, or one that is permitted.

    Args:
        address: what a connection would go to.
        allowed: the networks that are permitted for this purpose.
        name: whose address it is, for the message.

    Raises:
        AddressForbidden: it is neither.
    """
    judged = _carried(address)
    if any(judged in network for network in allowed):
        return
    reason = _special_purpose(judged)
    if reason is not None:
        place = f"{name} ({address})" if name else str(address)
        raise AddressForbidden(place, f"no public address but {reason}", str(ip_network(judged)))


def to_try(addresses: Iterable[Address], allowed: Networks, name: str) -> Sequence[Address]:
    """The addresses of a name that may be connected to, IPv6 and IPv4 in turn.

    One bad address does not close a name that has good ones: it is never connected to, and an outlet with a slip in its
    zone stays readable.

    Raises:
        AddressForbidden: none of them may be; the reason is that of the first.
    """
    forbidden = []
    passed: dict[int, list[Address]] = {6: [], 4: []}
    for address in dict.fromkeys(addresses):
        try:
            check_address(address, allowed, name)
        except AddressForbidden as error:
            forbidden.append(error)
        else:
            passed[address.version].append(address)
    in_turn = chain.from_iterable(zip_longest(passed[6], passed[4]))
    if not any(passed.values()) and forbidden:
        raise forbidden[0]
    return [address for address in in_turn if address is not None]


def _carried(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for on the way out; else the address, without its zone."""
    if isinstance(address, IPv4Address):
        return address
    plain = IPv6Address(int(address))
    if plain.ipv4_mapped is not None:
        return plain.ipv4_mapped
    return IPv4Address(int(plain) & 0xFFFF_FFFF) if plain in _NAT64 else plain


def _special_purpose(address: Address) -> str | None:
    for network, purpose in _SPECIAL:
        if address in network:
            return purpose
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "none that is given out"
    return None


def read_network(written: object) -> Network:
    """A network in CIDR form, or one address."""
    if isinstance(written, IPv4Network | IPv6Network):
        return written
    example = "write it like 10.20.0.0/16"
    try:
        network = ip_network(written if isinstance(written, str) else "")
    except ValueError as error:
        reason = "its address has bits beyond the prefix" if "host bits" in str(error) else "no CIDR form"
        raise ValueError(f"not a network ({reason}); {example}") from None
    if network.max_prefixlen - network.prefixlen > MAX_HOST_BITS[network.version]:
        raise ValueError(f"a network that is half of the world; name the narrowest that will do, {example}")
    return network
