"""Whether a feed gives the whole article, and whether a page is the page of an entry. Pure."""

import re
from typing import Final

from schemas.material import material
from services.ingestion.pages.page import Page

TEASER_BYTES: Final = 800
"""In UTF-8: some 130 words of English, 70 of Urdu or Russian, 260 characters of Chinese. News is rarely shorter."""
_CUT_OFF: Final = re.compile(
    r"""(?: … | \.\.\. | \[ (?:…|\.\.\.|&hellip;) \]
    | (?:read|see|continue) \s (?:more|reading|on) (?:\s .{0,80})?
    | (?:read|see) \s the \s (?:full|whole) \s \w+ (?:\s .{0,80})?
    | the \s post \s .{1,300} \s appeared \s first \s on \s .{1,100}
    | читать \s (?:далее|дальше|полностью) | подробнее
    | مزید \s پڑھیں | مزید \s پڑھیے | ادامه \s (?:مطلب|خبر) | بیشتر \s بخوانید
    | اقرأ \s المزيد | المزيد | نور \s ولولئ | (?:और|आगे|पूरा) \s पढ़ें | 阅读(?:全文|更多|原文) | 查看(?:全文|更多)
    ) [\s.:>»→\])]* $""",
    re.VERBOSE | re.IGNORECASE,
)
"""How an outlet, or its software, ends what goes on elsewhere."""
_LAST_CHARACTERS: Final = 450
_SHARE_OF_WORDS: Final = 1 / 3
_FEWEST_WORDS: Final = 4


def is_teaser(text: str) -> bool:
    """Whether a text is only the beginning of an article, or what stands above it."""
    return len(text.encode()) < TEASER_BYTES or _CUT_OFF.search(text[-_LAST_CHARACTERS:]) is not None


def is_about(page: Page, title: str, text: str) -> bool:
    """Whether a page can be that of an entry with this title and text. It is not where they share few words: then the
    address leads to a front page, a notice or another article by now."""
    of_entry, of_page = set(_words(f"{title}\n{text}")), set(_words(f"{page.title}\n{page.text}"))
    fewer = min(len(of_entry), len(of_page))
    return fewer < _FEWEST_WORDS or page.wall is not None or len(of_entry & of_page) >= _SHARE_OF_WORDS * fewer


def _words(text: str) -> list[str]:
    """Words; letters in scripts without blanks."""
    return re.findall(r"[\u3040-\u9fff]|[^\s\u3040-\u9fff]+", material(text).casefold())
