"""The words by which a surname alone is told from a part of another name, by language."""

from __future__ import annotations

from typing import Final

_TITLES: Final = {
    "en": (
        "mr mrs ms dr sir lord prof professor gen general lt col colonel maj major capt captain field marshal "
        "marshal president prime minister pm premier chancellor minister secretary ambassador envoy senator "
        "sen rep congressman governor chief chairman chairperson leader spokesman spokesperson commander "
        "mullah mawlawi maulvi maulana mufti ayatollah sheikh syed mian khwaja king prince judge justice "
        "advocate when while and but if as that because after before although however for with by from to of "
        "in on at under against between the said says why how what who is was did does will has had can could "
        "would should may might though since until unless then also yet or nor like than both later meanwhile "
        "today yesterday instead earlier still now again here there only even once"
    ),
    "ru": (
        "господин г-н президент премьер премьер-министр министр генерал секретарь глава лидер мулла маршал "
        "посол сенатор и но а что как когда если также по с со к от у для о об за при после до ведь однако "
        "хотя сам сама это позже затем однако тогда вчера сегодня теперь ранее потом там здесь"
    ),
}
TITLES: Final = frozenset(word for words in _TITLES.values() for word in words.split())
"""What may stand in a capital before a surname: titles, and words that begin a sentence; in small letters."""

TITLES_WITHOUT_CAPITALS: Final = {
    "ur": (
        "صدر وزیراعظم وزیر جنرل مسٹر جناب مولانا ملا مفتی سربراہ چیئرمین سینیٹر مارشل سابق اعظم خارجہ دفاع داخلہ "
        "ترجمان رہنما قائد"
    ),
    "fa": (
        "آقای اقای رئیس جمهور رییس جمهوری ژنرال ملا مولوی وزیر وزیرخارجه خارجه دفاع داخله سخنگوی رهبر نخست شیخ آیت الله"
    ),
    "ps": "ښاغلی ښاغلي ولسمشر جنرال ملا مولوي وزیر ویاند مشر",
    "ar": "الرئيس السيد الوزير الجنرال الملا المولوي الشيخ رئيس الوزراء وزير",
    "hi": "राष्ट्रपति प्रधानमंत्री जनरल मंत्री श्री मौलाना मुल्ला विदेशमंत्री अध्यक्ष",
}
"""Titles right before a surname, where there are no capitals."""
SPEAKS: Final = {
    "ur": "نے",
    "fa": "گفت گفته می‌گوید میگوید افزود تأکید تاکید اعلام",
    "ps": "وویل وايي ویلي زیاته",
    "ar": "قال أضاف وقال أكد",
    "hi": "ने",
}
"""What follows a surname that does something, where there are no capitals."""
NO_PARTS_OF_NAMES: Final = {
    "ur": "اور کہ لیکن جبکہ تاہم پر سے کو میں بھی مگر پھر بعد تو اس",
    "fa": "و که اما ولی از به با در را نیز همچنین ولیکن چون",
    "ps": "او چې خو هم له په د ته بیا",
    "ar": "و أن لكن كما ثم",
    "hi": "और कि लेकिन पर से को में भी वहीं",
}
"""What may stand before it there, and is no part of a name."""
