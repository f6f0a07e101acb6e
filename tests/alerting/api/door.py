"""Access in the hands of a test: its tokens, its clocks, and those who ask."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.requests import Request

from services.alerting.api.access import Access
from services.alerting.api.refusal import Refusal
from services.alerting.api.tokens import Scope, Token, Tokens, new_token

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Door:
    """Access, its tokens and its clocks, in the hands of a test."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.now = NOW
        self.tokens = Tokens()
        self.access = Access(lambda: self.tokens, clock=lambda: self.now, monotonic=lambda: self.seconds)

    def has(self, id_: str = "desk", **more: Any) -> str:
        """A token that is in force."""
        secret, sha256 = new_token(id_)
        reach = {} if {"watches", "owners"} & set(more) else {"all": True}
        self.puts(Token.model_validate({"id": id_, "sha256": sha256, "scopes": ["read"], **reach, **more}))
        return secret

    def puts(self, *tokens: Token) -> None:
        """These are in force, the others too."""
        before = self.tokens
        self.tokens = Tokens(tuple(({each.id: each for each in before.listed} | {t.id: t for t in tokens}).values()))
        self.access.changed(before, self.tokens)

    def changes(self, id_: str, **more: Any) -> None:
        """A token is written otherwise."""
        self.puts(Token.model_validate(self.tokens.contents[id_].model_dump() | more))

    def removes(self, id_: str) -> None:
        """A token stands in no file any more."""
        before = self.tokens
        self.tokens = Tokens(tuple(each for each in before.listed if each.id != id_))
        self.access.changed(before, self.tokens)

    def refuses(self, scope: Scope = "read", **asked: Any) -> Refusal:
        """Why somebody is not let in."""
        with pytest.raises(Refusal) as refused:
            self.access.authorize(request(**asked), scope)
        return refused.value

    def lets_in(self, scope: Scope = "read", **asked: Any) -> str:
        """By which token."""
        return self.access.authorize(request(**asked), scope).id


def request(
    token: str | None = None,
    *,
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    query: str = "",
    **more: Any,
) -> Request:
    given = list(headers.items() if isinstance(headers, Mapping) else headers)
    if token is not None:
        given.append(("authorization", f"Bearer {token}"))
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/alerts",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given],
            "client": (more.get("peer", "192.0.2.7"), 50_000),
        }
    )


def basic(token: str, name: str = "reader") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()}
