"""Whether a page keeps its article back: for subscribers, or until the reader consents to something.

A wall is told from what stands before it, which is short. A long text is an article, whatever the page says around it.
"""

import re
from typing import Final, Literal

from services.ingestion.pages.linked_data import Stated
from services.ingestion.pages.tree import Element

Wall = Literal["paywall", "consent"]


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


STUB_CHARACTERS: Final = 1_500
"""An article's free beginning is rarely longer."""
BEHIND_CHARACTERS: Final = 400
"""That much text in the part for subscribers shows that it was sent all the same."""
CONSENT_PHRASES: Final = 2
LEAST_CHARACTERS: Final = 250
"""Less than that besides the question is no article."""

_SUBSCRIBERS: Final = _any_of(
    r"subscribe (?:now )?to (?:continue|read|unlock|keep reading|access)",
    r"(?:only|exclusively|available|reserved) (?:for|to) (?:our )?(?:paid |premium |digital )?subscribers",
    r"already a subscriber\b|already a member\?",
    r"(?:sign|log) in to (?:continue|read|keep)|register to (?:continue|read)",
    r"(?:remaining|limit of|run out of) (?:your )?free articles",
    r"to continue reading,? (?:please )?(?:subscribe|sign|log)",
    r"unlock this (?:article|story)",
    r"this (?:article|story|content) is [^.]{0,20}\b(?:for|to) (?:\w+ )?(?:subscribers|members)",
    r"доступ\w* (?:\w+ ){0,3}(?:подписчик|по подписке)|(?:оформите|купите) подписку|уже есть подписка",
    r"(?:فقط برای|ویژه) (?:مشترکان|مشترکین|اعضا)",
    r"برای (?:ادامه|خواندن|مطالعه)[^.]{0,40}(?:مشترک شوید|اشتراک|ثبت.?نام کنید|وارد شوید)",
    r"صرف (?:سبسکرائبرز|ممبران)|مکمل (?:خبر|مضمون|تحریر)[^۔]{0,30}(?:سبسکرائب|لاگ ان)",
    r"(?:पूरी|पूरा|आगे)[^।]{0,40}(?:सब्सक्राइब|सदस्यता|लॉग ?इन)|(?:केवल|सिर्फ) (?:सदस्यों|ग्राहकों) के लिए",
    r"(?:পুরো|সম্পূর্ণ|পড়তে)[^।]{0,40}(?:সাবস্ক্রাইব|লগ ?ইন)|শুধু(?:মাত্র)? গ্রাহকদের",
    r"(?:订阅|訂閱|登录|登入|注册)后?[^。]{0,12}(?:阅读|閱讀|全文)|(?:仅限|僅限|仅供)[^。]{0,8}(?:订阅|訂閱|会员|會員)",
    r"للمشتركين فقط|(?:اشترك|سجل)[^.]{0,30}(?:لقراءة|لمتابعة)",
)
_CONSENT: Final = _any_of(
    r"partners?[^.]{0,60}(?:cookies|process|store) ",
    r"before you continue",
    r"(?:accept|reject|allow) all(?: cookies)?",
    r"manage (?:your )?(?:privacy|consent|cookies|choices|options)",
    r"(?:we|this (?:web)?site) uses? cookies",
    r"cookie (?:policy|settings|preferences)",
    r"использу\w+[^.]{0,30}(?:cookie|куки)|(?:принять|разрешить) вс[её]",
    r"استفاده از کوکی|پذیرش همه|کوکیز (?:استعمال|کی)|कुकी (?:का|नीति|सेटिंग)|কুকি (?:ব্যবহার|নীতি)",
    r"(?:接受|同意)[^。]{0,8}cookie|ملفات تعريف الارتباط",
)
_CHALLENGE: Final = _any_of(
    r"(?:verify|checking|confirm)[^.]{0,30}(?:you are (?:a )?human|not a robot|your browser)",
    r"enable javascript and cookies|just a moment\.\.\.|attention required!|are you a robot|unusual traffic",
)


def wall(lines: list[str], raw: str, stated: Stated, sent: bool) -> Wall | None:
    """What stands between a reader and the article.

    Args:
        lines: what reads like the article.
        raw: all that the page shows, or its beginning.
        stated: what the page says of its article.
        sent: `was_sent`.
    """
    characters = sum(map(len, lines))
    if characters >= STUB_CHARACTERS:
        return None
    if not stated.free and not sent:
        return "paywall"
    if any(_SUBSCRIBERS.search(line) for line in lines):
        return "paywall"
    asked = {match.lower() for match in _CONSENT.findall(raw)}
    besides = sum(len(line) for line in lines if not _CONSENT.search(line))
    return "consent" if len(asked) >= CONSENT_PHRASES and besides < LEAST_CHARACTERS else None


def is_challenge(title: str, raw: str) -> bool:
    """Whether the host asks if a person reads, in place of the page."""
    return len(raw) < STUB_CHARACTERS and bool(_CHALLENGE.search(f"{title}\n{raw}"))


def was_sent(body: Element, classes: tuple[str, ...]) -> bool:
    """Whether the part for subscribers, by the classes that the page names, is there all the same."""
    wanted = set(classes)
    behind = (e for e in body.iter() if wanted and wanted & set((e.get("class") or "").split()))
    return any(len(element.text_content()) >= BEHIND_CHARACTERS for element in behind)


def without_appeals(lines: list[str]) -> list[str]:
    """The free beginning without the lines that ask for a subscription."""
    return [line for line in lines if not _SUBSCRIBERS.search(line)]
