"""Whose an address is: the registrable domain, and the domains that a source speaks for.

Whoever registers a name below a public suffix answers for all below it: `news.outlet.com.pk` and `outlet.com.pk` are
one site, `a.blogspot.com` and `b.blogspot.com` are two. Source of the suffixes: the Public Suffix List
(<https://publicsuffix.org>) with its private part, as the package publicsuffixlist ships it.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList

_SUFFIXES = PublicSuffixList()
_HOSTS_REMEMBERED = 4_096


@lru_cache(maxsize=_HOSTS_REMEMBERED)
def site_of(host: str) -> str:
    """The registrable domain of a host name, without port, in lower case and ASCII; an IP address, a public suffix and
    a name that is not in the public DNS are sites of their own."""
    name = _ascii(host)
    return name if _is_address(name) else _SUFFIXES.privatesuffix(name) or name


def speaks_for(sites: Iterable[str], host: str) -> bool:
    """Whether a host is one of these domains or stands below one."""
    name = _ascii(host)
    return any(name == site or name.endswith(f".{site}") for site in map(_ascii, sites))


@lru_cache(maxsize=_HOSTS_REMEMBERED)
def _ascii(host: str) -> str:
    name = host.strip("[]").rstrip(".").lower()
    try:
        return name if _is_address(name) else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
