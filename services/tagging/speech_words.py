"""The words by which languages report what someone says, and what may stand between them and who says it.

A `Saying` is searched for by the engine. `side` says where its speaker stands:

| side | speaker | example |
|---|---|---|
| left | before it | X told reporters that; X заявил, что; X گفت که |
| either | before it, or after it where a quotation or the sentence ends before it | "...", said X |
| right | after it, and what is said after that | قال X إن |
| source | after it; what is said is the rest of the sentence | according to X; по словам X |
| source-left | before it; the same | X کے مطابق |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from services.tagging.words import key, keys

Side = Literal["left", "either", "right", "source", "source-left"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a language names who speaks, as keys of words."""

    roles: frozenset[str]
    """Offices and people who speak for an actor, and the bodies of a state that do."""
    fillers: frozenset[str]
    """Words that change nothing about who speaks: articles, auxiliaries, "also", days."""
    of: frozenset[str]
    """Words between a role and whom it speaks for: spokesman for the Taliban."""
    openers: frozenset[str]
    """Words before which a new clause, and so its subject, begins."""
    against: frozenset[str]
    """Words before whom a sentence speaks of, not with: prepositions."""
    that: frozenset[str]
    """Words between "said" and what is said."""
    hearers: frozenset[str]
    """Words between "told" and "that"."""
    settings: frozenset[str] = frozenset()
    """Words with which it begins where, when and to whom something is said: "said on Monday that"."""
    posts: frozenset[str] = frozenset()
    """Roles at the seat of another: ambassador."""
    former: frozenset[str] = frozenset()
    """Words for a role that is held no more; they stand among the roles too."""
    marker: str | None = None
    """A word after every agent: نے. All up to it is who speaks."""
    offices_suffice: bool = False
    """Whether an actor with an office is the subject if only a few words that are no prepositions stand before it."""
    head_first: bool = False
    """Whether a role stands before its actor: سخنگوی طالبان. A bare name after another noun is then not who speaks."""

    def ends(self, word: str) -> bool:
        """Whether a word is no part of a name, but begins something else."""
        return word in self.openers or word in self.that or word in self.settings or word in self.against


@dataclass(frozen=True, slots=True)
class Saying:
    """A word or phrase that reports speech."""

    text: str
    side: Side
    language: str
    needs_that: bool = False
    """Whether only "that", a colon or a quotation shows that words of the speaker follow."""


_DAYS: Final = "monday tuesday wednesday thursday friday saturday sunday today yesterday earlier later tonight"

_ENGLISH: Final = Manner(
    roles=keys(
        "spokesman spokesperson spokeswoman spokesmen official officials government authorities authority "
        "ministry minister "
        "president premier pm leader leaders leadership chief chairman chairwoman commander commanders envoy "
        "ambassador "
        "secretary office army military police prime foreign interior defence defense information state "
        "deputy vice chancellor "
        "governor statement admiral general gen colonel lieutenant major brigadier lt col senator sen king "
        "prince ayatollah "
        "mullah mawlawi maulana supreme emir cabinet parliament administration regime forces force group movement "
        "negotiator negotiators delegation representative representatives member members affairs embassy "
        "diplomat diplomats regulator intelligence agency security national adviser advisor department kremlin "
        "militants insurgents officer officers director head former ex mr mrs ms dr sir"
    ),
    fillers=keys(
        "the a an senior top acting interim current then its his her their has have had also however reportedly "
        f"who on again once repeatedly only simply just recently {_DAYS} late publicly"
    ),
    of=keys("of for"),
    openers=keys(
        "and but as while when that because after before although though if since whereas so meanwhile "
        "however yet"
    ),
    against=frozenset(),
    that=keys("that"),
    hearers=keys(
        "paper newspaper daily council crowd rally meeting summit journalist "
        "reporters journalists media afp reuters ap cnn bbc parliament lawmakers a an the statement news "
        "conference press "
        "briefing interview his her their its state television tv agency local tweet post x twitter weekly "
        "broadcast speech "
        "address session evening morning afternoon night"
    ),
    posts=keys("ambassador envoy representative mission"),
    former=keys("former ex"),
    settings=keys(f"on in to at late during after before from via by {_DAYS}"),
)  # fmt: skip

