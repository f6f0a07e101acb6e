"""A fetch reaches public addresses only: not one connection is made to what is private, by whatever way it is named."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import httpx
import pytest
import trustme

from services.backbone.addresses import Networks
from services.ingestion.fetching.failures import AddressRefused, BadRedirect, CertificateRefused, HostUnreachable
from services.ingestion.fetching.fetch import Fetched, FetchFailed, Limits, fetch, new_client
from tests.ingestion.fetching.hostile_web import FEED
from tests.ingestion.web import Web, answer, open_web

PUBLIC = "127.0.0.2"
"""Stands for a public address: the only one that these clients are permitted."""
ONLY_PUBLIC: Networks = (ip_network(f"{PUBLIC}/32"),)


@dataclass
class Names:
    """A name server; each question takes the next of the name's answers, and the last for ever."""

    answers: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    seconds: float = 0

    async def __call__(self, host: str) -> Sequence[str]:
        """Answer."""
        self.asked.append(host)
        await asyncio.sleep(self.seconds)
        answers = self.answers.get(host)
        if not answers:
            raise OSError(-2, "Name or service not known")
        return answers.pop(0) if len(answers) > 1 else answers[0]


@dataclass
class Site:
    """One port on this machine: decent at the address that stands for a public one, private at the others."""

    public: Web
    private: list[Web]
    names: Names
    client: httpx.AsyncClient

    @property
    def port(self) -> int:
        """On every address."""
        return self.public.port

    @property
    def reached(self) -> int:
        """Connections to what is private."""
        return sum(web.accepted for web in self.private)


@pytest.fixture
async def site(tls: ssl.SSLContext) -> AsyncIterator[Site]:
    """Its client is permitted the one address."""
    async with AsyncExitStack() as stack:
        public = await stack.enter_async_context(open_web(PUBLIC))
        private = [await stack.enter_async_context(open_web(host, public.port)) for host in ("127.0.0.1", "::1")]
        for web in (public, *private):
            web.answers["/feed"] = answer(FEED)
        names = Names()
        client = await stack.enter_async_context(new_client(allowed=ONLY_PUBLIC, resolve=names, tls=tls))
        yield Site(public, private, names, client)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:{}/feed", "http://127.1.2.3:{}/feed", "http://[::1]:{}/feed", "http://0.0.0.0:{}/feed"),
        *("http://[::]:{}/feed", "http://0:{}/feed"),  # S1
        *("http://10.0.0.1:{}/feed", "http://192.168.0.1:{}/feed", "http://[fd00::1]:{}/feed"),  # S2
        *("http://169.254.169.254/latest", "http://[fe80::1]/", "http://[fd00:ec2::254]/"),  # S3
        *("http://100.64.0.1/", "http://198.18.0.1/", "http://240.0.0.1/", "http://224.0.0.1/", "http://192.0.2.1/"),
        "http://255.255.255.255/",  # S4
        *("http://[::ffff:127.0.0.1]:{}/feed", "http://[64:ff9b::7f00:1]:{}/feed", "http://[2002:7f00:1::]:{}/feed"),
        "http://[::127.0.0.1]:{}/feed",  # S5
        *(
            "http://0x7f000001:{}/feed",
            "http://2130706433:{}/feed",
            "http://127.1:{}/feed",
            "http://0177.0.0.1:{}/feed",
        ),
        *("http://0x7f.0.0.0x1:{}/feed", "http://017700000001:{}/feed", "http://127.0.0.1.:{}/feed"),  # S6
        *("http://evil\\@127.0.0.1:{}/feed", "http://user:pass@127.0.0.1:{}/feed", "http://user@127.0.0.1:{}/feed"),
        *("http://127.0.0.2:{0}\\@127.0.0.1:{0}/feed", "http://127.0.0.2:{0}@127.0.0.1:{0}/feed"),
        *("http://127.0.0.1:{}#@127.0.0.2/feed", "http://127.0.0.1:{}?@127.0.0.2/feed"),  # S10
        *("file:///etc/passwd", "gopher://127.0.0.1:{}/", "ftp://127.0.0.1:{}/", "data:text/xml,<rss/>"),  # S11
        *("http://127.0.0.2:22/", "http://127.0.0.2:25/", "http://127.0.0.2:6379/", "http://127.0.0.2:9092/"),
        "https://127.0.0.2:5432/",  # S12
        *("http://private.example:{}/feed", "http://PRIVATE.example.:{}/feed", "http://пример.example:{}/feed"),  # S14
        *("http://mapped.example:{}/feed", "http://zone.example:{}/feed", "http://localhost:{}/feed"),
    ],
)
async def test_what_is_not_public_is_refused_without_a_connection(site: Site, url: str) -> None:
    private: list[Sequence[str]] = [["127.0.0.1", "::1"]]
    for name in ("private.example", "PRIVATE.example", "xn--e1afmkfd.example", "localhost"):
        site.names.answers[name] = list(private)
    site.names.answers |= {"mapped.example": [["::ffff:127.0.0.1"]], "zone.example": [["fe80::1%lo"]]}

    with pytest.raises(AddressRefused):
        await fetch(site.client, url.format(site.port))

    assert site.reached == 0
    assert site.public.accepted == 0
    fetched = await fetch(site.client, f"http://{PUBLIC}:{site.port}/feed")
    assert isinstance(fetched, Fetched)


