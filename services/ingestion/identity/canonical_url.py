"""One address per article: what a reader's browser would open, without what only counts the reader.

In this order (RFC 3986, section 6.2, and the WHATWG URL standard where feeds follow it rather than the RFC):
1. line breaks and tabs inside go, as browsers do; blanks around go;
2. an address in an AMP cache becomes the publisher's own (amp.dev, "AMP Cache URL Format");
3. only http and https with a host; no user name, no password;
4. scheme and host in lower case, the host in ASCII (IDNA), its last dot and a default port go;
5. path: session ids go; dot segments resolved; needless percent-encoding undone, missing one done, in capitals; an
   empty path is /;
6. query: tracking parameters, session ids and empty ones go, `&amp;` is &, the order of the others stays; an empty
   query goes;
7. the fragment goes, unless it begins with ! or /: then the page is a program that shows by it what to read.

That is the address under which an article is shown. `address_key` says which of them are the same article.
"""

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit

from services.ingestion.identity.query import tells_what_is_shown, without_session
from services.ingestion.identity.site import site_of

MAX_CHARACTERS = 4096

_DEFAULT_PORTS = {"http": 80, "https": 443}

_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_PATH_SAFE = "/:@!$&'()*+,;="
_QUERY_SAFE = _PATH_SAFE + "?"
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})?")
_SURROGATES = re.compile("[\ud800-\udfff]")

_AMP_CACHE = re.compile(
    r"https?://(?:(?:[^/?#]+\.)?cdn\.ampproject\.org/(?:c|v|wp)|(?:www\.)?google\.[a-z.]{2,6}/amp|[^/?#]+\.bing-amp\.com/c)"
    r"/(s/)?(?=[^/?#]+\.[^/?#]+)",
    re.IGNORECASE,
)

_LANGUAGES = frozenset({
    "ar", "arabic", "dari", "de", "en", "english", "es", "fa", "farsi", "fr", "hi", "hindi", "kk", "ky", "pashto",
    "persian", "prs", "ps", "ru", "russian", "tg", "tr", "ug", "ur", "urdu", "uz", "zh",
})  # fmt: skip
"""Path segments and host labels by which sites part their languages."""


def canonical_url(url: str, rel_canonical: str | None = None) -> str | None:
    """The address under which an article is shown.

    Args:
        url: where it was found.
        rel_canonical: what its page calls its own address (RFC 6596). It is believed where it stays on the site, in the
            language, and leads neither to the front page nor to a section that the address lies in: templates do all
            of these wrong.

    Returns:
        None where `url` is no address of a page: another scheme, no host, malformed, or over `MAX_CHARACTERS` long.
    """
    own = _canonical(url)
    stated = _canonical(rel_canonical) if own is not None and rel_canonical is not None else None
    return stated if own is not None and stated is not None and _is_trusted(stated, own) else own


def _canonical(url: str) -> str | None:
    if len(url) > MAX_CHARACTERS or _SURROGATES.search(url):
        return None
    url = url.strip()
    while cached := _AMP_CACHE.match(url):
        url = ("https://" if cached.group(1) else "http://") + url[cached.end() :]
    try:
        parts = urlsplit(url)
        authority = _authority(parts)
    except ValueError:
        return None
    if authority is None:
        return None
    path = _remove_dot_segments(without_session(_escaped(parts.path, _PATH_SAFE))) or "/"
    pairs = (re.sub("^(?:amp;)+", "", pair) for pair in _escaped(parts.query, _QUERY_SAFE).split("&"))
    query = "&".join(pair for pair in pairs if tells_what_is_shown(pair))
    route = _escaped(parts.fragment, _QUERY_SAFE) if len(parts.fragment) > 1 and parts.fragment[0] in "!/" else ""
    canonical = f"{parts.scheme}://{authority}{path}" + (f"?{query}" if query else "") + (f"#{route}" if route else "")
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


def _is_trusted(stated: str, own: str) -> bool:
    there, here = urlsplit(stated), urlsplit(own)
    front_page = there.path == "/" and not there.query and not there.fragment
    section = f"{here.path}/".startswith(there.path.rstrip("/") + "/") and not there.query and there.path != here.path
    return (
        site_of(there.hostname or "") == site_of(here.hostname or "")
        and not front_page
        and (not section or here.path.removeprefix(there.path.rstrip("/")).strip("/") in ("amp", ""))
        and _languages(here) <= _languages(there)
    )


def _languages(parts: SplitResult) -> frozenset[str]:
    return _LANGUAGES & {*(parts.hostname or "").split("."), *parts.path.lower().split("/")[1:3]}