_RUSSIAN: Final = Manner(
    roles=keys(
        "представитель представителя представители пресс-секретарь пресс-секретаря глава главы министр "
        "министра президент президента премьер-министр "
        "премьер-министра премьер мид мида минобороны министерство министерства власти властей лидер лидера "
        "командующий посол посла "
        "замглавы заместитель заместителя председатель председателя официальный официального официальная "
        "постпред постпреда спикер спикера "
        "правительство правительства пресс-служба пресс-службы секретарь секретаря генсек генсека движения "
        "движение дел иностранных обороны "
        "внутренних спецпредставитель спецпредставителя канцлер господин экс-президент экс-премьер бывший "
        "бывшего бывшая"
    ),
    fillers=keys("также ранее затем ещё уже сегодня вчера накануне"),
    of=frozenset(),
    openers=keys("и а но что как однако"),
    against=keys(
        "в во на с со к ко о об от из у для при по за над под перед между через против без до после про около"
    ),
    that=keys("что"),
    hearers=keys(
        "журналистам интервью брифинге вторник среду четверг пятницу субботу воскресенье понедельник "
        "агентству газете тасс риа новости"
    ),
    posts=keys("постпред постпреда посол посла"),
    former=keys("экс-президент экс-премьер бывший бывшего бывшая"),
    settings=keys("в на во журналистам"),
    offices_suffice=True,
    head_first=True,
)  # fmt: skip

_URDU: Final = Manner(
    roles=keys(
        "ترجمان وزیر وزیراعظم وزیرِاعظم صدر سربراہ رہنما حکومت وزارت حکام خارجہ داخلہ دفاع اطلاعات دفتر فوج "
        "اعظم مشیر سفیر کمانڈر "
        "سیکریٹری سیکرٹری جنرل چیئرمین سابق مندوب نائب امیر وفد اعلیٰ"
    ),
    fillers=keys("کے کی کا بھی"),
    of=frozenset(),
    openers=frozenset(),
    against=keys("ایک دو تین چند کئی کچھ کسی"),
    that=keys("کہ ہے تھا ہیں"),
    hearers=keys("ہے تھا"),
    posts=keys("مندوب سفیر"),
    former=keys("سابق"),
    marker=key("نے"),
)  # fmt: skip

_HINDI: Final = Manner(
    roles=keys(
        "प्रवक्ता मंत्री प्रधानमंत्री राष्ट्रपति विदेश रक्षा गृह मंत्रालय सरकार नेता प्रमुख अधिकारी "
        "अधिकारियों सेना राजदूत सचिव कमांडर पूर्व उप"
    ),
    fillers=keys("के की का भी"),
    of=frozenset(),
    openers=frozenset(),
    against=keys("एक दो तीन कुछ कई किसी"),
    that=keys("कि है था हैं"),
    hearers=keys("है था"),
    posts=keys("राजदूत"),
    former=keys("पूर्व"),
    marker=key("ने"),
)  # fmt: skip

_PERSIAN: Final = Manner(
    roles=keys(
        "سخنگوی سخنگو وزیر رئیس رییس رئیس‌جمهور رئیس‌جمهوری جمهور جمهوری نخست‌وزیر وزارت خارجه دفاع داخله "
        "کشور امور مقامات مقام دولت رهبر "
        "فرمانده معاون دبیر سفیر نماینده گروه حکومت ارتش جنبش شورای نخست آقای خانم سابق پیشین سفیر"
    ),
    fillers=keys("نیز هم همچنین"),
    of=frozenset(),
    openers=keys("که و اما ولی"),
    against=keys("در از به با بر برای علیه درباره تا بین میان ضد"),
    that=keys("که"),
    hearers=keys("است اند"),
    posts=keys("سفیر نماینده"),
    former=keys("سابق پیشین"),
    offices_suffice=True,
    head_first=True,
)  # fmt: skip

