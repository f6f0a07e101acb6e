"""Who is let in, and for what."""

import asyncio
import base64
import hmac
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.alerting.api.access import Access
from services.alerting.api.refusal import Refusal
from services.alerting.api.tokens import Reach, Scope, TokensReader, new_token
from services.backbone.live import Live
from tests.alerting.api.door import HOUR, NOW, Door, basic, request
from tests.alerting.examples import write_folder


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_valid_token_lets_in_with_what_it_may_see(door: Door) -> None:
    caller = door.access.authorize(request(door.has(watches=["kabul"], owners=["north"])), "read")
    assert caller.id == "desk"
    assert caller.reach == Reach(watches=frozenset({"kabul"}), owners=frozenset({"north"}))
    assert caller.reach.includes("kabul", None)
    assert caller.reach.includes("sent-by-topic", "north"), "by its owner, whichever way the watch came"
    assert not caller.reach.includes("herat", "south")
    assert not caller.reach.includes("herat", None)


def test_all_that_is_not_valid_is_refused_in_the_same_words(door: Door) -> None:
    right = door.has()
    known_id = right.rpartition("_")[0]
    wrong = [
        right[:-1],
        right + "A",
        right.replace("desk", "dsek"),
        right.replace("tcs_", ""),
        right.upper(),
        f"{known_id}_{'A' * 43}",
        f"tcs_nobody_{'A' * 43}",
        "",
        "tcs_",
        "é",
        "x" * 10_000,
        door.tokens.contents["desk"].sha256,
        door.has("over", expires=NOW),
        door.has("withdrawn", revoked=NOW - HOUR),
    ]
    refusals = [door.refuses(token=token, peer=f"192.0.2.{number}") for number, token in enumerate(wrong)]
    assert {(each.status, each.error, each.fix, *each.headers.items()) for each in refusals} == {
        (
            HTTPStatus.UNAUTHORIZED,
            "this token is not valid, or not here",
            "send the header Authorization: Bearer TOKEN; make one: tocsin token add NAME",
            ("WWW-Authenticate", 'Bearer realm="tocsin", error="invalid_token"'),
        )
    }


def test_without_a_token_the_answer_says_how_to_send_one(door: Door) -> None:
    assert door.refuses().headers == {"WWW-Authenticate": 'Bearer realm="tocsin"'}
    challenge = 'Bearer realm="tocsin", Basic realm="tocsin", charset="UTF-8"'
    assert door.refuses("feed").headers == {"WWW-Authenticate": challenge}


def test_an_unknown_id_takes_the_same_comparison_as_a_known_one(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []
    compare = hmac.compare_digest

    def counted(one: str, other: str) -> bool:
        compared.append((len(one), len(other)))
        return compare(one, other)

    right = door.has()
    monkeypatch.setattr("services.alerting.api.access.hmac.compare_digest", counted)
    door.lets_in(token=right)
    door.refuses(token=right[:-1] + "!")
    door.refuses(token="tcs_nobody_" + "A" * 43)
    door.refuses(token="nothing like it")
    assert compared == [(64, 64)] * 4


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["read"], {"read", "feed"}),
        (["feed"], {"feed"}),
        (["respond"], {"respond"}),
        (["read", "respond"], {"read", "feed", "respond"}),
    ],
)
def test_a_token_is_good_for_its_scopes_alone(door: Door, scopes: list[str], allowed: set[Scope]) -> None:
    token = door.has(scopes=scopes)
    every: tuple[Scope, ...] = ("read", "respond", "feed")
    for scope in every:
        if scope in allowed:
            assert door.lets_in(scope, token=token) == "desk"
        else:
            refused = door.refuses(scope, token=token)
            assert refused.status == HTTPStatus.FORBIDDEN
            assert f'error="insufficient_scope", scope="{scope}"' in refused.headers["WWW-Authenticate"]


def test_feed_readers_may_sign_in_with_a_password_and_only_for_feeds(door: Door) -> None:
    token = door.has()
    assert door.lets_in("feed", headers=basic(token)) == "desk"
    assert door.lets_in("feed", headers=basic(token, name="")) == "desk"
    for scope in ("read", "respond"):
        assert door.refuses(scope, headers=basic(token)).status == HTTPStatus.UNAUTHORIZED
    for broken in ("Basic", "Basic !", "Basic " + base64.b64encode(b"\xff:\xff").decode(), "Digest x", token):
        assert door.refuses("feed", headers={"authorization": broken}).status == HTTPStatus.UNAUTHORIZED


def test_an_address_may_carry_a_token_that_is_good_for_feeds_alone(door: Door) -> None:
    feed, read = door.has("reader", scopes=["feed"]), door.has("desk", scopes=["read", "feed"])
    assert door.lets_in("feed", query=f"token={feed}") == "reader"
    assert door.refuses("feed", query=f"token={read}").status == HTTPStatus.UNAUTHORIZED
    assert door.refuses("read", query=f"token={read}").status == HTTPStatus.UNAUTHORIZED
    assert door.refuses("feed", query=f"token={feed}&token={feed}").status == HTTPStatus.UNAUTHORIZED
    assert door.refuses("feed", token="wrong", query=f"token={feed}").status == HTTPStatus.UNAUTHORIZED


