"""Why a fetch gave no content.

FetchFailed
├── AddressRefused       not public, and not permitted to this source; or one that cannot be read
├── HostUnreachable      no connection: name, network, TLS
│   └── CertificateRefused   the host cannot show that it is who it says
├── TooSlow              not complete within the deadline
├── AnswerTooLarge       over a bound on the wire or decoded
├── AnswerBroken         not HTTP, cut short, or in a coding that was not asked for
├── BadRedirect          too many, or to where we do not follow
└── StatusRefused        an answer that is no content
    ├── NotFound         404
    ├── Gone             410: for good
    ├── Blocked          401, 403, 451, or a page that tests for a human: we are not wanted
    ├── TooManyRequests  429
    └── ServerTrouble    5xx
"""

from collections.abc import Mapping
from typing import ClassVar

from services.backbone.errors import TocsinError

_CHALLENGES = {"cf-mitigated", "x-amzn-waf-action", "x-vercel-mitigated", "sg-captcha"}
"""Header fields in which Cloudflare, AWS, Vercel and SiteGround say that they send a test instead of the content."""


class FetchFailed(TocsinError):
    """A fetch gave no content."""

    of_host: ClassVar[bool] = False
    """Whether it is likely to meet all that comes from that host, so that all of it had better wait."""

    def __init__(self, message: str, retry_after: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """The host's `Retry-After`, as it stands in the answer."""


class AddressRefused(FetchFailed):
    """The host's address is not public and the source is not permitted to read it, or it cannot be read at all."""


class HostUnreachable(FetchFailed):
    """No connection to the host."""

    of_host = True


class CertificateRefused(HostUnreachable):
    """The host's certificate is expired, another's, or from an authority that nobody trusts."""


class TooSlow(FetchFailed):
    """The answer was not complete within the deadline."""

    of_host = True


class AnswerTooLarge(FetchFailed):
    """The answer is longer than we read."""


class AnswerBroken(FetchFailed):
    """The answer is not HTTP as we asked for it, or is cut short."""


class BadRedirect(FetchFailed):
    """A redirect that is not followed."""


class StatusRefused(FetchFailed):
    """The host answered that there is no content."""

    def __init__(self, message: str, status: int, retry_after: str | None = None) -> None:
        super().__init__(message, retry_after)
        self.status = status


class NotFound(StatusRefused):
    """Nothing stands at this address."""


class Gone(StatusRefused):
    """Nothing stands at this address any more, for good."""


class Blocked(StatusRefused):
    """The host does not want us: it asks for credentials, for a human, or forbids."""


class TooManyRequests(StatusRefused):
    """The host was asked too often."""

    of_host = True


class ServerTrouble(StatusRefused):
    """The host cannot answer now."""

    of_host = True


_CLASSES = {401: Blocked, 403: Blocked, 404: NotFound, 410: Gone, 429: TooManyRequests, 451: Blocked}


def refusal(status: int, phrase: str, headers: Mapping[str, str]) -> StatusRefused:
    """The failure that an answer without content is."""
    retry_after = headers.get("retry-after")
    said = f"the host answers {status} {phrase[:60]}".rstrip()
    if is_challenge(headers):
        return Blocked(f"{said}, with a test for a human; ask the outlet to let this reader in", status, retry_after)
    kind = _CLASSES.get(status, ServerTrouble if status >= 500 else StatusRefused)
    return kind(said, status, retry_after)


def is_challenge(headers: Mapping[str, str]) -> bool:
    """Whether what stands there is a test for a human instead of the content, whatever the status says."""
    return any(headers.get(name, "").lower() in ("challenge", "captcha") for name in _CHALLENGES)