_PASHTO: Final = Manner(
    roles=keys(
        "ویاند وياند ویاندوی چارواکي چارواکو وزیر مشر ولسمشر حکومت وزارت قوماندان استازی سرمنشي بهرنیو چارو "
        "دفاع کورنیو سرپرست والي"
    ),
    fillers=keys("د هم بیا"),
    of=frozenset(),
    openers=keys("چې او خو"),
    against=keys("په له ته پر تر سره"),
    that=keys("چې"),
    hearers=keys("دي دی"),
    offices_suffice=True,
)  # fmt: skip

_ARABIC: Final = Manner(
    roles=keys(
        "السابق المتحدث المتحدثة متحدث باسم وزارة وزير الخارجية الدفاع الداخلية الرئيس رئيس الوزراء حركة "
        "جماعة حكومة الحكومة تنظيم زعيم "
        "مسؤول مسؤولون قائد الجيش الناطق ناطق السفير مندوب المبعوث الأمين العام السلطات بلسان"
    ),
    fillers=keys("الحالي"),
    of=keys("في من"),
    openers=frozenset(),
    against=frozenset(),
    former=keys("السابق"),
    posts=keys("السفير مندوب"),
    that=keys("إن أن ان إنه أنه إنها أنها بأن إنهم"),
    hearers=frozenset(),
    offices_suffice=True,
    head_first=True,
)  # fmt: skip

MANNERS: Final[Mapping[str, Manner]] = {
    "en": _ENGLISH,
    "ru": _RUSSIAN,
    "ur": _URDU,
    "hi": _HINDI,
    "fa": _PERSIAN,
    "ps": _PASHTO,
    "ar": _ARABIC,
}

_SAYINGS: Final[Mapping[str, tuple[tuple[Side, bool, str], ...]]] = {
    "en": (
        ("either", False, "said, says"),
        ("left", True, (
            "told, stated, added, announced, claimed, confirmed, declared, insisted, stressed, warned, vowed, "
            "asserted, "
            "alleged, reiterated, tweeted, wrote, argued, noted, emphasised, emphasized, explained, acknowledged, "
            "maintained, has said, tells, warns, claims"
        )),
        ("source", False, "according to"),
    ),
    "ru": (
        ("either", True, (
            "заявил, заявила, заявили, сказал, сказала, сообщил, сообщила, сообщили, подчеркнул, подчеркнула, "
            "отметил, "
            "отметила, добавил, добавила, пояснил, пояснила, подтвердил, подтвердила, считает"
        )),
        ("source", False, "по словам, по заявлению"),
    ),
    "ur": (
        ("left", True, "کہا, بتایا, دعویٰ کیا, اعلان کیا, خبردار کیا, واضح کیا, زور دیا"),
        ("source-left", False, "کے مطابق, کا کہنا ہے کہ, کا کہنا تھا کہ"),
    ),
    "hi": (
        ("left", True, "कहा, बताया, दावा किया, ऐलान किया, घोषणा की"),
        ("source-left", False, "के मुताबिक़, के मुताबिक, के अनुसार, का कहना है कि, का कहना था कि"),
    ),
    "fa": (
        ("left", True, (
            "گفت, گفته است, گفته, افزود, اعلام کرد, اعلام کرده, تأکید کرد, تاکید کرد, اظهار داشت, می‌گوید, "
            "میگوید, مدعی شد"
        )),
        ("source", False, "به گفته, به گفتهٔ"),
    ),
    "ps": (
        ("left", True, "وویل, وايي, ویلي, ویلي دي, وویلي"),
    ),
    "ar": (
        ("right", True, "قال, وقال, قالت, وقالت, أعلن, أعلنت, أكد, أكدت, صرح, أضاف, أوضح"),
        ("source", False, "بحسب"),
    ),
}  # fmt: skip


def _sayings() -> Iterator[Saying]:
    for language, groups in _SAYINGS.items():
        for side, needs_that, listed in groups:
            for text in listed.split(", "):
                yield Saying(text, side, language, needs_that)


SAYINGS: Final = tuple(_sayings())
"""What the engine searches for."""
