"""Which addresses are one article: all that have the same key. An article's id is made of it.

A key is no address and leads nowhere. It is a canonical address in which these are made equal:
1. http and https;
2. the host with and without `www`, and with `m`, `mobile` or `amp` before its registrable domain;
3. AMP forms: /amp at the end or the beginning of the path, .amp, and the parameters that ask for AMP;
4. a slash at the end or not, doubled slashes, and the names of a folder's first page (index.html and the like);
5. the order of parameters; `m=0` and `m=1` on blogspot, where they choose the form and nothing else.

Each of these hides an article only if both addresses exist and show two of them. The form of a path and all other
parameters count: /m/ may be content, `?id=`, `?p=` and `?page=2` are.

Source: amp.dev, "Make your pages discoverable"; RFC 3986, section 6.2.3 (equal by experience, not by the syntax).
"""

import re
from urllib.parse import urlsplit

from services.ingestion.identity.site import site_of

_FORMS_OF_A_HOST = frozenset({"www", "m", "mobile", "amp"})
_AMP_IN_PATH = re.compile(r"^/amp(?=/.)|(?<=[^/])/amp$|\.amp(?=(?:\.html?)?$)", re.IGNORECASE)
_AMP_PARAMETER = re.compile(r"_?amp(?:=(?:1|true|yes)?)?|(?:outputType|output|mode|view)=amp", re.IGNORECASE)
_FIRST_PAGE = re.compile(r"/(?:index\.(?:x?html?|shtml|php\d?|aspx?|jsp|cgi)|default\.aspx?)$", re.IGNORECASE)


def address_key(canonical_url: str) -> str:
    """What the addresses of one article have in common."""
    parts = urlsplit(canonical_url)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    pairs = sorted(pair for pair in parts.query.split("&") if pair and not _AMP_PARAMETER.fullmatch(pair))
    if ".blogspot." in host:
        pairs = [pair for pair in pairs if pair not in ("m=0", "m=1")]
    query, route = "&".join(pairs), parts.fragment
    return f"{_host(host)}{port}{_path(parts.path)}" + (f"?{query}" if query else "") + (f"#{route}" if route else "")


def is_front_page(canonical_url: str) -> bool:
    """Whether an address is a site's own, and none of an article."""
    key = address_key(canonical_url)
    return not any(sign in key for sign in "/?#")


def _host(host: str) -> str:
    site = site_of(host)
    if not host.endswith(f".{site}"):
        return host
    below = host.removesuffix(f".{site}").split(".")
    return ".".join([*(label for label in below if label not in _FORMS_OF_A_HOST), site])


def _path(path: str) -> str:
    path = _FIRST_PAGE.sub("", re.sub("/{2,}", "/", path)).rstrip("/")
    return _AMP_IN_PATH.sub("", path)
