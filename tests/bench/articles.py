"""Articles to measure with: about 4 KB of JSON each, six languages, made of the sentences below.

One sentence in four names a state, a place or an organisation of the default pack, about what news of the region does.
Half of the articles have one sentence more, that meets one of the default watches. (Of real articles fewer do: so there
are alerts enough to measure by.) The same number always makes the same article.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from schemas import Article, Source
from schemas.ids import article_id, revision

TEXT_BYTES: Final = 3_500
"""In UTF-8; the rest of the 4 KB is title, ids and dates."""
NAMED_SHARE: Final = 0.25
BEGIN: Final = datetime(2026, 11, 24, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tongue:
    """Sentences of one language, with how many of ten articles are in it."""

    code: str
    of_ten: int
    title: str
    watched: Sequence[str]
    named: Sequence[str]
    plain: Sequence[str]
    blank: str = " "


TONGUES: Final = (
    Tongue(
        "en",
        5,
        "Report {number}: talks, roads and prices",
        (
            "Officials in Kabul said that the TTP had left two bases near the border.",
            "The United Nations named ISKP in its last report.",
            "Trucks waited at Torkham for a third day.",
        ),
        (
            "Islamabad asked for a clear answer and did not say by when.",
            "Russia and Tajikistan spoke of a new air route in the autumn.",
            "India and China sent delegations to the talks in Tashkent.",
            "Uzbekistan offered to host the next round, and Iran welcomed it.",
            "The Taliban said that the airport in Kabul stays open.",
            "The World Food Programme counts more families in need than last winter.",
        ),
        (
            "The meeting lasted until the evening, and both sides promised to write down what they had agreed.",
            "Traders said that the prices of flour and cooking oil had not changed since last week.",
            "Rain closed two roads in the hills, and buses took the longer way through the valley.",
            "A spokesman read a short statement and answered no questions.",
            "Schools in the district open again on Saturday, a teacher told a local radio station.",
            "The report counts forty villages that still wait for electricity.",
            "Nobody knows yet who will pay for the bridge, but the work on it goes on.",
            "Last year's harvest was small; this year farmers hope for more water from the canal.",
            "Doctors at the provincial hospital asked for two more ambulances before the winter.",
        ),
    ),
    Tongue(
        "ru",
        1,
        "Сообщение {number}: переговоры, дороги и цены",
        (
            "Власти Пакистана заявили, что боевики ТТП ночью перешли границу.",
            "В докладе ООН упомянут Вилаят Хорасан.",
        ),
        (
            "В Кабуле прошли переговоры с делегацией из Узбекистана.",
            "Россия и Таджикистан обсудили новый авиарейс.",
            "Талибы сообщили, что аэропорт Кабула открыт.",
        ),
        (
            "Встреча продолжалась до вечера, и стороны договорились вернуться к разговору на следующей неделе.",
            "На рынке рассказали, что цены на муку и масло за неделю не изменились.",
            "Из-за дождя закрыты две дороги, автобусы идут в объезд через долину.",
            "Представитель ведомства зачитал короткое заявление и не ответил на вопросы.",
            "Школы района снова откроются в субботу, сообщила учительница.",
        ),
    ),
    Tongue(
        "ur",
        1,
        "رپورٹ {number}: بات چیت، سڑکیں اور قیمتیں",
        (
            "حکام کے مطابق تحریک طالبان پاکستان کے دو ٹھکانے سرحد کے قریب تھے۔",
            "پاکستان اور افغانستان کے درمیان طورخم پر ٹرک تیسرے دن بھی کھڑے رہے۔",
            "اقوام متحدہ کی رپورٹ میں داعش خراسان کا نام آیا۔",
        ),
        (
            "کابل میں طالبان کے نمائندوں نے ایک مختصر بیان پڑھا۔",
            "بھارت اور چین نے اپنے وفد تاشقند بھیجے۔",
            "اسلام آباد نے واضح جواب مانگا۔",
        ),
        (
            "ملاقات شام تک جاری رہی اور دونوں جانب نے بات آگے بڑھانے پر اتفاق کیا۔",
            "تاجروں نے کہا کہ آٹے اور تیل کی قیمتیں پچھلے ہفتے سے نہیں بدلیں۔",
            "بارش سے دو سڑکیں بند ہو گئیں اور بسیں لمبے راستے سے گئیں۔",
            "ضلع کے اسکول ہفتے کو دوبارہ کھلیں گے۔",
        ),
    ),
    Tongue(
        "fa",
        1,
        "گزارش {number}: گفت‌وگو، راه‌ها و بهای کالا",
        ("در گزارش سازمان ملل از داعش خراسان نام برده شده است.",),
        (
            "مقام‌های کابل گفتند که طالبان با پاکستان گفت‌وگو کرده‌اند.",
            "هیئت‌هایی از ایران و روسیه به تاشکند رفتند.",
        ),
        (
            "این دیدار تا شب ادامه داشت و دو طرف قرار گذاشتند هفتهٔ آینده باز دیدار کنند.",
            "بازرگانان گفتند که بهای آرد و روغن از هفتهٔ پیش تغییر نکرده است.",
            "باران دو راه را بست و اتوبوس‌ها از راه درازتر رفتند.",
            "آموزگاران گفتند که مدرسه‌ها روز شنبه باز می‌شوند.",
        ),
    ),
    Tongue(
        "ps",
        1,
        "راپور {number}: خبرې، لارې او بیې",
        (
            "په تورخم کې لارۍ درېیمه ورځ هم ولاړې وې.",
            "د ملګرو ملتونو په راپور کې د داعش خراسان نوم راغلی دی.",
        ),
        (
            "د کابل چارواکو وویل چې طالبان له پاکستان سره خبرې کوي.",
            "هند او چین خپل پلاوي ولېږل.",
        ),
        (
            "غونډه تر ماښامه روانه وه او دواړو خواوو ومنله چې خبرې به دوام کوي.",
            "سوداګرو وویل چې د اوړو او غوړو بیې نه دي بدلې شوې.",
            "باران دوې لارې وتړلې او بسونه په اوږده لاره ولاړل.",
            "ښوونځي به د شنبې په ورځ بېرته پرانیستل شي.",
        ),
    ),
    Tongue(
        "zh",
        1,
        "第{number}号消息：会谈、道路与价格",
        (
            "喀布尔官员说，巴基斯坦塔利班在边境附近有两处据点。",
            "联合国的报告提到了伊斯兰国呼罗珊省。",
        ),
        (
            "中国和俄罗斯的代表团前往塔什干参加会谈。",
            "阿富汗塔利班的代表宣读了一份简短的声明。",
            "乌兹别克斯坦愿意主办下一轮会谈。",
        ),
        (
            "会谈一直持续到晚上，双方同意下周继续讨论。",
            "商人们说，面粉和食用油的价格与上周相比没有变化。",
            "大雨使两条道路中断，公共汽车只能绕行。",
            "发言人没有回答提问。",
            "一位老师说，区里的学校星期六重新开学。",
        ),
        blank="",
    ),
)
_TEN: Final = tuple(tongue for tongue in TONGUES for _ in range(tongue.of_ten))


def articles(count: int, first: int = 0) -> list[Article]:
    """So many articles, numbered from `first`; no two are the same."""
    return [article(number) for number in range(first, first + count)]


def article(number: int) -> Article:
    """The article of this number."""
    choose, tongue = Random(number), _TEN[number % len(_TEN)]
    title = tongue.title.format(number=number)
    text = tongue.blank.join(_sentences(tongue, choose, watched=number // len(_TEN) % 2 == 0))
    url = f"https://news.example/{tongue.code}/{number}"
    return Article(
        id=article_id(url),
        revision=revision(title, text),
        url=url,
        source=Source(id=f"example-{tongue.code}", name="Example News"),
        title=title,
        text=text,
        language=tongue.code,
        authors=("A. Reporter",),
        published_at=BEGIN + timedelta(seconds=number),
        seen_at=BEGIN + timedelta(seconds=number + 60),
    )


def _sentences(tongue: Tongue, choose: Random, *, watched: bool) -> list[str]:
    sentences: list[str] = []
    while sum(len(sentence.encode()) for sentence in sentences) < TEXT_BYTES:
        sentences.append(choose.choice(tongue.named if choose.random() < NAMED_SHARE else tongue.plain))
    if watched:
        sentences.insert(choose.randrange(len(sentences)), choose.choice(tongue.watched))
    return sentences
