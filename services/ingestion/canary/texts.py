"""What the canary of each script says: that it is a test, and two names of the default pack."""

from datetime import datetime
from typing import Final

from schemas import Article, Source
from schemas.ids import revision
from services.backbone.canary import CANARY, LANGUAGES, SCRIPTS, article_of

_SOURCE: Final = Source(id=CANARY, name="Tocsin canary", tier=3)
_WRITTEN: Final = {
    "latin": (
        "Test of the line",
        "This is a test message and no news. It names Afghanistan and Pakistan. Number {}.",
    ),
    "arabic": (
        "آزمائشی پیغام",
        "یہ ایک آزمائشی پیغام ہے، خبر نہیں۔ اس میں افغانستان اور پاکستان کے نام ہیں۔ نمبر {}۔",
    ),
    "pashto": (
        "ازمایښتي پیغام",
        "دا یو ازمایښتي پیغام دی، خبر نه دی. په دې کې د افغانستان او پاکستان نومونه راغلي دي. شمېره {}.",
    ),
    "cyrillic": (
        "Проверка линии",
        "Это проверочное сообщение, а не новость. В нём названы Афганистан и Пакистан. Номер {}.",
    ),
    "han": (
        "线路测试",
        "这是一条测试消息，不是新闻。文中提到阿富汗和巴基斯坦。编号{}。",
    ),
    "devanagari": (
        "परीक्षण संदेश",
        "यह एक परीक्षण संदेश है, समाचार नहीं। इसमें अफगानिस्तान और पाकिस्तान के नाम हैं। संख्या {}।",
    ),
}
"""Title and text by script; the slot stands in the text, so that each canary is another article."""


def canaries(slot: int, now: datetime) -> list[Article]:
    """The canary of each script for an interval. It has no sketch: nothing is a near-duplicate of it."""
    return [_canary(script, slot, now) for script in SCRIPTS]


def _canary(script: str, slot: int, now: datetime) -> Article:
    title, text = _WRITTEN[script]
    text = text.format(slot)
    return Article(
        id=article_of(script, slot),
        revision=revision(title, text),
        url="",
        source=_SOURCE,
        title=title,
        text=text,
        language=LANGUAGES[script],
        seen_at=now,
    )
