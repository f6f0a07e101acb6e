"""Addresses as people write them into the configuration: http or https, with a host, and nothing hidden in them."""

import re
from urllib.parse import urlsplit

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=://)")
_EXAMPLE = "write it like https://news.example/feed.xml"


def checked_address(url: str) -> str:
    """The address as it was written.

    Raises:
        ValueError: "what is wrong; what to do".
    """
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in url):
        raise ValueError(f"an address with a blank, a control character or a backslash; {_EXAMPLE}")
    scheme = _SCHEME.match(url)
    if scheme is None:
        raise ValueError(f"an address without http:// or https://; {_EXAMPLE}")
    if scheme.group().lower() not in ("http", "https"):
        raise ValueError(f"an address that begins with {scheme.group().lower()}://; only http and https are read")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"a malformed address ({error}); {_EXAMPLE}") from None
    if not host:
        raise ValueError(f"an address without a host; {_EXAMPLE}")
    if "@" in parts.netloc:
        raise ValueError("an address with a user name in it; put credentials into headers")
    if ":" not in host:
        checked_host(host)
    return url


def checked_host(host: str) -> str:
    """A host name as it was written.

    Raises:
        ValueError: "what is wrong; what to do".
    """
    try:
        if not re.fullmatch(r"[A-Za-z0-9._-]+", host.encode("idna").decode()):
            raise UnicodeError
    except UnicodeError:
        raise ValueError(f"a malformed host name; {_EXAMPLE}") from None
    return host
