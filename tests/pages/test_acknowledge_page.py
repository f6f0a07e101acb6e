"""The page of an alert in a real browser: seen, read aloud, and used without a mouse."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from schemas import Handling, Note
from services.broker import KafkaBroker
from tests.alerting.api.answering import Answering, answering

URDU = "کابل: TTP کے 12 ارکان کی گرفتاری کا دعویٰ"
SEEN = os.environ.get("TOCSIN_PICTURES")
"""A folder for pictures of the pages, to look at."""


@pytest.fixture(scope="module")
def api(kafka: KafkaBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answering]:
    with answering(kafka.address, tmp_path_factory.mktemp("config")) as api:
        yield api


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab that complains of nothing and asks for nothing but the page."""
    with browser.new_context(viewport={"width": 420, "height": 900}, locale="en") as context:
        page = context.new_page()
        page.set_default_timeout(10_000)
        complaints: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        yield page
        assert [text for text in complaints if "favicon" not in text and "status of 4" not in text] == []
        assert {address.partition("/a/")[1] for address in asked if not address.startswith("about:")} <= {"/a/"}


def picture(page: Page, name: str) -> None:
    if SEEN:
        page.screenshot(path=f"{SEEN}/{name}.png", full_page=True)


def test_looking_changes_nothing_and_the_button_does(api: Answering, page: Page) -> None:
    alert = api.rings(slug="seen")
    for _ in range(2):
        page.goto(api.link(alert))
        expect(page.get_by_text("Nobody has acknowledged it.")).to_be_visible()
    picture(page, "english")
    assert api.steps(alert) == []

    page.get_by_label("Your name").fill("Zarmina")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("status")).to_have_text("Acknowledged. Nobody else is called.")
    expect(page.get_by_text("Acknowledged by Zarmina.")).to_be_visible()
    picture(page, "acknowledged")
    assert [(step.action, step.by) for step in api.steps(alert)] == [("acknowledge", "Zarmina")]


def test_without_a_name_the_browser_sends_nothing(api: Answering, page: Page) -> None:
    """So a scanner that presses every button does no harm."""
    alert = api.rings(slug="scanned")
    page.goto(api.link(alert))
    for button in page.get_by_role("button").all():
        button.click()
    expect(page.get_by_text("Nobody has acknowledged it.")).to_be_visible()
    assert api.steps(alert) == []
    assert api.words(alert) == []


def test_a_double_click_is_one_step(api: Answering, page: Page) -> None:
    alert = api.rings(slug="clicked-twice")
    page.goto(api.link(alert))
    page.get_by_label("Your name").fill("Zarmina")
    page.get_by_label("A note").fill("I call him")
    page.get_by_role("button", name="Add the note only").dblclick()
    expect(page.get_by_role("status")).to_have_text("The note is kept.")
    assert len({step.id for step in api.steps(alert)}) == 1


def test_everything_can_be_done_from_the_keyboard(api: Answering, page: Page) -> None:
    alert = api.rings(slug="keyboard")
    page.goto(f"{api.link(alert)}#acknowledge")
    expect(page.get_by_role("heading", name="Respond")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.type("Farid")
    page.keyboard.press("Tab")
    expect(page.get_by_label("A note")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "one sees where one is"
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Acknowledge")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    assert [step.by for step in api.steps(alert)] == ["Farid"]


def test_every_field_and_button_says_what_it_is(api: Answering, page: Page) -> None:
    page.goto(api.link(api.rings(slug="labels")))
    for field in page.locator("input:not([type=hidden]), textarea").all():
        assert field.evaluate("field => field.labels.length") == 1
    assert page.get_by_role("heading", level=1).count() == 1
    expect(page.get_by_role("region", name="Respond")).to_be_visible()
    expect(page.get_by_role("group", name="Was it worth telling?")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out on a phone"


def test_urdu_stands_from_right_to_left_and_english_beside_it_does_not(api: Answering, page: Page) -> None:
    rang = api.rings(slug="urdu")
    assert rang.article is not None
    article = rang.article.model_copy(update={"title": URDU, "language": "ur"})
    [passage] = [each for each in rang.passages if each.field == "title"]
    at = URDU.index("TTP")
    passage = passage.model_copy(update={"sentence": URDU, "highlights": ((at, at + 3),)})
    alert = api.knows(
        rang.model_copy(update={"article": article, "passages": (passage,)}),
        Handling(assigned_to="فرید", notes=(Note(by="Zarmina", at=datetime.now(UTC), text="ترجمان سے بات کی"),)),
    )
    page.goto(api.link(alert))
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(URDU)
    expect(title).to_have_attribute("lang", "ur")
    style = title.evaluate("e => [getComputedStyle(e).direction, getComputedStyle(e).textAlign]")
    assert style == ["rtl", "right"]
    mark = title.locator("mark")
    expect(mark).to_have_text("TTP")
    edges = "e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect().right }"
    assert title.evaluate(edges) == pytest.approx(
        page.locator("main").evaluate(
            "e => e.getBoundingClientRect().right - parseFloat(getComputedStyle(e).paddingRight)"
        ),
        abs=8,
    ), "the line begins at the right edge"
    state = page.get_by_text("It is assigned to")
    assert state.evaluate("e => getComputedStyle(e).direction") == "ltr"
    expect(state).to_contain_text("It is assigned to فرید.")
    picture(page, "urdu")


def test_a_form_on_another_page_does_nothing(api: Answering, page: Page) -> None:
    alert = api.rings(slug="elsewhere")
    page.set_content(
        f"<form method=post action='{api.link(alert)}'><input name=by value=Eve>"
        "<button name=action value=acknowledge>Win</button></form>"
    )
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", name="This form was sent from another page")).to_be_visible()
    assert api.steps(alert) == []


def test_a_link_that_is_over_says_what_to_do(api: Answering, page: Page) -> None:
    alert = api.knows(api.rings(slug="over").model_copy(update={"rang_at": datetime(2026, 1, 1, tzinfo=UTC)}))
    page.goto(api.link(alert))
    expect(page.get_by_role("heading", name="This link is over")).to_be_visible()
    expect(page.get_by_text(f"tocsin alerts acknowledge {alert.id}")).to_be_visible()
    picture(page, "over")