def test_two_tokens_at_once_are_none(door: Door) -> None:
    header = ("authorization", f"Bearer {door.has()}")
    assert door.refuses(headers=[header, header]).status == HTTPStatus.UNAUTHORIZED


def test_a_token_asks_no_more_often_than_it_may(door: Door) -> None:
    token, other = door.has(requests_per_minute=60), door.has("other")
    for _ in range(10):
        door.lets_in(token=token)
    refused = door.refuses(token=token)
    assert refused.status == HTTPStatus.TOO_MANY_REQUESTS
    assert door.lets_in(token=other) == "other"
    door.seconds += int(refused.headers["Retry-After"])
    assert door.lets_in(token=token) == "desk"


def test_who_guesses_is_slowed_down_and_shuts_out_nobody_at_the_same_address(door: Door) -> None:
    token = door.has()
    guesses = [door.refuses(token=f"tcs_desk_{number:043}").status for number in range(12)]
    assert guesses == [HTTPStatus.UNAUTHORIZED] * 10 + [HTTPStatus.TOO_MANY_REQUESTS] * 2
    assert door.lets_in(token=token) == "desk"
    assert door.refuses(token="wrong", peer="192.0.2.8").status == HTTPStatus.UNAUTHORIZED
    assert door.refuses().status == HTTPStatus.UNAUTHORIZED, "who sends none is told how to, and guesses nothing"


def test_no_token_stands_in_a_log_a_message_or_a_caller(door: Door) -> None:
    token = door.has()
    with capture_logs() as logs:
        refused = door.refuses(token=token[:-1])
    caller = door.access.authorize(request(token), "read")
    told = f"{logs} {refused!r} {refused.error} {refused.fix} {caller!r}"
    assert [log["event"] for log in logs] == ["access.refused"]
    assert token[-20:-1] not in told
    assert door.tokens.contents["desk"].sha256 not in told


async def test_streams_are_counted_and_given_back(door: Door) -> None:
    caller = door.access.authorize(request(door.has(streams=2)), "read")
    async with door.access.streaming(caller):
        async with door.access.streaming(caller) as ended:
            with pytest.raises(Refusal) as refused:
                async with door.access.streaming(caller):
                    pass
            assert refused.value.status == HTTPStatus.TOO_MANY_REQUESTS
            assert not ended.is_set()
        async with door.access.streaming(caller):
            pass


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        (lambda door: door.removes("desk"), True),
        (lambda door: door.changes("desk", revoked=NOW), True),
        (lambda door: door.changes("desk", all=False, watches=["kabul"]), True),
        (lambda door: door.changes("desk", scopes=["respond"]), True),
        (lambda door: door.changes("desk", scopes=["feed"]), True),
        (lambda door: door.changes("desk", expires=NOW + HOUR), True),
        (lambda door: door.changes("desk", sha256="0" * 64), True),
        (lambda door: door.changes("desk", note="Farid has it now", requests_per_minute=1), False),
        (lambda door: door.has("another"), False),
    ],
    ids=[
        "removed",
        "revoked",
        "sees less",
        "not to read",
        "feeds only",
        "it will end",
        "another secret",
        "note",
        "other",
    ],
)
async def test_a_stream_ends_when_its_token_is_not_what_it_was(door: Door, change: Any, ends: bool) -> None:
    caller = door.access.authorize(request(door.has()), "read")
    async with door.access.streaming(caller) as ended:
        change(door)
        assert ended.is_set() is ends


async def test_a_stream_ends_with_its_token_and_none_begins_after(door: Door) -> None:
    caller = door.access.authorize(request(door.has(expires=NOW + timedelta(seconds=0.1))), "read")
    async with door.access.streaming(caller) as ended:
        assert not ended.is_set()
        async with asyncio.timeout(5):
            await ended.wait()
    door.removes("desk")
    async with door.access.streaming(caller) as ended:
        assert ended.is_set(), "it was let in before, and opens late"


async def test_what_a_desk_revokes_in_its_files_ends_once_they_are_read(tmp_path: Path) -> None:
    secret, sha256 = new_token("desk")
    entry = {"id": "desk", "sha256": sha256, "scopes": ["read"], "all": True}
    write_folder(tmp_path, {"access/desk.yaml": {"tokens": [entry]}})
    live = Live("access", TokensReader(tmp_path), contents=lambda t: t.contents, refused=lambda t: t.refused)
    access = Access(lambda: live.current)
    live.then(access.changed)
    caller = access.authorize(request(secret), "read")
    async with access.streaming(caller) as ended:
        write_folder(tmp_path, {"access/desk.yaml": {"tokens": [entry | {"revoked": "2026-11-24T12:00:00Z"}]}})
        await live.reload()
        assert ended.is_set()
    with pytest.raises(Refusal):
        access.authorize(request(secret), "read")