@pytest.mark.parametrize("url", ["http://127.0.0.1\t:80/", "http://127.0.0.1\n/", "http://[::1", "http://", "", "feed"])
async def test_an_address_that_cannot_be_read_is_a_failed_fetch(site: Site, url: str) -> None:
    with pytest.raises(FetchFailed):
        await fetch(site.client, url)


async def test_the_message_names_address_reason_and_fix(site: Site) -> None:
    site.names.answers["intranet.example"] = [["10.1.2.3"]]
    with pytest.raises(AddressRefused) as refused:
        await fetch(site.client, "http://intranet.example/feed?key=secret")
    assert str(refused.value) == (
        "intranet.example (10.1.2.3) is refused: no public address but a private network; "
        "permit it to the source: allow_networks: [10.1.2.3/32]"
    )


async def test_s7_of_a_name_with_a_public_and_a_private_address_only_the_public_is_tried(site: Site) -> None:
    site.names.answers["both.example"] = [["127.0.0.1", "::1", PUBLIC]]
    fetched = await fetch(site.client, f"http://both.example:{site.port}/feed")
    assert isinstance(fetched, Fetched)
    assert (site.public.accepted, site.reached) == (1, 0)


async def test_s8_a_name_that_changes_its_mind_after_the_check_changes_nothing(site: Site) -> None:
    site.names.answers["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    fetched = await fetch(site.client, f"http://rebind.example:{site.port}/feed")
    assert isinstance(fetched, Fetched)
    assert site.names.asked == ["rebind.example"], "a name is looked up once for a connection"
    assert site.public.requests[0].headers["host"] == f"rebind.example:{site.port}"

    with pytest.raises(AddressRefused):
        await fetch(site.client, f"http://rebind.example:{site.port}/feed")
    assert site.reached == 0


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{}/feed", "//[::1]:{}/feed", "http://private.example:{}/feed", "http://[::ffff:7f00:1]:{}/feed"],
)
async def test_s9_a_redirect_is_judged_like_any_address(site: Site, target: str) -> None:
    site.names.answers["private.example"] = [["127.0.0.1"]]
    site.public.answers["/moved"] = answer(b"", "301 Moved Permanently", location=target.format(site.port))
    with pytest.raises(AddressRefused):
        await fetch(site.client, f"http://{PUBLIC}:{site.port}/moved")
    assert site.reached == 0


