"""A capital or a seat of power that stands for its government: told by what it does, else it is a place.

"Islamabad said", "Kabul's envoy", "relations with Moscow", "Tehran-backed" are governments; "in Moscow", "Kabul "
"airport",
a city before the first words of a report, and whatever is not clearly an act are places. Looked at are the folded words
right before and after the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from services.matching.document import Document
from services.matching.expressions import Occurrence
from services.matching.fold import fold_phrases

_LOOKED_AT: Final = 72
"""Folded letters before a name that are looked at."""
_MOST_WORDS: Final = 4
_LONGEST_AND: Final = 5
_LONGEST_WORD: Final = 24
_LETTERS: Final = re.compile(r"\w+")

# Words by language, as regular expressions with two signs of their own: "*" is any ending of a word, "+" any one word.
_BETWEEN_IT_AND_ITS_ACT: Final = {
    "en": (
        "has|have|had|also|again|now|will|would|could|may|must|then|still|long|later|never|repeatedly|strongly"
        "|formally"
        "|immediately|reportedly|earlier|officially|is|was|been|did|does|not|no|longer|and|on|monday|tuesday"
        "|wednesday"
        "|thursday|friday|saturday|sunday|today|yesterday"
    ),
    "ru": (
        "также|уже|вновь|снова|ранее|не|официально|неоднократно|решительно|пока|в|понедельник|вторник|среду"
        "|четверг|пятницу"
    ),
    "fa": "نیز|همچنین|بارها|هم",
}
_ACTS_AFTER: Final = {
    "en": (
        "(said|says|say|saying|accus*|alleg*|blam*|den(y|ies|ied|ying)|reject*|condemn*|urg(es|ed|ing)|calls (for|on)"
        "|called (for|on)|warn*|demand*|insist*|claims|claimed|maintains|maintained|announc*|agree*|refus*|decid*"
        "|wants"
        "|wanted|seek*|sought|hopes|hoped|fears|feared|believes|believed|views|viewed|sees|backs|backed|supports"
        "|supported|oppos*|recogni*|signed|signs|summon*|expel*|impos*|suspend*|pledg*|vow*|offers|offered|asks|asked"
        "|told|tells|respond*|react*|retaliat*|confirm*|express*|welcom*|considers|considered|recalled|recalls"
        "|severed"
        "|cut off|deployed|plans to|planned to|appears to|appeared to|protest*|dismiss*|acknowledg*|stress*|describ*"
        "|argues|argued|complain*|complied|trying|considering|pushing|hoping|planning|ready to|willing to|keen to"
        "|keen on|concerned|committed to|responsible for|fully aware|invest*|intervene*|respond*|continued to"
        "|continues to"
        "|helped|braced|stepped up|yet to|about to|carefully|less concerned|more concerned|reimposed|approved|vetoed"
        "|negotiat*|promis*|threaten*|brokered|mediated|engage*|stands by|stood by|did so|lost patience|closed its"
        "|reopened its|recalled its|expects|expected|prefers|preferred|sent|sends|handed|wanted|intends|intended"
        "|drive"
        "|driving|chose|failed to|fails to)"
        "|(would|could|should|will|must|might) (?!be |see |face |have |run |get |become |experience )+"
    ),
    "en-of": (
        "s (+ ){0,2}(envoy*|ambassador*|government|foreign|decision*|position|stance|policy|policies|claim*"
        "|demand*|accusation*"
        "|allegation*|concern*|interest*|relations*|ties|allies|ally|support|role|influence|strategy|strategic"
        "|response"
        "|offer|call*|refusal|insistence|recognition|approach|action*|effort*|military|army|troops|diploma*"
        "|leadership"
        "|leaders|rulers|de facto|view*|willingness|war|move*|request|proposal|warning*|rejection|denial|rule"
        "|partner*"
        "|rival*|nuclear|message|complaint*|condition*|engagement|attempt*|ambition*|agenda|behavio*|commitment*"
        "|delegation|representative*|official*|minister*|intelligence|sanction*|failure|invasion|patience"
        "|failures|line"
        "|plan|plans|operation|offensive|campaign|espionage|retaliation|assurances|pledge*|promise*|consent|blessing)"
        "|(backed|led|sponsored|funded|appointed|installed|brokered|aligned|supported|controlled|imposed|friendly"
        "|allied"
        "|mediated|hosted)"
    ),
    "ru": (
        "(заяв*|сообщ*|обвин*|призва*|призыва*|осуди*|осужда*|потребова*|требу*|отверг*|отрица*|отказ*|счита*"
        "|намерен*"
        "|готов*|хочет|хотел*|пообеща*|обеща*|предупре*|настаива*|предлож*|предлага*|поддерж*|подтверди*|подтвержда*"
        "|ответи*|обеспокоен*|выступа*|выступи*|опровер*|согласи*|подписа*|приветств*|рассчитыва*|надеет*|планиру*"
        "|призна*|добива*|реши*|ввел*|нот*у протеста|высла*|отозва*|выраз*|выража*|напомни*|подчеркн*|исключ*"
        "|следует|следовало|стоит|придется|необходимо)"
    ),
    "ur": (
        "نے|کا (موقف|کہنا|مطالبہ|الزام|دعوی|اصرار|ردعمل|رد عمل|فیصلہ)|کی (پالیسی|جانب سے|طرف سے|تشویش|حمایت|حکومت"
        "|درخواست"
        "|پیشکش|ناکامی)|پر (زور|الزام|دباو)|سے (مطالبہ|کہا|مذاکرات|تعلقات|رابط*)|کے ساتھ (تعلقات|مذاکرات|معاہد*"
        "|کشیدگی|روابط)"
        "|اور + کے (درمیان|مابین) (تعلقات|مذاکرات|معاہد*|کشیدگی|روابط|تنازع*)|کے (حکام|حکمران*|موقف)|حکومت"
    ),
    "fa": (
        "(گفت|گفته|می گوید|میگوید|می گویند|اعلام|هشدار|خواستار|متهم|مدعی|تاکید|ادعا|خواست|محکوم|معتقد"
        "|ابراز نگرانی|نگران|تهدید|رد کرد|تکذیب|پاسخ داد|پذیرفت|نپذیرفت)"
    ),
    "ps": "(وویل|وايي|ویلي|ویل|تورن*|تور پورې|غوښت*|ټینګار|خبرداری|رد کړ*|اعلان|چارواک*|حکومت|دریځ|پوځ)",
    "ar": (
        "(تقول|قالت|تتهم|اتهمت|تنفي|نفت|تدعو|دعت|ترفض|رفضت|تؤكد|أكدت|تعتبر|تريد|تسعى|تحذر|حذرت|أعلنت|تعلن|طالبت|تطالب)"
    ),
    "hi": (
        "ने|का (कहना|आरोप|दावा|रुख|मानना)|की (ओर से|तरफ से|नीति|मांग)|पर (आरोप|दबाव)|के साथ (संबंध*|बातचीत|वार्ता"
        "|रिश्त*)"
        "|और + के (बीच|मध्य) (संबंध*|बातचीत|वार्ता|रिश्त*|तनाव|समझौत*)|सरकार"
    ),
}
_ACTS_AFTER_HAN: Final = (
    "表示|称|稱|指责|指責|呼吁|呼籲|敦促|警告|否认|否認|拒绝|拒絕|宣布|要求|谴责|譴責|当局|當局|政府|方面|希望"
    "|认为|認為"
    "|承诺|承諾|强调|強調|指控|反对|反對|抗议|抗議|决定|決定|同意|愿意|願意|正在寻求|试图|試圖|的立场|的政策|的态度"
)
_ACTS_BEFORE: Final = {
    "en": (
        "between|between + and|between + + and"
        "|(relations|ties|talks|negotiations|dialogue|agreement|deal|pact|cooperation|tensions|contacts"
        "|engagement|engage"
        "|engaged|alliance|partnership|conflict|links|consultations|negotiate|negotiating|cooperate|truce|dispute"
        "|standoff|rapprochement|normali*|normali* relations|in contact|at war|at odds|sided|allied) (with|between)"
        "|against|by|according to|embraced by"
        "|(backed|led|supported|funded|accused|imposed|brokered|recogni*|condemned|taken|made|sponsored|appointed"
        "|installed|controlled|adopted|offered) by"
        "|(pressure|sanctions|dependence|reliance|policy|influence) (on|against|towards|toward)|support (from|for|of)"
        "|(message|letter|appeal|aid|assistance|loyal|hostile|friendly|assurances|warning) to|pro|anti|recognition by"
        "|(on behalf|the government|governments|the policy|the stance|the position|the view|accusations) of|both"
        "|according to officials of"
    ),
    "ru": (
        "согласно|против|между|между + и|(отношени*|переговор*|диалог*|соглашени*|сотрудничеств*|контакт*"
        "|договор*) (с|со|между)"
        "|обвини*|призва*|предупреди*|осуди*|(позици*|политик*|решени*|заявлени*|поддержк*|власт*|интерес*|посол"
        "|посла"
        "|предложени*|требовани*|обвинени*|претензи*|стремлени*|усили*|представител*)|по мнению|при поддержке"
        "|давление на|санкци* против|официальн*|поддерживаем* +|со стороны|по словам"
    ),
    "fa": (
        "(روابط|مناسبات|میان|بین|مقامات|مقام ها|مقام های|مقامهای|سفیر|موضع|مواضع|دولت|سیاست|سیاستهای|سیاست های"
        "|ادعای|ادعاهای|سوی"
        "|توسط|حکومت|علیه|حاکمان|رهبران|درخواست|هشدار|خواست|تصمیم|ابتکار)|فشار بر|(گفتگو|مذاکره|مذاکرات|توافق"
        "|روابط|مناسبات|تنش) با"
        "|(میان|بین) + و"
    ),
    "ps": "د + او|(د + او)? ?ترمنځ",
    "ar": (
        "أن|إن|بأن|لأن|وفقا|وبحسب|(و|ف)?(تواصل|واصلت|دعمت|تدعم|قالت|اتهمت|أعلنت|نفت|دعت|طالبت|رفضت|أكدت|حذرت|نددت"
        "|أدانت|تتهم|تقول|تنفي|تعتبر|تسعى|تريد|وقعت|أبدت|أعربت|ردت|تؤكد|ترفض"
        "|هددت|استدعت|بين|سياسة|موقف|حكومة|سلطات|دعم|من جانب|ضغوط على|المفاوضات مع|العلاقات مع|علاقاتها مع"
        "|الحوار مع|مفاوضات مع"
        "|محادثات مع)|بين + و"
    ),
}
_DONE_TO: Final = (
    "accus(e|es|ed|ing)|urg(e|es|ed|ing)|ask(ed|s|ing)|warn(s|ed|ing)?|blam(e|es|ed|ing)|press(es|ed|ing)"
    "|pressur(e|es|ed|ing)"
    "|call(s|ed|ing)? on|condemn(s|ed|ing)?|criticis(e|es|ed|ing)|criticiz(e|es|ed|ing)|thank(s|ed|ing)?|told"
    "|tell(s|ing)?"
    "|help(s|ed|ing)?|irritat(ed|es)|anger(ed|s)|persuad(e|ed|es)|invit(e|ed|es)|support(s|ed|ing)?|isolat(e|ed|ing)"
)
"""In English: what is done to a government, if after it comes no noun ("condemn Kabul blast")."""
_NO_NOUN: Final = (
    "to|of|for|over|that|not|against|on|as|and|about|in|after|with|by|because|when|while|during|is|was|at|from"
)
_ACTS_BEFORE_HAN: Final = "指责|指責|敦促|呼吁|呼籲|警告|谴责|譴責|亲|反|制裁"
_BEFORE_A_CLAUSE: Final = (
    "که و اما ولی همچنین کہ اور جبکہ لیکن مگر تاہم پر بعد تو چې او خو أن إن و لكن بينما امروز دیروز روز وقتی هرچند اگر"
)
"""Words of Persian, Urdu, Pashto and Arabic after which a subject may stand."""
_PLACE_BEFORE: Final = {
    "en": (
        "(in|at|near|outside|inside|around|across|through|throughout|into|visit*|reach*|left|downtown|central|city of"
        "|capital|streets of|enter*|the capital|capital of)|(arriv*|returned|travel*|flew|fly|flight*|trip|head*|went"
        "|drove|fled|moved|come|came|bound|sent) (to|from|for)|from|born in|based in"
    ),
    "ru": "в|во|из|под|над|около|город*|г|возле|через|столиц*",
    "fa": "در|به|از|شهر|پایتخت|حومه|شهرهای|فرودگاه|استان|ولایت|سفر به",
    "ar": "في|إلى|من|مدينة|العاصمة|مطار|وسط|غرب|شرق|شمال|جنوب",
    "ps": "په|له|ښار|پلازمېنه|پلازمینه",
}
_PLACE_BEFORE_HAN: Final = "在|抵达|抵達|访问|訪問|前往|位于|位於|飞往|飛往|首都|从|從|抵|赴"


def act_as_governments(document: Document, seats: Sequence[Occurrence]) -> Iterator[bool]:
    """Whether each of these capitals, in the order of the document, does there what governments do.

    Capitals in a row ("Kabul and Islamabad agreed") do what one of them does.
    """
    doings = [_doing(document, seat) for seat in seats]
    for number in range(len(seats) - 2, -1, -1):
        if doings[number] is None and doings[number + 1] and _in_a_row(seats[number], seats[number + 1]):
            doings[number] = True
    for number in range(1, len(seats)):
        if doings[number] is None and doings[number - 1] and _in_a_row(seats[number - 1], seats[number]):
            doings[number] = True
    return map(bool, doings)


def _in_a_row(seat: Occurrence, following: Occurrence) -> bool:
    return following.start - seat.end <= _LONGEST_AND


def _doing(document: Document, seat: Occurrence) -> bool | None:
    """True where it acts, False where it is a place, None where nothing tells."""
    patterns, folded = _patterns(), document.folded
    left = folded.text[max(0, seat.place - _LOOKED_AT) : seat.place].rstrip()
    if patterns.han_place.search(left) or _ends_with(left, patterns.place):
        return False
    end = int(folded.offsets.searchsorted(np.int32(seat.end)))
    if patterns.act.match(folded.text, end):
        return _begins_a_clause(document.joined, seat.start) or None
    if patterns.han_act.search(left) or _ends_with(left, patterns.acted_on):
        return True
    if _ends_with(left, patterns.done_to):
        following = document.joined[seat.end : seat.end + 1]
        return (not following.isalnum() and following != " ") or bool(patterns.no_noun.match(folded.text, end)) or None
    return None


def _begins_a_clause(text: str, start: int) -> bool:
    """Whether a name in Arabic script is not the last of a longer phrase ("the police chief of Kabul said")."""
    if not "\u0600" <= text[start] <= "\u06ff":
        return True
    before = text[max(0, start - _LONGEST_WORD) : start].rstrip(" \u200c")
    if not before or not before[-1].isalpha():
        return True
    return fold_phrases([before.rsplit(None, 1)[-1]])[0] in _clause_words()


@cache
def _clause_words() -> frozenset[str]:
    return frozenset(fold_phrases(_BEFORE_A_CLAUSE.split()))


def _ends_with(left: str, pattern: re.Pattern[str]) -> bool:
    """Whether the last one to four words fit."""
    start = len(left)
    for _ in range(_MOST_WORDS):
        start = left.rfind(" ", 0, start)
        if pattern.fullmatch(left, start + 1):
            return True
        if start < 0:
            return False
    return False


class _Patterns(NamedTuple):
    act: re.Pattern[str]
    acted_on: re.Pattern[str]
    done_to: re.Pattern[str]
    no_noun: re.Pattern[str]
    place: re.Pattern[str]
    han_act: re.Pattern[str]
    han_place: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    between, act = _of_all(_BETWEEN_IT_AND_ITS_ACT), _of_all(_ACTS_AFTER)
    return _Patterns(
        re.compile(rf" ?(?:{_ACTS_AFTER_HAN})| (?:(?:{between}) ){{0,3}}(?:{act})(?!\w)"),
        re.compile(_of_all(_ACTS_BEFORE)),
        re.compile(_of_all({"en": _DONE_TO})),
        re.compile(rf" (?:{_NO_NOUN})(?!\w)"),
        re.compile(_of_all(_PLACE_BEFORE)),
        re.compile(rf"(?:{_ACTS_BEFORE_HAN})$"),
        re.compile(rf"(?:{_PLACE_BEFORE_HAN})$"),
    )


def _of_all(words: dict[str, str]) -> str:
    joined = "|".join(words.values())
    letters = sorted(set(_LETTERS.findall(joined)))
    folded = dict(zip(letters, fold_phrases(letters), strict=True))
    spelled = _LETTERS.sub(lambda run: folded[run[0]], joined)
    return re.sub(r"\((?!\?)", "(?:", spelled).replace("*", r"\w*").replace("+", r"\w+")
