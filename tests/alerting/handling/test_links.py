"""Links: whoever has one was told of the alert, and nobody makes one up."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from pydantic import SecretStr

from services.alerting.handling.links import Link, LinkExpired, LinkForged, LinkKey, Links
from services.backbone.settings import Settings
from tests.alerting.examples import NOON, alert

SECRET = "a-secret-of-tests-that-nobody-else-knows"
SETTINGS = Settings(link_secret=SecretStr(SECRET), public_url="https://tocsin.example/desk/", deployment="kabul")
KEY = LinkKey(SECRET, "kabul")
DAY = timedelta(days=1)
LINK = Link("alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f", "ttp", "desk-mail", NOON + 7 * DAY)


def test_a_link_leads_to_its_alert_for_seven_days_to_the_second() -> None:
    links = Links.of(alert(), "desk-mail", SETTINGS)
    assert links is not None
    head, _, token = links.alert.rpartition("/")
    assert head == "https://tocsin.example/desk/a"
    assert links.acknowledge == f"{links.alert}#acknowledge"
    assert KEY.read(token, NOON) == Link(alert().id, "ttp", "desk-mail", NOON + 7 * DAY)
    assert KEY.read(token, NOON + 7 * DAY - timedelta(seconds=1)).alert_id == alert().id
    with pytest.raises(LinkExpired) as over:
        KEY.read(token, NOON + 7 * DAY)
    assert over.value.alert_id == alert().id


def test_a_message_that_is_sent_again_has_the_same_link_and_another_channel_another() -> None:
    assert Links.of(alert(), "desk-mail", SETTINGS) == Links.of(alert(), "desk-mail", SETTINGS)
    assert Links.of(alert(), "desk-mail", SETTINGS) != Links.of(alert(), "desk-chat", SETTINGS)


@pytest.mark.parametrize("lacking", ["public_url", "link_secret"])
def test_without_an_address_or_a_secret_there_are_no_links(lacking: str) -> None:
    assert Links.of(alert(), "desk-mail", SETTINGS.model_copy(update={lacking: None})) is None


def test_a_link_that_was_changed_anywhere_is_none() -> None:
    token = KEY.token(LINK)
    for at, char in enumerate(token):
        for changed in (token[:at] + ("A" if char != "A" else "B") + token[at + 1 :], token[:at], token[at + 1 :]):
            with pytest.raises(LinkForged):
                KEY.read(changed, NOON)


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.ü", "." * 400, "x" * 5_000, "=.=", "\x00.\x00", "a.b.c"])
def test_what_is_no_link_at_all_is_none(token: str) -> None:
    with pytest.raises(LinkForged):
        KEY.read(token, NOON)


def test_nothing_may_stand_behind_a_signature() -> None:
    """Base64 has letters whose last bits mean nothing, and may end in `=`: such a link would be another one."""
    token = KEY.token(LINK)
    for changed in (f"{token}=", f"{token}.", f"{token} ", token.replace(".", "=.", 1)):
        with pytest.raises(LinkForged):
            KEY.read(changed, NOON)


def test_a_signature_of_another_secret_installation_or_purpose_is_none() -> None:
    """Alert ids are the same in every installation that watches for the same."""
    payload = KEY.token(LINK).partition(".")[0]
    bare = base64.urlsafe_b64encode(hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).digest())
    others = [
        LinkKey(SECRET[::-1], "kabul").token(LINK),
        LinkKey(SECRET, "herat").token(LINK),
        f"{payload}.{bare.rstrip(b'=').decode()}",
    ]
    for token in others:
        with pytest.raises(LinkForged):
            KEY.read(token, NOON)


def test_a_link_says_nothing_that_the_message_does_not_say() -> None:
    payload = KEY.token(LINK).partition(".")[0]
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert said == [LINK.alert_id, "ttp", "desk-mail", int(LINK.expires_at.timestamp())]
