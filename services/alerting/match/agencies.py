"""News agencies, and what outlets call them where they credit one.

Only names that mean the agency and nothing else where a credit stands. A bare acronym (AP) counts in its capitals only,
any other name in any case; spellings that folding makes equal (services/matching/fold.py) are listed once.

Source: the credits of these agencies as outlets in the languages of the pack print them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from services.matching.acronyms import is_acronym
from services.matching.fold import fold_phrases

AGENCIES: Final[Mapping[str, tuple[str, ...]]] = {
    "reuters": (
        "Reuters", "Thomson Reuters", "Reuters News Agency", "رائٹرز", "روئٹرز", "رویترز", "رویټرز", "Рейтер",
        "Рейтерс", "रॉयटर्स", "रायटर", "रॉयटर", "路透社", "路透",
    ),
    "ap": (
        "AP", "Associated Press", "The Associated Press", "AP News", "اے پی", "ایسوسی ایٹڈ پریس", "آسوشیتدپرس",
        "آسوشیتد پرس", "أسوشيتد برس", "Ассошиэйтед Пресс", "एपी", "एसोसिएटेड प्रेस", "美联社",
    ),
    "afp": (
        "AFP", "Agence France-Presse", "Agence France Presse", "اے ایف پی", "خبرگزاری فرانسه", "فرانس پرس", "فرانس برس",
        "АФП", "Франс Пресс", "Агентство Франс Пресс", "एएफपी", "法新社",
    ),
    "app": ("APP", "Associated Press of Pakistan", "اے پی پی", "ایسوسی ایٹڈ پریس آف پاکستان"),
    "nni": ("NNI", "News Network International", "این این آئی"),
    "inp": ("INP", "Independent News Pakistan", "آئی این پی"),
    "ppi": ("PPI", "Pakistan Press International"),
    "ani": ("ANI", "Asian News International", "ANI News", "اے این آئی", "एएनआई"),
    "pti": ("PTI", "Press Trust of India", "PTI Bhasha", "پی ٹی آئی", "पीटीआई", "भाषा", "पीटीआई-भाषा"),
    "ians": ("IANS", "Indo-Asian News Service", "آئی اے این ایس", "आईएएनएस", "आईएएनएस हिंदी"),
    "uni": ("UNI", "United News of India", "یو این آئی", "यूएनआई", "वार्ता", "यूनीवार्ता"),
    "bss": ("BSS", "Bangladesh Sangbad Sangstha"),
    "unb": ("UNB", "United News of Bangladesh"),
    "tass": ("TASS", "ITAR-TASS", "ТАСС", "ИТАР-ТАСС", "تاس", "塔斯社"),
    "ria-novosti": ("RIA Novosti", "RIA", "РИА Новости", "РИА", "俄新社"),
    "sputnik": ("Sputnik", "Спутник", "اسپوتنیک", "سپوتنک", "سپوتنیک"),
    "interfax": ("Interfax", "Интерфакс", "INTERFAX.RU", "Interfax.ru", "اینترفاکس", "国际文传电讯社"),
    "xinhua": (
        "Xinhua", "Xinhua News Agency", "Xinhuanet", "شنہوا", "ژنہوا", "شینهوا", "Синьхуа", "शिन्हुआ", "新华社", "新华网",
        "新華社",
    ),
    "china-news-service": ("China News Service", "中新社", "中国新闻社", "中新网", "中國新聞社"),
    "kyodo": ("Kyodo", "Kyodo News", "共同社", "共同通信"),
    "yonhap": ("Yonhap", "Yonhap News Agency", "韩联社"),
    "bernama": ("Bernama",),
    "anadolu": (
        "AA", "Anadolu", "Anadolu Agency", "Anadolu Ajansı", "آناتولی", "خبرگزاری آناتولی", "آناطولی", "اناطولیہ",
        "انادولو", "Анадолу",
    ),
    "dha": ("DHA", "Demirören Haber Ajansı"),
    "iha": ("İHA", "IHA", "İhlas Haber Ajansı"),
    "dpa": ("dpa", "Deutsche Presse-Agentur", "Deutsche Presse Agentur"),
    "efe": ("EFE", "Agencia EFE"),
    "ansa": ("ANSA",),
    "upi": ("UPI", "United Press International"),
    "irna": ("IRNA", "Islamic Republic News Agency", "ایرنا", "خبرگزاری ایرنا", "خبرگزاری جمهوری اسلامی", "ИРНА"),
    "isna": ("ISNA", "Iranian Students' News Agency", "ایسنا", "خبرگزاری ایسنا", "ИСНА"),
    "mehr": ("MNA", "Mehr News Agency", "خبرگزاری مهر"),
    "tasnim": ("Tasnim", "Tasnim News Agency", "تسنیم", "خبرگزاری تسنیم"),
    "fars": ("Fars News Agency", "خبرگزاری فارس"),
    "pajhwok": ("Pajhwok", "Pajhwok Afghan News", "پژواک", "پژواک خبری اژانس", "خبرگزاری پژواک", "آژانس خبری پژواک"),
    "bakhtar": (
        "Bakhtar", "Bakhtar News Agency", "Bakhtar News", "باختر اژانس", "آژانس باختر", "خبرگزاری باختر",
        "آژانس خبری باختر",
    ),
    "kuna": ("KUNA", "Kuwait News Agency", "کونا", "خبرگزاری کویت"),
    "qna": ("QNA", "Qatar News Agency"),
    "wam": ("WAM", "Emirates News Agency"),
    "spa": ("SPA", "Saudi Press Agency", "واس"),
    "sana": ("SANA", "Syrian Arab News Agency", "سانا"),
    "kazinform": ("Kazinform", "KAZINFORM", "QazInform", "Казинформ"),
    "kabar": ("Kabar", "Кабар"),
    "akipress": ("AKIpress", "AKIPRESS.COM", "АКИpress"),
    "khovar": ("Khovar", "Ховар", "НИАТ Ховар"),
    "uza": ("UzA", "УзА", "O‘zA"),
    "trend": ("Trend News Agency",),
}  # fmt: skip
"""By id."""

_DESKS: Final = (" staff", " news agency", " news service", " news", " newswire", " agency")
"""What may follow the name of an agency and changes nothing."""


@lru_cache(maxsize=4096)
def agency_named(credit: str) -> str | None:
    """The id of the agency that a credit names, and nothing else; None where it names none."""
    credit = credit.strip(" \t.:*_-–—\u200c\u200f\u200e")
    for name in (credit, *(credit[: -len(desk)] for desk in _DESKS if credit.lower().endswith(desk))):
        for written, agency in _by_folded().get(_folded(name), ()):
            if not is_acronym(written) or name == written:
                return agency
    return None


@lru_cache(maxsize=1)
def _by_folded() -> Mapping[str, list[tuple[str, str]]]:
    listed = [(name, agency) for agency, names in AGENCIES.items() for name in names]
    by_folded = dict[str, list[tuple[str, str]]]()
    for (name, agency), folded in zip(listed, fold_phrases([name for name, _ in listed]), strict=True):
        by_folded.setdefault(folded, []).append((name, agency))
    return by_folded


def _folded(name: str) -> str:
    return fold_phrases([name])[0]
