"""The one HTTP client of an ingestion process, and the name under which it asks."""

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx

from services.backbone.addresses import Networks
from services.backbone.guarded_http import GuardedTransport
from services.backbone.guarded_network import CONNECT_SECONDS, Resolve
from services.ingestion.fetching.codings import ACCEPTED

ROBOT = "Tocsin"
"""The name that a robots.txt calls us by."""
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"


def user_agent(contact: str | None = None) -> str:
    """Who asks, honestly; `contact` is a URL or mail address where a webmaster reaches those who run it."""
    who = f"+{contact}; news monitor" if contact else "news monitor"
    return f"{ROBOT}/{version('tocsin')} ({who})"


def new_client(
    connections: int = 20,
    allowed: Networks = (),
    contact: str | None = None,
    resolve: Resolve | None = None,
    tls: ssl.SSLContext | None = None,
) -> httpx.AsyncClient:
    """The client of one ingestion process. It keeps no cookie and reads no proxy variable and no .netrc.

    Args:
        connections: how many may be open at a time.
        allowed: networks that every fetch may reach besides public addresses; `fetch` can permit more to one fetch.
        contact: of `user_agent`.
        resolve: looks names up; the system's resolver where None.
        tls: whom to trust; the public authorities where None.
    """
    return httpx.AsyncClient(
        transport=GuardedTransport(connections, allowed, resolve, tls),
        headers={"User-Agent": user_agent(contact), "Accept": _ACCEPT, "Accept-Encoding": ACCEPTED},
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )
