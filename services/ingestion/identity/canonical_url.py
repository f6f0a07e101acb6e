"""One address per article: what a reader's browser would open, without what only counts the reader.

In this order (RFC 3986, section 6.2, and the WHATWG URL standard where feeds follow it rather than the RFC):
1. line breaks and tabs inside go, as browsers do; blanks around go;
2. only http and https with a host; no user name, no password;
3. scheme and host in lower case, the host in ASCII (IDNA), its last dot and a default port go;
4. path: dot segments resolved; needless percent-encoding undone, missing one done, in capitals; an empty path is /;
5. query: tracking parameters and empty ones go, the order of the others stays; an empty query goes;
6. the fragment goes.
"""

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit

MAX_CHARACTERS = 4096

_DEFAULT_PORTS = {"http": 80, "https": 443}

_TRACKING = re.compile(
    r"""(?:utm|at|ns|hsa|mtm|pk|piwik|matomo|mc|oly|vero)_ .*
    | fbclid | gclid | gclsrc | gbraid | wbraid | dclid | msclkid | yclid | ysclid | twclid | ttclid | igsh (?:id)?
    | li_fat_id | _ga | _gl | _openstat | __s | mkt_tok | wickedid | xtor | ocid | cmpid | icid | traffic_source | maca
    | wt[_.]mc (?:_id)? | wt_zmc | rss_id | guccounter | guce_referrer (?:_sig)?""",
    re.VERBOSE | re.IGNORECASE,
)
"""Parameters that say where the reader came from and never what is shown."""
_FROM_A_FEED = re.compile(r"(?:source|src|ref|from|partner|emc)=(?:rss|rss_?feed|feed|atom)", re.IGNORECASE)

_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_PATH_SAFE = "/:@!$&'()*+,;="
_QUERY_SAFE = _PATH_SAFE + "?"
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})?")
_SURROGATES = re.compile("[\ud800-\udfff]")


def canonical_url(url: str) -> str | None:
    """The address under which an article is known.

    Returns:
        None where this is no address of a page: another scheme, no host, malformed, or over `MAX_CHARACTERS` long.
    """
    if len(url) > MAX_CHARACTERS or _SURROGATES.search(url):
        return None
    try:
        parts = urlsplit(url.strip())
        authority = _authority(parts)
    except ValueError:
        return None
    if authority is None:
        return None
    path = _remove_dot_segments(_escaped(parts.path, _PATH_SAFE)) or "/"
    query = "&".join(pair for pair in _escaped(parts.query, _QUERY_SAFE).split("&") if _tells_what_is_shown(pair))
    canonical = f"{parts.scheme}://{authority}{path}" + (f"?{query}" if query else "")
    return canonical if len(canonical) <= MAX_CHARACTERS else None


def _authority(parts: SplitResult) -> str | None:
    if parts.scheme not in _DEFAULT_PORTS or "\\" in parts.netloc or not parts.hostname:
        return None
    if ":" in parts.hostname:
        host = f"[{parts.hostname}]"
    else:
        host = parts.hostname.encode("idna").decode("ascii").lower().rstrip(".")
        if not re.fullmatch(r"[a-z0-9._-]+", host):
            return None
    port = parts.port
    return host if port is None or port == _DEFAULT_PORTS[parts.scheme] else f"{host}:{port}"


def _escaped(text: str, safe: str) -> str:
    """Percent-encoding in its one normal form. A lone % stands for itself and is encoded."""

    def normal(match: re.Match[str]) -> str:
        digits = match.group(1)
        if digits is None:
            return "%25"
        character = unquote(match.group())
        return character if character in _UNRESERVED else f"%{digits.upper()}"

    return quote(_ESCAPE.sub(normal, text), safe=safe + "%")


def _remove_dot_segments(path: str) -> str:
    """RFC 3986, section 5.2.4, for an absolute path."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def _tells_what_is_shown(pair: str) -> bool:
    name = pair.partition("=")[0]
    return bool(name) and not _TRACKING.fullmatch(name) and not _FROM_A_FEED.fullmatch(pair)