async def test_s13_no_proxy_variable_and_no_netrc_is_read(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{site.port}")
    netrc = tmp_path_factory.mktemp("home") / ".netrc"
    netrc.write_text(f"machine {PUBLIC} login user password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    async with new_client(allowed=ONLY_PUBLIC) as client:
        await fetch(client, f"http://{PUBLIC}:{site.port}/feed")
    assert site.reached == 0
    assert "authorization" not in site.public.requests[0].headers


async def test_what_is_permitted_to_one_fetch_is_not_to_another(site: Site) -> None:
    """Not even by the connection that the other left open to the same host."""
    site.names.answers["intranet.example"] = [["127.0.0.1"]]
    site.private[0].keeps_alive = True
    site.private[0].answers["/feed"] = answer(FEED, connection="keep-alive")
    url = f"http://intranet.example:{site.port}/feed"
    for _ in range(2):
        assert isinstance(await fetch(site.client, url, allowed=(ip_network("127.0.0.1/32"),)), Fetched)
    assert site.reached == 1, "one connection serves both"

    with pytest.raises(AddressRefused):
        await fetch(site.client, url)
    assert len(site.private[0].requests) == 2


async def test_a_permission_does_not_reach_past_its_network_by_a_redirect(site: Site) -> None:
    site.private[0].answers["/moved"] = answer(b"", "302 Found", location=f"http://[::1]:{site.port}/feed")
    with pytest.raises(AddressRefused):
        await fetch(site.client, f"http://127.0.0.1:{site.port}/moved", allowed=(ip_network("127.0.0.0/8"),))
    assert site.private[1].accepted == 0


async def test_f37_a_silent_name_server_holds_up_its_own_names_only(site: Site) -> None:
    site.names.seconds = 30
    waiting = [
        asyncio.create_task(fetch(site.client, f"http://n{n}.example/", limits=Limits(seconds=0.3))) for n in range(50)
    ]
    await asyncio.sleep(0)
    assert isinstance(await fetch(site.client, f"http://{PUBLIC}:{site.port}/feed", limits=Limits(seconds=1)), Fetched)
    failures = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(failure, FetchFailed) for failure in failures)


async def test_a_name_without_an_address_is_unreachable(site: Site) -> None:
    with pytest.raises(HostUnreachable, match=r"nowhere\.example"):
        await fetch(site.client, "http://nowhere.example/")


async def test_an_address_that_does_not_answer_gives_way_to_the_next(site: Site) -> None:
    site.names.answers["two.example"] = [["127.0.0.3", PUBLIC]]
    allowed: Networks = (ip_network("127.0.0.3/32"),)
    assert isinstance(await fetch(site.client, f"http://two.example:{site.port}/feed", allowed=allowed), Fetched)


@asynccontextmanager
async def tls_site(tls: Callable[[trustme.CA], ssl.SSLContext]) -> AsyncIterator[tuple[Web, httpx.AsyncClient]]:
    """A site over TLS at news.example, and a client that trusts its authority."""
    authority = trustme.CA()
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    async with (
        open_web(PUBLIC, tls=tls(authority)) as web,
        new_client(allowed=ONLY_PUBLIC, resolve=Names({"news.example": [[PUBLIC]]}), tls=trusted) as client,
    ):
        web.answers["/feed"] = answer(FEED)
        yield web, client


def certificate(*names: str, not_after: datetime | None = None) -> Callable[[trustme.CA], ssl.SSLContext]:
    """The server's end, with a certificate for these names."""

    def make(authority: trustme.CA) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names, not_after=not_after).configure_cert(context)
        return context

    return make


async def test_tls_goes_to_the_checked_address_under_the_hosts_own_name() -> None:
    seen = []

    def make(authority: trustme.CA) -> ssl.SSLContext:
        context = certificate("news.example")(authority)
        context.sni_callback = lambda _, name, __: seen.append(name)
        return context

    async with tls_site(make) as (web, client):
        for host in ("news.example", "news.example."):
            assert isinstance(await fetch(client, f"https://{host}:{web.port}/feed"), Fetched)
    assert seen == ["news.example", "news.example"]
    assert {request.headers["host"].partition(":")[0].rstrip(".") for request in web.requests} == {"news.example"}


@pytest.mark.parametrize(
    ("tls", "because"),
    [
        (certificate("news.example", not_after=datetime.now(UTC) - timedelta(days=1)), "expired"),
        (certificate("other.example"), "news.example"),
        (lambda _: certificate("news.example")(trustme.CA()), "self-signed|issuer"),
    ],
    ids=["expired", "another's name", "an authority that nobody trusts"],
)
async def test_t17_a_certificate_that_proves_nothing_is_refused(
    tls: Callable[[trustme.CA], ssl.SSLContext], because: str
) -> None:
    async with tls_site(tls) as (web, client):
        with pytest.raises(CertificateRefused, match=because):
            await fetch(client, f"https://news.example:{web.port}/feed")
    assert web.requests == []


async def test_t11_a_redirect_from_https_to_http_is_not_followed() -> None:
    async with tls_site(certificate("news.example")) as (web, client), open_web(PUBLIC) as plain:
        plain.answers["/feed"] = answer(FEED)
        web.answers["/moved"] = answer(b"", "301 Moved Permanently", location=f"{plain.url}/feed")
        with pytest.raises(BadRedirect, match="from https to http"):
            await fetch(client, f"https://news.example:{web.port}/moved")
    assert plain.accepted == 0


async def test_a_host_that_speaks_no_tls_is_unreachable() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, PUBLIC, 0) as server, new_client(allowed=ONLY_PUBLIC) as client:
        with pytest.raises(HostUnreachable):
            await fetch(client, f"https://{PUBLIC}:{server.sockets[0].getsockname()[1]}/feed")
