"""Mails in a real browser: what their pictures showed must stay so."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Request, Route

from services.alerting.notify.samples import samples
from services.alerting.notify.texts import rendered

PHONE, DESK = 360, 900
KINDS = list(samples())


@pytest.fixture(scope="module")
def requests() -> list[str]:
    """The addresses that any mail asked for."""
    return []


@pytest.fixture(scope="module")
def page(browser: Browser, requests: list[str]) -> Page:
    """One page for all; whatever it asks for is noted and refused."""

    def refuse(route: Route, request: Request) -> None:
        requests.append(request.url)
        route.abort()

    page = browser.new_page(viewport={"width": DESK, "height": 700})
    page.route("**/*", refuse)
    return page


def shown(page: Page, kind: str, width: int = DESK) -> Page:
    """A mail of this kind in a window so wide."""
    page.set_viewport_size({"width": width, "height": 700})
    page.set_content(rendered(samples()[kind]).html)
    return page


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_stands_out_on_a_phone(page: Page, kind: str) -> None:
    shown(page, kind, PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert not page.evaluate(
        "(width) => [...document.querySelectorAll('.card *')].filter(one => {"
        " const box = one.getBoundingClientRect(); return box.width && (box.left < 0 || box.right > width) })"
        ".map(one => one.outerHTML)",
        PHONE,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_desk_a_mail_is_at_most_640_pixels_wide_and_in_the_middle(page: Page, kind: str) -> None:
    box = shown(page, kind).locator(".card").bounding_box()

    assert box is not None
    assert box["width"] == 640
    assert box["x"] == pytest.approx(DESK - box["x"] - box["width"], abs=1)


def test_no_mail_asks_for_anything_or_runs_anything(page: Page, requests: list[str]) -> None:
    for kind in KINDS:
        shown(page, kind)
        assert page.evaluate("document.scripts.length + document.images.length + document.styleSheets.length") == 1
    assert requests == []


@pytest.mark.parametrize("kind", ["ring in Urdu", "ring in Pashto"])
def test_a_sentence_from_right_to_left_is_laid_out_from_right_to_left(page: Page, kind: str) -> None:
    for sentence in shown(page, kind).locator("h2, p.line").all():
        assert sentence.get_attribute("dir") == "rtl"
        assert sentence.evaluate("one => getComputedStyle(one).direction") == "rtl"
        assert sentence.evaluate("one => getComputedStyle(one).textAlign") == "right"


PLACES = """one => {
    const range = document.createRange(), walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), places = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        for (const found of node.data.matchAll(/[^ .،۔()]+/g)) {
            range.setStart(node, found.index); range.setEnd(node, found.index + found[0].length);
            const box = range.getBoundingClientRect();
            places.push({word: found[0], left: box.left, top: box.top, marked: node.parentElement.tagName == 'MARK'});
        }
    return places;
}"""
"""Where each word of an element stands, in the order of the text."""


def test_the_name_stands_in_its_place_in_the_sentence(page: Page) -> None:
    """«The TTP» after "in talks" and before "(TTP)": that is to the left of the one and to the right of the other."""
    places = shown(page, "ring in Urdu").locator("p.line").first.evaluate(PLACES)
    one_line = [place for place in places if abs(place["top"] - places[0]["top"]) < 12]
    words = [place["word"] for place in one_line]

    assert words[:9] == ["حکام", "کے", "مطابق", "بات", "چیت", "میں", "تحریک", "طالبان", "پاکستان"]
    assert words[9:12] == ["TTP", "کا", "ذکر"]
    lefts = [place["left"] for place in one_line]
    assert lefts == sorted(lefts, reverse=True), "every word is to the left of the one before it"
    assert [place["word"] for place in one_line if place["marked"]] == ["تحریک", "طالبان", "پاکستان"]


def test_the_name_is_bold_and_stands_out(page: Page) -> None:
    for kind in ("ring", "ring in Urdu"):
        for mark in shown(page, kind).locator("mark").all():
            assert int(mark.evaluate("one => getComputedStyle(one).fontWeight")) >= 700
            assert mark.evaluate("one => getComputedStyle(one).backgroundColor") != "rgba(0, 0, 0, 0)"


def test_an_urdu_outlet_does_not_turn_its_line(page: Page) -> None:
    """The outlet stands first, so leftmost: what follows is English."""
    places = shown(page, "ring in Urdu").locator("p.dim").evaluate(PLACES)
    at = {place["word"]: place["left"] for place in places if abs(place["top"] - places[0]["top"]) < 6}

    assert at["اخبار"] < at["مثال"] < at["Urdu"] < at["publication"] < at["UTC"]


CONTRASTS = """() => {
    const light = colour => {
        const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(v => {
            v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = one => {
        let behind = one;
        while (getComputedStyle(behind).backgroundColor == 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
        const a = light(getComputedStyle(one).color), b = light(getComputedStyle(behind).backgroundColor);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const has_text = one => [...one.childNodes].some(node => node.nodeType == 3 && node.data.trim());
    return [...document.querySelectorAll('.card *')].filter(has_text).map(one => [one.innerText, contrast(one)]);
}"""
"""Source: Web Content Accessibility Guidelines 2.2, success criterion 1.4.3."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_everything_can_be_read_by_day_and_by_night(page: Page, kind: str, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    contrasts = shown(page, kind).evaluate(CONTRASTS)

    assert contrasts
    assert not [(text, contrast) for text, contrast in contrasts if contrast < 4.5]
